using System.Net;
using System.Net.Mail;
using System.Net.Sockets;
using Shop.ServiceDefaults.Messaging;

namespace Shop.Notification.Mailing;

/// <summary>
/// Hands mails to an SMTP server: STARTTLS, then AUTH LOGIN, one connection for each mail. A recipient that the server refuses
/// for good (550 to 553) makes the mail unprocessable; whatever else goes wrong is worth another try. A wrong password is not reported
/// by itself: the client goes on without, and a server that wants one refuses the sender, which is tried again and seen in the log.
/// </summary>
public sealed class SmtpMailer(MailSettings settings, SmtpSettings server) : IMailer
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
