using System.Diagnostics;
using Shop.Contracts;
using Shop.Notification.Letters;
using Shop.Notification.Mailing;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Logs;
using Shop.ServiceDefaults.Messaging;

namespace Shop.Notification;

/// <summary>
/// Sends letters: one for each (order, kind, event), however often the message about the event is delivered. See
/// <see cref="MailLog"/> for the one case in which a mail may go twice.
/// </summary>
public sealed partial class Mailroom(MailLog sent, LetterWriter letters, IMailer mailer, MailMetrics metrics, ILogger<Mailroom> log)
{
    /// <summary>Writes the letter about the event to the order's customer; completes when it is sent and recorded.</summary>
    /// <exception cref="RetryLaterException">It is being sent at this moment, by an earlier delivery of the same message.</exception>
    /// <exception cref="UnprocessableMessageException">The address is none, or the mail server refuses it for good.</exception>
    public async Task Send(LetterKind kind, Guid eventId, OrderView order, CancellationToken cancellation)
    {
        var name = kind.Name();
        if (order.Customer.Email is null)
        {
            metrics.Count(name, "no-address");
            LogSkipped(name, order.OrderId, eventId, "the customer's personal data was erased");
            return;
        }

        var to = EmailAddress.Parse(order.Customer.Email)
            ?? throw new UnprocessableMessageException($"The e-mail address of order {order.OrderId} is none that can be written to.");
        var key = new MailKey(order.OrderId, kind, eventId);
        switch (await sent.TryClaim(key))
        {
            case Claim.AlreadySent:
                metrics.Count(name, "duplicate");
                LogSkipped(name, order.OrderId, eventId, "it was sent before");
                return;
            case Claim.InFlight:
                throw new RetryLaterException($"The {name} letter of order {order.OrderId} is being sent.");
            case Claim.GrantedAgain:
                LogAgain(name, order.OrderId, eventId);
                break;
        }

        using var span = Telemetry.Source.StartActivity("mail send", ActivityKind.Client);
        span?.SetTag("shop.mail.kind", name).SetTag("shop.order.id", order.OrderId);
        try
        {
            await mailer.Send(new OutgoingMail(kind, eventId, order.OrderId, to, letters.Write(kind, order), order.UpdatedAt), cancellation);
        }
        catch
        {
            metrics.Count(name, "failed");
            span?.SetStatus(ActivityStatusCode.Error);
            await sent.Release(key);
            throw;
        }

        await sent.Sent(key);
        metrics.Count(name, "sent");
        LogSent(name, order.OrderId, eventId);
    }

    [LoggerMessage(EventName = LogEvents.MailSent, Level = LogLevel.Information, Message = "Sent the {Kind} letter of order {OrderId} (event {EventId}).")]
    private partial void LogSent(string kind, Guid orderId, Guid eventId);

    [LoggerMessage(EventName = LogEvents.MailSkipped, Level = LogLevel.Information,
        Message = "No {Kind} letter for order {OrderId} (event {EventId}): {Reason}.")]
    private partial void LogSkipped(string kind, Guid orderId, Guid eventId, string reason);

    [LoggerMessage(EventName = LogEvents.MailRepeated, Level = LogLevel.Warning,
        Message = "Sending the {Kind} letter of order {OrderId} (event {EventId}) again: an earlier try was cut off and may have arrived.")]
    private partial void LogAgain(string kind, Guid orderId, Guid eventId);
}
