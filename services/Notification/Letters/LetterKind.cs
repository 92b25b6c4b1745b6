namespace Shop.Notification.Letters;

/// <summary>What a letter is about.</summary>
public enum LetterKind { OrderReceived, PaymentFailed, OrderCancelled, Shipped }

/// <summary>
/// The names of <see cref="LetterKind"/> as they stand in the mail log, in file names and in the Message-ID. They never change.
/// </summary>
public static class LetterKinds
{
    /// <summary>The kind's name, such as <c>order-received</c>.</summary>
    public static string Name(this LetterKind kind) => kind switch
    {
        LetterKind.OrderReceived => "order-received",
        LetterKind.PaymentFailed => "payment-failed",
        LetterKind.OrderCancelled => "order-cancelled",
        LetterKind.Shipped => "shipped",
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };
}
