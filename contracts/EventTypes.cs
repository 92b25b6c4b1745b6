using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Shop.Contracts;

/// <summary>
/// One version of one event: the name under which it is stored (<c>order-created/v1</c>, which is also the AMQP <c>type</c>) and,
/// for an event that is published, the exchange it goes to and the message that tells of it. Whether an event is published is a
/// property of its type alone.
/// </summary>
public sealed record EventType(string Name, int Version, JsonTypeInfo Json, string? Exchange = null, JsonTypeInfo? MessageJson = null)
{
    /// <summary>The stored name: <c>&lt;event&gt;/v&lt;version&gt;</c>.</summary>
    public string StoredName { get; } = $"{Name}/v{Version}";

    /// <summary><c>&lt;exchange&gt;.&lt;event&gt;</c>, or null for an event that stays in the store.</summary>
    public string? RoutingKey { get; } = Exchange is null ? null : $"{Exchange}.{Name}";

    public override string ToString() => StoredName;
}

/// <summary>The one map between events and their stored names. Names are explicit strings, never CLR names.</summary>
public static class EventTypes
{
    /// <summary>Every event that was ever written, in the order of an order's life.</summary>
    public static IReadOnlyList<EventType> All { get; } =
    [
        new("order-created", 1, ContractsJson.Default.OrderCreated, Topology.Orders, ContractsJson.Default.OrderCreatedMessage),
        new("payment-updated", 1, ContractsJson.Default.PaymentUpdated, Topology.Payment, ContractsJson.Default.PaymentUpdatedMessage),
        new("shipping-address-updated", 1, ContractsJson.Default.ShippingAddressUpdated),
        new("order-cancelled", 1, ContractsJson.Default.OrderCancelled, Topology.Orders, ContractsJson.Default.OrderCancelledMessage),
        new("payment-auth-in-progress", 1, ContractsJson.Default.PaymentAuthInProgress),
        new("payment-auth-pending-review", 1, ContractsJson.Default.PaymentAuthPendingReview, Topology.Payment, ContractsJson.Default.PaymentAuthPendingReviewMessage),
        new("payment-review-accepted", 1, ContractsJson.Default.PaymentReviewAccepted, Topology.Payment, ContractsJson.Default.PaymentReviewAcceptedMessage),
        new("payment-review-declined", 1, ContractsJson.Default.PaymentReviewDeclined, Topology.Payment, ContractsJson.Default.PaymentReviewDeclinedMessage),
        new("payment-captured", 1, ContractsJson.Default.PaymentCaptured, Topology.Payment, ContractsJson.Default.PaymentCapturedMessage),
        new("payment-auth-failed", 1, ContractsJson.Default.PaymentAuthFailed, Topology.Payment, ContractsJson.Default.PaymentAuthFailedMessage),
        new("payment-auth-voided", 1, ContractsJson.Default.PaymentAuthVoided),
        new("refund-requested", 1, ContractsJson.Default.RefundRequested, Topology.Orders, ContractsJson.Default.RefundRequestedMessage),
        new("payment-refund-in-progress", 1, ContractsJson.Default.PaymentRefundInProgress),
        new("payment-refunded", 1, ContractsJson.Default.PaymentRefunded),
        new("payment-refund-failed", 1, ContractsJson.Default.PaymentRefundFailed, Topology.Payment, ContractsJson.Default.PaymentRefundFailedMessage),
        new("note-added", 1, ContractsJson.Default.NoteAdded),
        new("shipping-preparation-in-progress", 1, ContractsJson.Default.ShippingPreparationInProgress),
        new("shipping-prepared", 1, ContractsJson.Default.ShippingPrepared),
        new("shipped", 1, ContractsJson.Default.Shipped, Topology.Shipping, ContractsJson.Default.ShippedMessage),
    ];

    private static readonly FrozenDictionary<Type, EventType> ByClr = All.ToFrozenDictionary(type => type.Json.Type);
    private static readonly FrozenDictionary<string, EventType> ByStoredName = All.ToFrozenDictionary(type => type.StoredName);

    /// <summary>The type of an event in hand.</summary>
    public static EventType Of(OrderEvent @event) => ByClr[@event.GetType()];

    /// <summary>The type of an event by its CLR type.</summary>
    public static EventType Of<T>() where T : OrderEvent => ByClr[typeof(T)];

    /// <summary>The type stored under a name, such as <c>shipped/v1</c>; null when this version of the shop does not know it.</summary>
    public static EventType? Find(string storedName) => ByStoredName.GetValueOrDefault(storedName);

    /// <summary>An event's data as it is stored: UTF-8 JSON.</summary>
    public static byte[] Serialize(OrderEvent @event) => JsonSerializer.SerializeToUtf8Bytes(@event, Of(@event).Json);

    /// <summary>The event that was stored under a name.</summary>
    /// <exception cref="UnreadableEventException">The name is unknown, or the data is not of its form.</exception>
    public static OrderEvent Deserialize(string storedName, ReadOnlySpan<byte> data)
    {
        var type = Find(storedName) ?? throw new UnreadableEventException($"Unknown event type '{storedName}'.");
        try
        {
            return JsonSerializer.Deserialize(data, type.Json) as OrderEvent
                ?? throw new UnreadableEventException($"The data of a '{storedName}' is null.");
        }
        catch (JsonException exception)
        {
            throw new UnreadableEventException($"The data of a '{storedName}' cannot be read: at {exception.Path ?? "$"}.", exception);
        }
    }
}

/// <summary>A stored event that this version of the shop cannot read. Whoever meets it stops: nothing is skipped.</summary>
public sealed class UnreadableEventException(string message, Exception? inner = null) : Exception(message, inner);
