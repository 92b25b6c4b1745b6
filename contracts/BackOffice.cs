using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace Shop.Contracts;

/// <summary>
/// A message that the consumers of a queue could not, or never can, work on, as a list shows it: nothing of its body but the order
/// that it names.
/// </summary>
public record DeadLetter
{
    /// <summary>The queue that it was meant for.</summary>
    public required string Queue { get; init; }

    /// <summary>The message id; for a message without one that can stand in a URL, <c>sha256-</c> and a hash.</summary>
    public required string Id { get; init; }

    /// <summary>What the message says it is, such as <c>order-created/v1</c>.</summary>
    public string? Type { get; init; }

    /// <summary>The order that its body names.</summary>
    public Guid? OrderId { get; init; }

    /// <summary>Why it is dead: <c>malformed</c>, <c>unknown-type</c>, <c>no-consumer</c>, <c>unprocessable</c>, <c>attempts-spent</c>, <c>delivery-limit</c>.</summary>
    public required string Reason { get; init; }

    public string? Exception { get; init; }

    public string? Message { get; init; }

    /// <summary>How often it was tried.</summary>
    public required int Attempts { get; init; }

    /// <summary>Since when it is dead.</summary>
    public DateTimeOffset? At { get; init; }
}

/// <summary>All that is known of one dead letter.</summary>
public sealed record DeadLetterDetails : DeadLetter
{
    [JsonConstructor]
    public DeadLetterDetails() { }

    /// <summary>What a list shows of it, and the rest.</summary>
    [SetsRequiredMembers]
    public DeadLetterDetails(DeadLetter summary, string? stack, string body, int bodyLength, IReadOnlyDictionary<string, string> properties)
        : base(summary) => (Stack, Body, BodyLength, Properties) = (stack, body, bodyLength, properties);

    public string? Stack { get; init; }

    /// <summary>The body as text, cut off when it is long.</summary>
    public required string Body { get; init; }

    /// <summary>The whole body's length in bytes.</summary>
    public required int BodyLength { get; init; }

    /// <summary>What travels beside the body: message properties and headers.</summary>
    public required IReadOnlyDictionary<string, string> Properties { get; init; }
}

/// <summary>The dead letters of one queue, the oldest first. <paramref name="Total"/> may be more than are listed.</summary>
public sealed record DeadLetterPage(string Queue, long Total, IReadOnlyList<DeadLetter> DeadLetters);

/// <summary>The dead letters of the shop. What could not be asked is named in <paramref name="Unavailable"/>.</summary>
public sealed record DeadLetterOverview(
    IReadOnlyList<DeadLetter> DeadLetters, IReadOnlyList<QueueTotal> Queues, IReadOnlyList<Unavailable> Unavailable);

/// <summary>How many dead letters a queue has.</summary>
public sealed record QueueTotal(string Queue, long Total);

/// <summary>A part of the shop that did not answer, and what it said instead.</summary>
public sealed record Unavailable(string Service, string Reason);

/// <summary>What a replay came to. <paramref name="Left"/> had no time left: ask again.</summary>
public sealed record Replayed(string Queue, long Count, long Left);

/// <summary>What an order that should have moved waits for.</summary>
[JsonConverter(typeof(Kebab<WaitsFor>))]
public enum WaitsFor
{
    /// <summary>The first attempt to pay, or the next.</summary>
    PaymentAttempt,

    /// <summary>The outcome of an open attempt.</summary>
    PaymentOutcome,

    /// <summary>A decided review is to be captured or voided.</summary>
    ReviewSettlement,

    /// <summary>The attempt of a cancelled order is to be voided, or otherwise ended.</summary>
    PaymentVoid,

    /// <summary>Money is to be given back.</summary>
    Refund,

    /// <summary>Money is to be given back, and the provider failed to too often: staff must act.</summary>
    RefundByStaff,

    /// <summary>A paid order is to be prepared for shipment.</summary>
    ShippingPreparation,

    /// <summary>The warehouse is preparing the parcel.</summary>
    ShippingPrepared,
}

/// <summary>An order that should have moved and has not.</summary>
public sealed record StuckOrder
{
    public required Guid OrderId { get; init; }

    public required WaitsFor WaitsFor { get; init; }

    /// <summary>When it last moved.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>How often it was set going again since then.</summary>
    public required int Nudges { get; init; }

    public DateTimeOffset? NudgedAt { get; init; }

    /// <summary>Its messages that lie among the dead letters, as <c>queue/id</c>; absent when nobody looked.</summary>
    public IReadOnlyList<string>? DeadLetters { get; init; }
}

/// <summary>Stuck orders, the longest stuck first. <paramref name="Total"/> may be more than are listed.</summary>
public sealed record StuckOrders(long Total, IReadOnlyList<StuckOrder> Orders, IReadOnlyList<Unavailable>? Unavailable = null);

/// <summary>The event that was published once more, under the same id.</summary>
public sealed record Nudged(Guid OrderId, Guid EventId, string Type);

/// <summary>A payment that the provider holds, and that a person is to accept or decline before it lapses.</summary>
public sealed record PaymentReview
{
    public required Guid OrderId { get; init; }

    public required string OrderNumber { get; init; }

    /// <summary>Which attempt to pay it is.</summary>
    public required int Attempt { get; init; }

    /// <summary>In minor units of <see cref="Currency"/>.</summary>
    public required long Amount { get; init; }

    public required string Currency { get; init; }

    /// <summary>The provider's word, such as <c>elevated</c>.</summary>
    public required string RiskLevel { get; init; }

    /// <summary>When the provider gives the money back by itself; the shop gives it up a little earlier.</summary>
    public required DateTimeOffset CaptureBefore { get; init; }

    public required DateTimeOffset Since { get; init; }

    /// <summary>For how long it has waited, in whole seconds.</summary>
    public required long AgeSeconds { get; init; }
}

/// <summary>
/// Payments under review, the one that lapses first first. <paramref name="Total"/> is all of them; <paramref name="Next"/>, while
/// there are more, is what to pass as <c>after</c> for the next page.
/// </summary>
public sealed record PaymentReviews(long Total, IReadOnlyList<PaymentReview> Reviews, string? Next = null);
