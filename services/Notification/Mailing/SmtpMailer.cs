using System.Net;
using System.Net.Mail;
using System.Net.Sockets;
using Shop.ServiceDefaults.Messaging;

namespace Shop.Notification.Mailing;

/// <summary>
/// Hands mails to an SMTP server: STARTTLS, then AUTH LOGIN, one connection for each mail. A recipient that the server refuses
/// for good (550 to 553) makes the mail unprocessable. A server that is away, or says that it does not take the mail now (4xx: greylisting,
/// a full disk), is no fault of the mail's: it waits, though behind a 4xx not for ever (<see cref="MailSettings.GiveUpAfter"/>), since a
/// mailbox may be like that for good. Whatever else goes wrong is worth another few tries. A wrong password is not reported
/// by itself: the client goes on without, and a server that wants one refuses the sender, which is tried again and seen in the log.
/// </summary>
public sealed class SmtpMailer(MailSettings settings, SmtpSettings server, TimeProvider clock) : IMailer
{
    private const int PermanentFailure = 500;

    public async Task Send(OutgoingMail mail, CancellationToken cancellation)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(server.Timeout);
        using var client = new SmtpClient(server.Host, server.Port)
        {
            EnableSsl = server.UseTls,
            UseDefaultCredentials = false,
            Credentials = server.User is null ? null : new NetworkCredential(server.User, server.Password),
        };
        using var message = mail.ToMessage(settings.From);
        try
        {
            await client.SendMailAsync(message, deadline.Token);
        }
        catch (SmtpFailedRecipientException exception) when ((int)exception.StatusCode >= PermanentFailure)
        {
            throw new UnprocessableMessageException($"The mail server refuses the recipient ({(int)exception.StatusCode}).");
        }
        catch (SmtpException exception) when ((int)exception.StatusCode is >= 400 and < PermanentFailure && clock.GetUtcNow() < mail.Since + settings.GiveUpAfter)
        {
            throw new RetryLaterException($"The mail server {server} does not take the mail now ({(int)exception.StatusCode}).", inner: exception);
        }
        catch (SmtpException exception) when (exception.InnerException is SocketException or IOException)
        {
            // The server is away, which is no fault of the mail's: it waits for as long as it takes.
            throw new RetryLaterException($"The mail server {server} cannot be reached.", inner: exception);
        }
        catch (OperationCanceledException exception) when (!cancellation.IsCancellationRequested)
        {
            throw new TimeoutException($"The mail server {server} took no mail within {server.Timeout.TotalSeconds} s.", exception);
        }
    }

    public async Task Probe(CancellationToken cancellation)
    {
        try
        {
            using var connection = new TcpClient();
            await connection.ConnectAsync(server.Host, server.Port, cancellation);
        }
        catch (SocketException exception)
        {
            throw new IOException($"The mail server {server} cannot be reached.", exception);
        }
    }
}
