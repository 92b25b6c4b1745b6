using Shop.Notification.Letters;

namespace Shop.Notification.Mailing;

/// <summary>What makes a mail one mail, however often its message is delivered.</summary>
public sealed record MailKey(Guid OrderId, LetterKind Kind, Guid EventId);
