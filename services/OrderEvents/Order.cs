using System.Collections.Immutable;
using Shop.Contracts;

namespace Shop.OrderEvents;

/// <summary>
/// One order: what its stream says so far, and what may happen next. Pure: no clock, no store, no bus; times and ids come in as
/// arguments. A repeat of what stands in the stream is accepted and yields nothing; what the history rules out is refused.
/// </summary>
public sealed record Order
{
    /// <summary>A customer may try to pay this often.</summary>
    public const int MaxAttempts = 5;

    public required Guid Id { get; init; }
    public required OrderCreated Placed { get; init; }
    public required PaymentMethod Method { get; init; }
    public Address? ShippingAddress { get; init; }
    public ImmutableList<PaymentAttempt> Attempts { get; init; } = [];
    public bool MethodUpdatedSinceFailure { get; init; }
    public PaymentCaptured? Captured { get; init; }
    public ImmutableList<RefundView> Refunds { get; init; } = [];
    public ShippingPreparationInProgress? Preparation { get; init; }
    public ShippingPrepared? Prepared { get; init; }
    public Shipped? Shipped { get; init; }
    public CancellationView? Cancelled { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>The revision of the last event folded in.</summary>
    public required long Revision { get; init; }

    /// <summary>The last attempt, whose outcome decides what may happen to the payment.</summary>
    public PaymentAttempt? LastAttempt => Attempts.Count == 0 ? null : Attempts[^1];

    /// <summary>The method was changed after a failed attempt, and the next attempt has not begun.</summary>
    public bool NextAttemptDue => MethodUpdatedSinceFailure && LastAttempt is { Status: AttemptStatus.Failed or AttemptStatus.Voided };

    /// <summary>What was captured and neither is, nor is about to be, given back. What failed for good is there to be given back again.</summary>
    public long Refundable => (Captured?.Amount ?? 0)
        - Refunds.Where(refund => refund.Status != RefundStatus.Failed || refund.RetryDue).Sum(refund => refund.Amount);

    /// <summary>All that was captured is meant to be given back, also when that has not worked out so far.</summary>
    public bool IsRefundedInFull =>
        Captured is { } captured && Refunds.Where(refund => refund.RetryOf is null).Sum(refund => refund.Amount) >= captured.Amount;

    /// <summary>A refund that was asked for, is open, or failed and is to be made again.</summary>
    public bool HasRefundUnderWay =>
        Refunds.Exists(refund => refund.Status is RefundStatus.Requested or RefundStatus.InProgress || refund.RetryDue);

    /// <summary>A refund failed at the provider for the last time, and staff has not asked for another since.</summary>
    public bool RefundFailedForGood { get; init; }

    /// <summary>Where the order stands, in one word.</summary>
    public OrderStatus Status => this switch
    {
        { Cancelled: not null } => OrderStatus.Cancelled,
        { Shipped: not null } => OrderStatus.Shipped,
        { Prepared: not null } => OrderStatus.ShipmentPrepared,
        { Preparation: not null } => OrderStatus.PreparingShipment,
        { Captured: not null } => OrderStatus.Paid,
        { LastAttempt: null } or { NextAttemptDue: true } => OrderStatus.Created,
        { LastAttempt.Status: AttemptStatus.Open } => OrderStatus.PaymentInProgress,
        { LastAttempt.Status: AttemptStatus.Failed or AttemptStatus.Voided } => OrderStatus.PaymentFailed,
        _ => OrderStatus.PaymentReview,
    };

    /// <summary>What the history says to an event that somebody proposes.</summary>
    public static Decision Decide(Order? order, OrderEvent proposed) => proposed switch
    {
        OrderCreated => order is null ? Decision.Accept : Refuse("order-already-exists", "order-created"),
        _ when order is null => Refuse("order-not-found"),

        PaymentUpdated e => order switch
        {
            { Cancelled: not null } => Refuse("order-cancelled", "order-cancelled"),
            { Captured: not null } => Refuse("payment-update-not-allowed", "payment-captured"),
            { LastAttempt: null } or { NextAttemptDue: true } => order.Method == e.Payment ? Decision.Repeat : Decision.Accept,
            { LastAttempt.Status: AttemptStatus.Open } => Refuse("payment-update-not-allowed", "payment-auth-in-progress"),
            { LastAttempt: { Status: AttemptStatus.Failed, Retryable: not true } } => Refuse("payment-update-not-allowed", "payment-auth-failed"),
            { LastAttempt.Status: AttemptStatus.Failed or AttemptStatus.Voided, Attempts.Count: >= MaxAttempts } =>
                Refuse("attempts-exhausted", "payment-auth-failed"),
            { LastAttempt.Status: AttemptStatus.Failed or AttemptStatus.Voided } => Decision.Accept,
            _ => Refuse("payment-update-not-allowed", "payment-auth-pending-review"),
        },

        ShippingAddressUpdated e => order switch
        {
            { Cancelled: not null } => Refuse("order-cancelled", "order-cancelled"),
            { Preparation: not null } => Refuse("shipping-address-locked", "shipping-preparation-in-progress"),
            _ => order.ShippingAddress == e.Personal?.ShippingAddress ? Decision.Repeat : Decision.Accept,
        },

        OrderCancelled => order switch
        {
            { Cancelled: not null } => Refuse("order-already-cancelled", "order-cancelled"),
            { Preparation: not null } => Refuse("order-not-cancellable", "shipping-preparation-in-progress"),
            _ => Decision.Accept,
        },

        PaymentAuthInProgress e => order switch
        {
            _ when e.Attempt <= order.Attempts.Count && e.Attempt > 0 => Decision.Repeat,
            { Cancelled: not null } => Refuse("order-cancelled", "order-cancelled"),
            { Captured: not null } => Refuse("payment-already-captured", "payment-captured"),
            _ when e.Attempt != order.Attempts.Count + 1 || e.Attempt > MaxAttempts => Refuse("attempt-not-due"),
            { LastAttempt: null } or { NextAttemptDue: true } => Decision.Accept,
            _ => Refuse("attempt-not-due", "payment-auth-in-progress"),
        },

        PaymentAuthPendingReview e => order.AttemptNumber(e.Attempt) switch
        {
            { ProviderPaymentId: { } id } when id == e.ProviderPaymentId => Decision.Repeat,
            { Status: AttemptStatus.Open } => order.Cancelled is null ? Decision.Accept : Refuse("order-cancelled", "order-cancelled"),
            var attempt => Closed(attempt),
        },

        PaymentReviewAccepted e => order.DecideReview(e.Attempt, isAccepted: true),
        PaymentReviewDeclined e => order.DecideReview(e.Attempt, isAccepted: false),

        // A fact, also when the order was cancelled meanwhile: it is written, and refunded.
        PaymentCaptured e => order.AttemptNumber(e.Attempt) switch
        {
            { Status: AttemptStatus.Captured, ProviderPaymentId: { } id } when id == e.ProviderPaymentId => Decision.Repeat,
            { Status: AttemptStatus.Open or AttemptStatus.ReviewAccepted } when order.Captured is null =>
                e.Amount == order.Placed.Total && e.Currency == order.Placed.Currency ? Decision.Accept : Refuse("amount-mismatch", "order-created"),
            var attempt => Closed(attempt),
        },

        PaymentAuthFailed e => order.AttemptNumber(e.Attempt) switch
        {
            { Status: AttemptStatus.Failed } => Decision.Repeat,
            // Staff's no is for good, whatever else ended the payment at the same moment.
            { Status: AttemptStatus.ReviewDeclined } when e.Reason != PaymentFailureReason.ReviewDeclined =>
                Refuse("review-already-decided", "payment-review-declined"),
            { } attempt when Undecided(attempt) => Decision.Accept,
            var attempt => Closed(attempt),
        },

        PaymentAuthVoided e => order.AttemptNumber(e.Attempt) switch
        {
            { Status: AttemptStatus.Voided } => Decision.Repeat,
            { } attempt when Undecided(attempt) => order.Cancelled is not null || e.Reason == PaymentVoidReason.AuthorizationExpired
                ? Decision.Accept
                : Refuse("order-not-cancelled"),
            var attempt => Closed(attempt),
        },

        RefundRequested e => order.Refund(e.RefundId) switch
        {
            { Amount: var amount } => amount == e.Amount ? Decision.Repeat : Refuse("refund-already-requested", "refund-requested"),
            _ => order.Captured is null ? Refuse("payment-not-captured") : order.WithinWhatIsLeft(e.Amount),
        },

        PaymentRefundInProgress e => order.Refund(e.RefundId) switch
        {
            { Status: not RefundStatus.Requested } => Decision.Repeat,
            { Status: RefundStatus.Requested, Amount: var amount } => amount == e.Amount ? Decision.Accept : Refuse("amount-mismatch", "refund-requested"),
            _ when order.Captured is null => Refuse("payment-not-captured"),
            _ when e.RetryOf is { } failed => order.Refund(failed) is { RetryDue: true, Amount: var amount } && amount == e.Amount
                ? Decision.Accept
                : Refuse("refund-retry-not-due", "payment-refund-failed"),
            _ when order.Cancelled is null => Refuse("order-not-cancelled"),
            _ => order.WithinWhatIsLeft(e.Amount),
        },

        PaymentRefunded e => order.Refund(e.RefundId) switch
        {
            { Status: RefundStatus.Refunded } => Decision.Repeat,
            { Status: RefundStatus.InProgress, Amount: var amount } => amount == e.Amount ? Decision.Accept : Refuse("amount-mismatch", "payment-refund-in-progress"),
            { Status: RefundStatus.Failed } => Refuse("refund-not-open", "payment-refund-failed"),
            _ => Refuse("refund-not-open"),
        },

        // Also of a refund that succeeded: the provider, or the customer's bank, may find out weeks later that it cannot be done.
        PaymentRefundFailed e => order.Refund(e.RefundId) switch
        {
            { Status: RefundStatus.Failed } => Decision.Repeat,
            { Status: RefundStatus.InProgress or RefundStatus.Refunded, Amount: var amount } =>
                amount == e.Amount ? Decision.Accept : Refuse("amount-mismatch", "payment-refund-in-progress"),
            _ => Refuse("refund-not-open"),
        },

        NoteAdded => Decision.Accept,

        ShippingPreparationInProgress e => order switch
        {
            { Preparation: { } preparation } => preparation == e ? Decision.Repeat : Refuse("preparation-already-begun", "shipping-preparation-in-progress"),
            { Cancelled: not null } => Refuse("order-cancelled", "order-cancelled"),
            { Captured: null } => Refuse("payment-not-captured"),
            { IsRefundedInFull: true } => Refuse("order-fully-refunded", "payment-refunded"),
            _ => Decision.Accept,
        },

        ShippingPrepared e => order switch
        {
            { Prepared: { } prepared } => prepared.ShipmentId == e.ShipmentId ? Decision.Repeat : Refuse("shipment-already-prepared", "shipping-prepared"),
            { Preparation: { } preparation } when preparation.ShipmentId == e.ShipmentId => Decision.Accept,
            _ => Refuse("preparation-not-begun"),
        },

        Shipped e => order switch
        {
            { Shipped: { } shipped } => SameParcels(shipped, e) ? Decision.Repeat : Refuse("already-shipped", "shipped"),
            { Cancelled: not null } => Refuse("order-cancelled", "order-cancelled"),
            { Prepared: { } prepared } when prepared.ShipmentId == e.ShipmentId => Decision.Accept,
            { Prepared: null, Preparation: not null } => Refuse("shipment-not-prepared", "shipping-preparation-in-progress"),
            _ => Refuse("shipment-not-prepared"),
        },

        _ => throw new InvalidOperationException($"No rule for {proposed.GetType().Name}."),
    };

    /// <summary>The order after one more event of its stream.</summary>
    public static Order Evolve(Order? order, RecordedEvent recorded)
    {
        var next = recorded.Event is OrderCreated created ? Begin(recorded, created) : order!.Apply(recorded);
        return next with { Revision = recorded.Revision, UpdatedAt = recorded.Metadata.TimeObserved };
    }

    /// <summary>The order that a stream tells of; null for an empty one.</summary>
    public static Order? Fold(IEnumerable<RecordedEvent> stream) => stream.Aggregate((Order?)null, Evolve);

    private static Order Begin(RecordedEvent recorded, OrderCreated e) => new()
    {
        Id = recorded.OrderId,
        Placed = e,
        Method = e.Payment,
        ShippingAddress = e.Personal?.ShippingAddress,
        CreatedAt = recorded.Metadata.TimeObserved,
        UpdatedAt = recorded.Metadata.TimeObserved,
        Revision = recorded.Revision,
    };

    private Order Apply(RecordedEvent recorded) => recorded.Event switch
    {
        PaymentUpdated e => this with { Method = e.Payment, MethodUpdatedSinceFailure = LastAttempt is not null },
        ShippingAddressUpdated e => this with { ShippingAddress = e.Personal?.ShippingAddress },
        OrderCancelled e => this with { Cancelled = new(recorded.Metadata.TimeObserved, e.Reason) },
        PaymentAuthInProgress e => this with
        {
            Attempts = Attempts.Add(new(e.Attempt, AttemptStatus.Open, recorded.Metadata.TimeObserved)),
            MethodUpdatedSinceFailure = false,
        },
        PaymentAuthPendingReview e => With(e.Attempt, a => a with { Status = AttemptStatus.Review, ProviderPaymentId = e.ProviderPaymentId }),
        PaymentReviewAccepted e => With(e.Attempt, a => a with { Status = AttemptStatus.ReviewAccepted, IsAccepted = true }),
        PaymentReviewDeclined e => With(e.Attempt, a => a with { Status = AttemptStatus.ReviewDeclined, IsAccepted = false }),
        PaymentCaptured e => With(e.Attempt, a => a with { Status = AttemptStatus.Captured, ProviderPaymentId = e.ProviderPaymentId }) with { Captured = e },
        PaymentAuthFailed e => With(e.Attempt, a => a with
        {
            Status = AttemptStatus.Failed,
            FailureReason = e.Reason,
            DeclineCode = e.DeclineCode,
            Retryable = e.Retryable,
        }),
        PaymentAuthVoided e => With(e.Attempt, a => a with { Status = AttemptStatus.Voided, ProviderPaymentId = e.ProviderPaymentId }),
        RefundRequested e => this with
        {
            Refunds = Refunds.Add(new(e.RefundId, e.Amount, RefundStatus.Requested, RefundCause.RefundRequested)),
            RefundFailedForGood = false,
        },
        PaymentRefundInProgress e => Refund(e.RefundId) is { } requested
            ? With(requested, r => r with { Status = RefundStatus.InProgress })
            : Begin(new RefundView(e.RefundId, e.Amount, RefundStatus.InProgress, e.Cause, RetryOf: e.RetryOf)),
        PaymentRefundFailed e => Fail(Refund(e.RefundId)!, e),
        PaymentRefunded e => With(Refund(e.RefundId)!, r => r with { Status = RefundStatus.Refunded, ProviderRefundId = e.ProviderRefundId }),
        NoteAdded => this,
        ShippingPreparationInProgress e => this with { Preparation = e },
        ShippingPrepared e => this with { Prepared = e },
        Shipped e => this with { Shipped = e },
        var other => throw new InvalidOperationException($"{other.GetType().Name} does not happen to an order that exists."),
    };

    private PaymentAttempt? AttemptNumber(int number) => number >= 1 && number <= Attempts.Count ? Attempts[number - 1] : null;

    private RefundView? Refund(Guid id) => Refunds.Find(refund => refund.RefundId == id);

    private Order With(int attempt, Func<PaymentAttempt, PaymentAttempt> change) =>
        this with { Attempts = Attempts.SetItem(attempt - 1, change(Attempts[attempt - 1])) };

    private Order With(RefundView refund, Func<RefundView, RefundView> change) => this with { Refunds = Refunds.Replace(refund, change(refund)) };

    private Order Begin(RefundView refund)
    {
        if (refund.RetryOf is not { } id || Refund(id) is not { } failed) return this with { Refunds = Refunds.Add(refund) };
        var retried = With(failed, r => r with { RetryDue = false });
        return retried with { Refunds = retried.Refunds.Add(refund with { Attempt = failed.Attempt + 1, Cause = failed.Cause }) };
    }

    private Order Fail(RefundView refund, PaymentRefundFailed e)
    {
        var isLast = refund.Attempt >= RefundView.MaxAttempts;
        var failed = With(refund, r => r with
        {
            Status = RefundStatus.Failed,
            ProviderRefundId = e.ProviderRefundId,
            FailureReason = e.Reason,
            RetryDue = !isLast,
        });
        return failed with { RefundFailedForGood = RefundFailedForGood || isLast };
    }

    private Decision DecideReview(int number, bool isAccepted) => AttemptNumber(number) switch
    {
        { IsAccepted: { } decided } => decided == isAccepted
            ? Decision.Repeat
            : Refuse("review-already-decided", decided ? "payment-review-accepted" : "payment-review-declined"),
        { Status: AttemptStatus.Review } => Cancelled is null ? Decision.Accept : Refuse("order-cancelled", "order-cancelled"),
        _ => Refuse("payment-not-under-review"),
    };

    private Decision WithinWhatIsLeft(long amount) =>
        amount > 0 && amount <= Refundable ? Decision.Accept : Refuse("refund-exceeds-captured", "payment-captured");

    private static bool Undecided(PaymentAttempt attempt) =>
        attempt.Status is AttemptStatus.Open or AttemptStatus.Review or AttemptStatus.ReviewAccepted or AttemptStatus.ReviewDeclined;

    private static Decision Closed(PaymentAttempt? attempt) => attempt?.Status switch
    {
        null => Refuse("attempt-not-begun"),
        AttemptStatus.Captured => Refuse("payment-already-captured", "payment-captured"),
        AttemptStatus.Failed => Refuse("attempt-closed", "payment-auth-failed"),
        AttemptStatus.Voided => Refuse("attempt-closed", "payment-auth-voided"),
        AttemptStatus.ReviewDeclined => Refuse("attempt-closed", "payment-review-declined"),
        _ => Refuse("payment-under-review", "payment-auth-pending-review"),
    };

    private static bool SameParcels(Shipped one, Shipped other) =>
        one.Carrier == other.Carrier && one.Service == other.Service && one.Packages.SequenceEqual(other.Packages);

    private static Decision Refuse(string code, string? blockingEvent = null) => new(code, blockingEvent, IsRepeat: false);
}

/// <summary>
/// The answer to a proposed event: accepted; a repeat of what stands in the stream, which yields nothing; or refused, with a
/// stable code and the event that stands in the way.
/// </summary>
public sealed record Decision(string? RefusalCode, string? BlockingEvent, bool IsRepeat)
{
    public static Decision Accept { get; } = new(null, null, IsRepeat: false);
    public static Decision Repeat { get; } = new(null, null, IsRepeat: true);

    public bool IsRefused => RefusalCode is not null;
}
