using System.Diagnostics.Metrics;
using Shop.Contracts;
using Shop.Notification.Letters;
using Shop.Notification.Mailing;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Messaging;

namespace Shop.Notification;

/// <summary>
/// Sends letters: one for each (order, kind, event), however often the message about the event is delivered. See
/// <see cref="MailLog"/> for the one case in which a mail may go twice.
/// </summary>
public sealed partial class Mailroom(MailLog sent, LetterWriter letters, IMailer mailer, ILogger<Mailroom> log)
{
    private static readonly Counter<long> Mails =
        Telemetry.Meter.CreateCounter<long>("shop.mails", "{mail}", "Mails by kind and by what became of them.");

    /// <summary>Writes the letter about the event to the order's customer; completes when it is sent and recorded.</summary>
    /// <exception cref="RetryLaterException">It is being sent at this moment, by an earlier delivery of the same message.</exception>
    /// <exception cref="UnprocessableMessageException">The address is none, or the mail server refuses it for good.</exception>
    public async Task Send(LetterKind kind, Guid eventId, OrderView order, CancellationToken cancellation)
    {
        var name = kind.Name();
        if (order.Customer.Email is null)
        {
            Count(name, "no-address");
            LogNoAddress(name, order.OrderId);
            return;
        }

        var to = EmailAddress.Parse(order.Customer.Email)
            ?? throw new UnprocessableMessageException($"The e-mail address of order {order.OrderId} is none that can be written to.");
        var key = new MailKey(order.OrderId, kind, eventId);
        switch (await sent.TryClaim(key))
        {
            case Claim.AlreadySent:
                Count(name, "duplicate");
                LogDuplicate(name, order.OrderId, eventId);
                return;
            case Claim.InFlight:
                throw new RetryLaterException($"The {name} letter of order {order.OrderId} is being sent.");
            case Claim.GrantedAgain:
                LogAgain(name, order.OrderId, eventId);
                break;
        }

        try
        {
            await mailer.Send(new OutgoingMail(kind, eventId, order.OrderId, to, letters.Write(kind, order)), cancellation);
        }
        catch
        {
            Count(name, "failed");
            await sent.Release(key);
            throw;
        }

        await sent.Sent(key);
        Count(name, "sent");
        LogSent(name, order.OrderId, eventId);
    }

    private static void Count(string kind, string outcome) => Mails.Add(1, new("kind", kind), new("outcome", outcome));

    [LoggerMessage(EventId = 1, Level = LogLevel.Information, Message = "Sent the {Kind} letter of order {OrderId} (event {EventId}).")]
    private partial void LogSent(string kind, Guid orderId, Guid eventId);

    [LoggerMessage(EventId = 2, Level = LogLevel.Information,
        Message = "No {Kind} letter for order {OrderId}: the customer's personal data was erased.")]
    private partial void LogNoAddress(string kind, Guid orderId);

    [LoggerMessage(EventId = 3, Level = LogLevel.Information,
        Message = "No second {Kind} letter for order {OrderId}: the one for event {EventId} was sent before.")]
    private partial void LogDuplicate(string kind, Guid orderId, Guid eventId);

    [LoggerMessage(EventId = 4, Level = LogLevel.Warning,
        Message = "Sending the {Kind} letter of order {OrderId} (event {EventId}) again: an earlier try was cut off and may have arrived.")]
    private partial void LogAgain(string kind, Guid orderId, Guid eventId);
}
