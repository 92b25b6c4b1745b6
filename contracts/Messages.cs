namespace Shop.Contracts.Messages;

/// <summary>
/// What a published event says on the broker: ids, amounts and enumerations, and nothing personal. Whoever needs more asks the
/// Order Event Service, whose answer is also newer. The body is this record as plain JSON, with no envelope around it.
/// </summary>
public abstract record Message
{
    /// <summary>The event's id; also the AMQP <c>message-id</c>.</summary>
    public required Guid EventId { get; init; }

    /// <summary>The order that it happened to.</summary>
    public required Guid OrderId { get; init; }

    /// <summary>The event's revision in the order's stream.</summary>
    public required long Revision { get; init; }

    /// <summary>When it happened, UTC.</summary>
    public required DateTimeOffset OccurredAt { get; init; }

    /// <summary>The message that tells of a stored event; null when its type is not published.</summary>
    public static Message? Of(RecordedEvent recorded)
    {
        var (id, order, revision, at) = (recorded.EventId, recorded.OrderId, recorded.Revision, recorded.Metadata.TimeOccurred);
        return recorded.Event switch
        {
            Contracts.OrderCreated e => new OrderCreated { EventId = id, OrderId = order, Revision = revision, OccurredAt = at, OrderNumber = e.OrderNumber, Currency = e.Currency, Total = e.Total },
            Contracts.OrderCancelled => new OrderCancelled { EventId = id, OrderId = order, Revision = revision, OccurredAt = at },
            Contracts.RefundRequested e => new RefundRequested { EventId = id, OrderId = order, Revision = revision, OccurredAt = at, RefundId = e.RefundId, Amount = e.Amount },
            Contracts.PaymentUpdated e => new PaymentUpdated { EventId = id, OrderId = order, Revision = revision, OccurredAt = at, Provider = e.Payment.Provider },
            Contracts.PaymentAuthPendingReview e => new PaymentAuthPendingReview { EventId = id, OrderId = order, Revision = revision, OccurredAt = at, Attempt = e.Attempt, RiskLevel = e.RiskLevel, CaptureBefore = e.CaptureBefore },
            Contracts.PaymentReviewAccepted e => new PaymentReviewAccepted { EventId = id, OrderId = order, Revision = revision, OccurredAt = at, Attempt = e.Attempt },
            Contracts.PaymentReviewDeclined e => new PaymentReviewDeclined { EventId = id, OrderId = order, Revision = revision, OccurredAt = at, Attempt = e.Attempt },
            Contracts.PaymentCaptured e => new PaymentCaptured { EventId = id, OrderId = order, Revision = revision, OccurredAt = at, Attempt = e.Attempt, Amount = e.Amount, Currency = e.Currency },
            Contracts.PaymentAuthFailed e => new PaymentAuthFailed { EventId = id, OrderId = order, Revision = revision, OccurredAt = at, Attempt = e.Attempt, Reason = e.Reason, Retryable = e.Retryable, DeclineCode = e.DeclineCode },
            Contracts.PaymentRefundFailed e => new PaymentRefundFailed { EventId = id, OrderId = order, Revision = revision, OccurredAt = at, RefundId = e.RefundId, Amount = e.Amount, Currency = e.Currency, Reason = e.Reason },
            Contracts.Shipped e => new Shipped { EventId = id, OrderId = order, Revision = revision, OccurredAt = at, ShipmentId = e.ShipmentId, Carrier = e.Carrier, ShippedAt = e.ShippedAt },
            _ => null,
        };
    }
}

/// <summary><c>orders.order-created</c></summary>
public sealed record OrderCreated : Message
{
    public required string OrderNumber { get; init; }
    public required string Currency { get; init; }
    public required long Total { get; init; }
}

/// <summary><c>orders.order-cancelled</c></summary>
public sealed record OrderCancelled : Message;

/// <summary><c>orders.refund-requested</c></summary>
public sealed record RefundRequested : Message
{
    public required Guid RefundId { get; init; }
    public required long Amount { get; init; }
}

/// <summary><c>payment.payment-updated</c></summary>
public sealed record PaymentUpdated : Message
{
    public required string Provider { get; init; }
}

/// <summary><c>payment.payment-auth-pending-review</c></summary>
public sealed record PaymentAuthPendingReview : Message
{
    public required int Attempt { get; init; }
    public required string RiskLevel { get; init; }
    public required DateTimeOffset CaptureBefore { get; init; }
}

/// <summary><c>payment.payment-review-accepted</c></summary>
public sealed record PaymentReviewAccepted : Message
{
    public required int Attempt { get; init; }
}

/// <summary><c>payment.payment-review-declined</c></summary>
public sealed record PaymentReviewDeclined : Message
{
    public required int Attempt { get; init; }
}

/// <summary><c>payment.payment-captured</c></summary>
public sealed record PaymentCaptured : Message
{
    public required int Attempt { get; init; }
    public required long Amount { get; init; }
    public required string Currency { get; init; }
}

/// <summary><c>payment.payment-auth-failed</c></summary>
public sealed record PaymentAuthFailed : Message
{
    public required int Attempt { get; init; }
    public required PaymentFailureReason Reason { get; init; }
    public required bool Retryable { get; init; }
    public string? DeclineCode { get; init; }
}

/// <summary><c>payment.payment-refund-failed</c></summary>
public sealed record PaymentRefundFailed : Message
{
    public required Guid RefundId { get; init; }
    public required long Amount { get; init; }
    public required string Currency { get; init; }
    public string? Reason { get; init; }
}

/// <summary><c>shipping.shipped</c></summary>
public sealed record Shipped : Message
{
    public required Guid ShipmentId { get; init; }
    public required string Carrier { get; init; }
    public required DateTimeOffset ShippedAt { get; init; }
}
