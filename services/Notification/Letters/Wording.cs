namespace Shop.Notification.Letters;

/// <summary>What one letter says above the order: its subject, which is also its headline, its paragraphs, and its button.</summary>
public sealed record Opening(string Subject, string Headline, IReadOnlyList<string> Paragraphs, string Button);

/// <summary>What becomes of the money of a cancelled order.</summary>
public enum MoneyBack
{
    /// <summary>Nothing was charged.</summary>
    NothingCharged,

    /// <summary>A payment was under way when the order was cancelled: it will be released, or charged and refunded.</summary>
    StillOpen,

    /// <summary>It was charged, and the refund is under way.</summary>
    OnItsWay,

    /// <summary>It was charged, and has been refunded.</summary>
    Done,
}

/// <summary>The shop's letters in one language. A language is one class; <see cref="Of"/> knows them all.</summary>
public abstract class Wording
{
    private static readonly Wording Fallback = new English();
    private static readonly Wording[] All = [Fallback, new German(), new French()];

    /// <summary>Every language that letters are written in, as in <see cref="Language"/>.</summary>
    public static IReadOnlyList<string> Languages { get; } = [.. All.Select(wording => wording.Language)];

    /// <summary>The language, as an HTML <c>lang</c> and a <c>Content-Language</c>.</summary>
    public abstract string Language { get; }

    /// <summary>How it writes money.</summary>
    public abstract NumberStyle Numbers { get; }

    public abstract string Order { get; }
    public abstract string Subtotal { get; }
    public abstract string Shipping { get; }
    public abstract string Tax { get; }
    public abstract string Total { get; }
    public abstract string ShipsTo { get; }
    public abstract string TrackingNumber { get; }
    public abstract string Track { get; }
    public abstract string Footer { get; }

    /// <summary>The wording for an order's locale (<c>de</c>, <c>de-AT</c>, <c>de_CH</c>); English when there is none.</summary>
    public static Wording Of(string? locale)
    {
        var language = (locale ?? "").Split('-', '_')[0];
        return All.FirstOrDefault(wording => wording.Language.Equals(language, StringComparison.OrdinalIgnoreCase)) ?? Fallback;
    }

    public abstract string Greeting(string? name);

    public abstract Opening OrderReceived(string number, bool isCancelled);

    public abstract Opening PaymentFailed(string number, bool mayPayAgain);

    public abstract Opening OrderCancelled(string number, MoneyBack money, string amount);

    public abstract Opening Shipped(string number, string? carrier, int parcels);
}
