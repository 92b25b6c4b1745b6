using System.Text.Json.Serialization;

namespace Shop.Contracts;

/// <summary>
/// A fact in the life of one order, as it is stored in the order's stream. The set is closed: <see cref="EventTypes"/> maps each
/// to its stored name. A stored form is frozen once released: a member may be added as optional, anything else is a new version
/// beside it. Money is in minor units of the order's one currency.
/// </summary>
public abstract record OrderEvent;

/// <summary>A customer placed the order. Always, and only, the first event of a stream.</summary>
public sealed record OrderCreated(
    string OrderNumber,
    string Currency,
    string Locale,
    IReadOnlyList<OrderItem> Items,
    long Subtotal,
    long Shipping,
    long Tax,
    long Total,
    PaymentMethod Payment,
    PersonalData? Personal = null,
    string? CustomerId = null,
    IReadOnlyDictionary<string, string>? Metadata = null) : OrderEvent;

/// <summary>The customer chose another payment method: before the first attempt, or to pay again after a failed one.</summary>
public sealed record PaymentUpdated(PaymentMethod Payment) : OrderEvent;

/// <summary>The customer chose another shipping address, which is the one that <paramref name="Personal"/> holds.</summary>
public sealed record ShippingAddressUpdated(PersonalData? Personal = null) : OrderEvent;

/// <summary>
/// The customer, or staff, cancelled. <paramref name="Reason"/> is their own words, or <c>customer-request</c> or <c>staff-request</c>.
/// </summary>
public sealed record OrderCancelled(string Reason, string? Note = null) : OrderEvent;

/// <summary>Marker: from here on the attempt is open, and the payment method is fixed until its outcome is known.</summary>
public sealed record PaymentAuthInProgress(int Attempt) : OrderEvent;

/// <summary>The provider holds the money until <paramref name="CaptureBefore"/> and wants a person to decide.</summary>
public sealed record PaymentAuthPendingReview(int Attempt, string ProviderPaymentId, string RiskLevel, DateTimeOffset CaptureBefore) : OrderEvent;

/// <summary>A person accepted the payment under review: it may be captured.</summary>
public sealed record PaymentReviewAccepted(int Attempt, string Reviewer, string? Note = null) : OrderEvent;

/// <summary>A person declined the payment under review: it is to be voided.</summary>
public sealed record PaymentReviewDeclined(int Attempt, string Reviewer, string? Note = null) : OrderEvent;

/// <summary>The money was taken. A fact, also when the order was cancelled meanwhile: then it is refunded.</summary>
public sealed record PaymentCaptured(int Attempt, long Amount, string Currency, string ProviderPaymentId) : OrderEvent;

/// <summary>The attempt came to nothing. <paramref name="Retryable"/> is false after a hard decline: the customer cannot pay again.</summary>
public sealed record PaymentAuthFailed(int Attempt, PaymentFailureReason Reason, bool Retryable, string? DeclineCode = null) : OrderEvent;

/// <summary>The authorization was given back before anything was captured.</summary>
public sealed record PaymentAuthVoided(int Attempt, PaymentVoidReason Reason, string ProviderPaymentId) : OrderEvent;

/// <summary>Staff asked for (part of) the captured amount to be given back.</summary>
public sealed record RefundRequested(Guid RefundId, long Amount, string Reason) : OrderEvent;

/// <summary>
/// Marker: from here on the refund is open, until the provider says how it ended. <paramref name="RetryOf"/> is the failed refund
/// whose place it takes.
/// </summary>
public sealed record PaymentRefundInProgress(Guid RefundId, long Amount, string Currency, RefundCause Cause, Guid? RetryOf = null) : OrderEvent;

/// <summary>The refund succeeded at the provider. It may still fail: see <see cref="PaymentRefundFailed"/>.</summary>
public sealed record PaymentRefunded(Guid RefundId, long Amount, string Currency, string ProviderRefundId) : OrderEvent;

/// <summary>
/// The refund failed at the provider, be it weeks after it had succeeded: the money is the shop's again, and still to be given
/// back. <paramref name="Reason"/> is the provider's word, such as <c>expired_or_canceled_card</c>.
/// </summary>
public sealed record PaymentRefundFailed(Guid RefundId, long Amount, string Currency, string ProviderRefundId, string? Reason = null) : OrderEvent;

/// <summary>Staff noted something for other staff: the text is <see cref="PersonalData.Note"/>, since it may say anything of anybody.</summary>
public sealed record NoteAdded(PersonalData? Personal = null) : OrderEvent;

/// <summary>Marker: from here on the order can neither be cancelled nor sent to another address.</summary>
public sealed record ShippingPreparationInProgress(Guid ShipmentId) : OrderEvent;

/// <summary>The parcel stands ready at the warehouse.</summary>
public sealed record ShippingPrepared(Guid ShipmentId, string? Carrier = null, string? Service = null) : OrderEvent;

/// <summary>The carrier has the parcel.</summary>
public sealed record Shipped(
    Guid ShipmentId, string Carrier, DateTimeOffset ShippedAt, IReadOnlyList<Package> Packages, string? Service = null) : OrderEvent;

/// <summary>One line of an order. <paramref name="UnitPrice"/> is in minor units of the order's currency.</summary>
public sealed record OrderItem(string Sku, string Name, int Quantity, long UnitPrice);

/// <summary>How an order is paid: a provider's token, never a card number.</summary>
public sealed record PaymentMethod(string Provider, string MethodToken, string? Brand = null);

/// <summary>A parcel as the carrier knows it.</summary>
public sealed record Package(string TrackingNumber, string? TrackingUrl = null);

/// <summary>A postal address. <paramref name="Country"/> is ISO 3166-1 alpha-2.</summary>
public sealed record Address(
    string Name, string Line1, string City, string PostalCode, string Country, string? Line2 = null, string? Region = null, string? Phone = null);

/// <summary>
/// Everything in an event that says who somebody is, kept in a block of its own so that it can be erased (or encrypted under a
/// key that can be destroyed) while the stream still folds: each member may be missing, for good.
/// </summary>
public sealed record PersonalData(
    string? Name = null, string? Email = null, string? Phone = null, Address? ShippingAddress = null, Address? BillingAddress = null, string? Note = null);

/// <summary>Why an attempt to pay failed.</summary>
[JsonConverter(typeof(Kebab<PaymentFailureReason>))]
public enum PaymentFailureReason { Declined, ReviewDeclined, AuthorizationExpired, AuthenticationRequired, ProviderRejected }

/// <summary>Why an authorization was given back.</summary>
[JsonConverter(typeof(Kebab<PaymentVoidReason>))]
public enum PaymentVoidReason { OrderCancelled, AuthorizationExpired }

/// <summary>What a refund answers.</summary>
[JsonConverter(typeof(Kebab<RefundCause>))]
public enum RefundCause { OrderCancelled, RefundRequested }
