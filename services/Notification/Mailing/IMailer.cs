namespace Shop.Notification.Mailing;

/// <summary>Where mails go: an SMTP server, or a folder.</summary>
public interface IMailer
{
    /// <summary>Hands the mail over; completes when it was taken.</summary>
    /// <exception cref="Shop.ServiceDefaults.Messaging.UnprocessableMessageException">The mail will never be taken.</exception>
    /// <exception cref="Exception">It was not taken, or it is not known whether it was: any other exception. Try again later.</exception>
    Task Send(OutgoingMail mail, CancellationToken cancellation);

    /// <summary>Whether mails would be taken now.</summary>
    /// <exception cref="IOException">They would not; the message says why.</exception>
    Task Probe(CancellationToken cancellation);
}
