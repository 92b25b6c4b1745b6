using System.Text.Json.Serialization;

namespace Shop.Contracts;

/// <summary>
/// An order as it is read: what a storefront shows, and all that a service needs in order to act on it. Folded from the order's
/// stream at every read. Money is in minor units of <see cref="Currency"/>.
/// </summary>
public sealed record OrderView
{
    public required Guid OrderId { get; init; }
    public required string OrderNumber { get; init; }
    public required OrderStatus Status { get; init; }
    public required string Currency { get; init; }
    public required PaymentView Payment { get; init; }
    public required ShippingView Shipping { get; init; }
    public required IReadOnlyList<OrderItem> Items { get; init; }
    public required OrderTotals Totals { get; init; }
    public required CustomerView Customer { get; init; }

    /// <summary>Set once the order is cancelled.</summary>
    public CancellationView? Cancellation { get; init; }

    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary>The revision of the last event folded in; also the ETag.</summary>
    public required long Revision { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>What a customer may do now.</summary>
    public required IReadOnlyList<OrderAction> AllowedActions { get; init; }
}

/// <summary>Where an order stands, in one word.</summary>
[JsonConverter(typeof(Kebab<OrderStatus>))]
public enum OrderStatus { Created, PaymentInProgress, PaymentReview, PaymentFailed, Paid, PreparingShipment, ShipmentPrepared, Shipped, Cancelled }

/// <summary>What a customer may do to an order.</summary>
[JsonConverter(typeof(Kebab<OrderAction>))]
public enum OrderAction { UpdatePayment, UpdateShippingAddress, Cancel }

/// <summary>An order's amounts, in minor units of its currency.</summary>
public sealed record OrderTotals(long Subtotal, long Shipping, long Tax, long Total);

/// <summary>Who ordered; members are missing once the customer's personal data was erased.</summary>
public sealed record CustomerView(
    string Locale, string? Id = null, string? Name = null, string? Email = null, string? Phone = null, Address? BillingAddress = null);

/// <summary>When and why an order was cancelled.</summary>
public sealed record CancellationView(DateTimeOffset CancelledAt, string Reason);

/// <summary>The money side of an order.</summary>
public sealed record PaymentView
{
    public required PaymentStatus Status { get; init; }
    public required PaymentMethod Method { get; init; }

    /// <summary>Every attempt so far, the first first.</summary>
    public required IReadOnlyList<PaymentAttempt> Attempts { get; init; }

    public required IReadOnlyList<RefundView> Refunds { get; init; }
    public required long Captured { get; init; }
    public required long Refunded { get; init; }

    /// <summary>True when the method was changed after the last attempt failed: the next attempt is due.</summary>
    public required bool NextAttemptDue { get; init; }
}

/// <summary>Where the payment stands, in one word.</summary>
[JsonConverter(typeof(Kebab<PaymentStatus>))]
public enum PaymentStatus { Pending, InProgress, Review, Failed, Voided, Captured, Refunding, PartiallyRefunded, Refunded, RefundFailed }

/// <summary>
/// One attempt to pay and its outcome. <see cref="StartedAt"/> is when its marker was recorded; <see cref="IsAccepted"/> is what a person
/// decided of its review.
/// </summary>
public sealed record PaymentAttempt(
    int Attempt,
    AttemptStatus Status,
    DateTimeOffset StartedAt,
    string? ProviderPaymentId = null,
    PaymentFailureReason? FailureReason = null,
    string? DeclineCode = null,
    bool? Retryable = null,
    bool? IsAccepted = null);

/// <summary>The outcome of an attempt; open and review have none yet, and a decided review waits for the provider.</summary>
[JsonConverter(typeof(Kebab<AttemptStatus>))]
public enum AttemptStatus { Open, Review, ReviewAccepted, ReviewDeclined, Failed, Voided, Captured }

/// <summary>
/// A refund: asked for by staff, in progress at the provider, done, or failed there. One that failed is made again, as
/// <paramref name="Attempt"/> 2 and so on, each a refund of its own that names in <paramref name="RetryOf"/> whose place it takes.
/// <paramref name="RetryDue"/>: it failed, and the next attempt has not begun.
/// </summary>
public sealed record RefundView(
    Guid RefundId,
    long Amount,
    RefundStatus Status,
    RefundCause Cause,
    string? ProviderRefundId = null,
    int Attempt = 1,
    Guid? RetryOf = null,
    bool RetryDue = false,
    string? FailureReason = null)
{
    /// <summary>A refund that fails at the provider is made so often in all; then staff must act.</summary>
    public const int MaxAttempts = 3;
}

/// <summary>Where a refund stands.</summary>
[JsonConverter(typeof(Kebab<RefundStatus>))]
public enum RefundStatus { Requested, InProgress, Refunded, Failed }

/// <summary>The parcel side of an order.</summary>
public sealed record ShippingView
{
    public required ShippingStatus Status { get; init; }

    /// <summary>Where it goes; missing once the customer's personal data was erased.</summary>
    public Address? Address { get; init; }

    public Guid? ShipmentId { get; init; }
    public string? Carrier { get; init; }
    public string? Service { get; init; }
    public DateTimeOffset? ShippedAt { get; init; }
    public IReadOnlyList<Package>? Packages { get; init; }
}

/// <summary>Where the parcel stands, in one word.</summary>
[JsonConverter(typeof(Kebab<ShippingStatus>))]
public enum ShippingStatus { Pending, InProgress, Prepared, Shipped }

/// <summary>One line of the history that a customer may see.</summary>
public sealed record TimelineEntry(
    long Revision,
    string Event,
    DateTimeOffset OccurredAt,
    AgentKind Agent,
    OrderStatus Status,
    int? Attempt = null,
    PaymentFailureReason? Reason = null,
    long? Amount = null,
    string? Carrier = null,
    IReadOnlyList<Package>? Packages = null);

/// <summary>The history of an order that a customer may see.</summary>
public sealed record Timeline(Guid OrderId, IReadOnlyList<TimelineEntry> Entries);
