using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Shop.Contracts;

namespace Shop.Backoffice.Orders;

/// <summary>
/// As much of an order's history as its status and payment status follow from, by the rules of <see cref="OrderView"/>, which the
/// Order Event Service has: a projection is told of one event at a time, and cannot ask. A test compares the two.
/// </summary>
internal sealed record OrderProgress
{
    public AttemptStatus? Attempt { get; init; }
    public bool MethodUpdated { get; init; }
    public long? Captured { get; init; }
    public ImmutableArray<RefundProgress> Refunds { get; init; } = [];
    public bool RefundFailedForGood { get; init; }
    public bool IsCancelled { get; init; }
    public bool IsPreparing { get; init; }
    public bool IsPrepared { get; init; }
    public bool IsShipped { get; init; }

    [JsonIgnore]
    public long Refunded => Refunds.Where(refund => refund.Status == RefundStatus.Refunded).Sum(refund => refund.Amount);

    [JsonIgnore]
    public OrderStatus Status => this switch
    {
        { IsCancelled: true } => OrderStatus.Cancelled,
        { IsShipped: true } => OrderStatus.Shipped,
        { IsPrepared: true } => OrderStatus.ShipmentPrepared,
        { IsPreparing: true } => OrderStatus.PreparingShipment,
        { Captured: not null } => OrderStatus.Paid,
        { Attempt: null } or { NextAttemptDue: true } => OrderStatus.Created,
        { Attempt: AttemptStatus.Open } => OrderStatus.PaymentInProgress,
        { Attempt: AttemptStatus.Failed or AttemptStatus.Voided } => OrderStatus.PaymentFailed,
        _ => OrderStatus.PaymentReview,
    };

    [JsonIgnore]
    public PaymentStatus PaymentStatus => this switch
    {
        { Captured: { } captured } when Refunded == captured => PaymentStatus.Refunded,
        { Captured: not null } when Refunds.Any(refund => refund.IsUnderWay) => PaymentStatus.Refunding,
        { RefundFailedForGood: true } => PaymentStatus.RefundFailed,
        { Captured: not null, Refunded: > 0 } => PaymentStatus.PartiallyRefunded,
        { Captured: not null } => PaymentStatus.Captured,
        { Attempt: null } or { NextAttemptDue: true } => PaymentStatus.Pending,
        { Attempt: AttemptStatus.Open } => PaymentStatus.InProgress,
        { Attempt: AttemptStatus.Failed } => PaymentStatus.Failed,
        { Attempt: AttemptStatus.Voided } => PaymentStatus.Voided,
        _ => PaymentStatus.Review,
    };

    private bool NextAttemptDue => MethodUpdated && Attempt is AttemptStatus.Failed or AttemptStatus.Voided;

    /// <summary>The same order after one more event.</summary>
    public OrderProgress After(OrderEvent happened) => happened switch
    {
        PaymentUpdated => this with { MethodUpdated = Attempt is not null },
        PaymentAuthInProgress => this with { Attempt = AttemptStatus.Open, MethodUpdated = false },
        PaymentAuthPendingReview => this with { Attempt = AttemptStatus.Review },
        PaymentReviewAccepted => this with { Attempt = AttemptStatus.ReviewAccepted },
        PaymentReviewDeclined => this with { Attempt = AttemptStatus.ReviewDeclined },
        PaymentCaptured e => this with { Attempt = AttemptStatus.Captured, Captured = e.Amount },
        PaymentAuthFailed => this with { Attempt = AttemptStatus.Failed },
        PaymentAuthVoided => this with { Attempt = AttemptStatus.Voided },
        RefundRequested e => With(new(e.RefundId, e.Amount, RefundStatus.Requested)) with { RefundFailedForGood = false },
        PaymentRefundInProgress e => Begun(e),
        PaymentRefunded e => With(Refund(e.RefundId) with { Status = RefundStatus.Refunded }),
        PaymentRefundFailed e => Failed(Refund(e.RefundId)),
        OrderCancelled => this with { IsCancelled = true },
        ShippingPreparationInProgress => this with { IsPreparing = true },
        ShippingPrepared => this with { IsPrepared = true },
        Shipped => this with { IsShipped = true },
        _ => this,
    };

    public string ToText() => JsonSerializer.Serialize(this, OrderProgressJson.Default.OrderProgress);

    public static OrderProgress Parse(string text) => JsonSerializer.Deserialize(text, OrderProgressJson.Default.OrderProgress)!;

    private RefundProgress Refund(Guid id) => Refunds.First(refund => refund.RefundId == id);

    private OrderProgress With(RefundProgress refund) => this with { Refunds = [.. Refunds.Where(other => other.RefundId != refund.RefundId), refund] };

    private OrderProgress Begun(PaymentRefundInProgress e)
    {
        if (e.RetryOf is not { } id) return With(new(e.RefundId, e.Amount, RefundStatus.InProgress));
        var failed = Refund(id);
        return With(failed with { RetryDue = false }).With(new(e.RefundId, e.Amount, RefundStatus.InProgress, failed.Attempt + 1));
    }

    private OrderProgress Failed(RefundProgress refund)
    {
        var isLast = refund.Attempt >= RefundView.MaxAttempts;
        return With(refund with { Status = RefundStatus.Failed, RetryDue = !isLast }) with { RefundFailedForGood = RefundFailedForGood || isLast };
    }
}

/// <summary>A refund, as much of it as the payment status follows from.</summary>
internal sealed record RefundProgress(Guid RefundId, long Amount, RefundStatus Status, int Attempt = 1, bool RetryDue = false)
{
    [JsonIgnore]
    public bool IsUnderWay => Status is RefundStatus.Requested or RefundStatus.InProgress || RetryDue;
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(OrderProgress))]
internal sealed partial class OrderProgressJson : JsonSerializerContext;
