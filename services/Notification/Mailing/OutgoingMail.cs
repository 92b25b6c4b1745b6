using System.Net.Mail;
using System.Net.Mime;
using System.Text;
using Shop.Notification.Letters;

namespace Shop.Notification.Mailing;

/// <summary>
/// A letter in its envelope. <see cref="EventId"/> is the event that it tells of: together with the kind it names the mail, so
/// that the same mail sent twice has the same Message-ID and can be told for what it is. <see cref="Since"/> is when the order last
/// moved: how long the mail has been on its way.
/// </summary>
public sealed record OutgoingMail(LetterKind Kind, Guid EventId, Guid OrderId, MailAddress To, Letter Letter, DateTimeOffset Since)
{
    /// <summary>The mail as MIME, the same whichever way it goes out. No header holds what a customer typed, but for the address.</summary>
    public MailMessage ToMessage(MailAddress from)
    {
        var message = new MailMessage
        {
            From = from,
            Subject = Letter.Subject,
            SubjectEncoding = Encoding.UTF8,
            HeadersEncoding = Encoding.UTF8,
        };
        message.To.Add(To);
        message.Headers["Message-ID"] = $"<{EventId}.{Kind.Name()}@{from.Host}>";
        message.Headers["Auto-Submitted"] = "auto-generated";
        message.Headers["X-Shop-Order-Id"] = OrderId.ToString();
        // The last alternative is the one that a reader prefers.
        message.AlternateViews.Add(View(Letter.Text, MediaTypeNames.Text.Plain));
        message.AlternateViews.Add(View(Letter.Html, MediaTypeNames.Text.Html));
        return message;
    }

    private static AlternateView View(string content, string mediaType)
    {
        var view = AlternateView.CreateAlternateViewFromString(content, Encoding.UTF8, mediaType);
        view.TransferEncoding = TransferEncoding.QuotedPrintable;
        return view;
    }
}
