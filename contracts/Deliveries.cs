using System.Text.Json.Serialization;

namespace Shop.Contracts;

/// <summary>Where a delivery to the order management system stands: to be sent, or again, or taken by it.</summary>
[JsonConverter(typeof(Kebab<DeliveryState>))]
public enum DeliveryState { Pending, Delivered }

/// <summary>
/// An <see cref="Approval"/> on its way to the order management system. <see cref="Id"/> is also the idempotency key under which it
/// is sent, each time; <see cref="Sequence"/> is the approval's.
/// </summary>
public sealed record Delivery
{
    public required Guid Id { get; init; }

    public required long Sequence { get; init; }

    public required Guid OrderId { get; init; }

    public required ApprovalKind Kind { get; init; }

    public required DeliveryState State { get; init; }

    /// <summary>How often it was sent.</summary>
    public required int Attempts { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Not before then is it sent again; absent once it is delivered. It also waits for the same order's deliveries before it.</summary>
    public DateTimeOffset? NextAttemptAt { get; init; }

    public DateTimeOffset? DeliveredAt { get; init; }

    /// <summary>Why the last attempt failed; absent when it did not.</summary>
    public string? LastError { get; init; }
}

/// <summary>One time that a delivery was sent: the answer's status, when there was one, and what was wrong with it.</summary>
public sealed record DeliveryAttempt(DateTimeOffset At, int? Status = null, string? Error = null);

/// <summary>A delivery, and the last times that it was sent, the latest first.</summary>
public sealed record DeliveryDetails(Delivery Delivery, IReadOnlyList<DeliveryAttempt> Attempts);

/// <summary>
/// Deliveries by their sequence. <paramref name="Next"/> is what to pass as <c>after</c> for those that follow; <paramref name="Pending"/>
/// counts all that are yet to be delivered, whatever was asked for. <paramref name="Trouble"/> says why nothing is sent just now.
/// </summary>
public sealed record DeliveryPage(IReadOnlyList<Delivery> Deliveries, long Next, long Pending, string? Trouble = null);

/// <summary>
/// The body of <c>POST /admin/approved-orders/ack</c>, and its answer: whoever pulls the approved orders has taken care of those up to
/// that sequence number.
/// </summary>
public sealed record Acknowledgement(long? Position = null);
