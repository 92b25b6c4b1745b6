using Shop.Contracts;

namespace Shop.OrderEvents;

/// <summary>
/// What an order waits for that the shop itself has to do; null when it is at rest or waits for a person. Pure, as
/// <see cref="Order"/> is.
/// </summary>
public static class Waiting
{
    /// <summary>
    /// The first thing that has to happen. Null for an order that waits for a customer (payment failed), for staff (a review), for
    /// the warehouse's word (prepared), or for nothing. Money that the shop could not give back is never at rest: then it is for
    /// staff to act.
    /// </summary>
    public static WaitsFor? Of(Order order) => order switch
    {
        { Cancelled: not null, LastAttempt.Status: AttemptStatus.Open or AttemptStatus.Review or AttemptStatus.ReviewAccepted or AttemptStatus.ReviewDeclined } =>
            WaitsFor.PaymentVoid,
        { HasRefundUnderWay: true } => WaitsFor.Refund,
        { Cancelled: not null, Refundable: > 0 } =>
            order.Refunds.Exists(refund => refund.Cause == RefundCause.OrderCancelled) ? WaitsFor.RefundByStaff : WaitsFor.Refund,
        { Cancelled: null, RefundFailedForGood: true } => WaitsFor.RefundByStaff,
        { Cancelled: not null } or { Shipped: not null } or { Prepared: not null } => null,
        { Preparation: not null } => WaitsFor.ShippingPrepared,
        { IsRefundedInFull: true } => null,
        { Captured: not null } => WaitsFor.ShippingPreparation,
        { LastAttempt: null } or { NextAttemptDue: true } => WaitsFor.PaymentAttempt,
        { LastAttempt.Status: AttemptStatus.Open } => WaitsFor.PaymentOutcome,
        { LastAttempt.Status: AttemptStatus.ReviewAccepted or AttemptStatus.ReviewDeclined } => WaitsFor.ReviewSettlement,
        _ => null,
    };

    /// <summary>
    /// The published event that makes the service act for which the order waits: the last that its queue is bound to, since each
    /// of its consumers does whatever is due. Null when none would: it is for staff to act.
    /// </summary>
    public static RecordedEvent? Trigger(WaitsFor waitsFor, IReadOnlyList<RecordedEvent> stream)
    {
        if (waitsFor == WaitsFor.RefundByStaff) return null;
        var queue = waitsFor is WaitsFor.ShippingPreparation or WaitsFor.ShippingPrepared ? Topology.ShippingQueue : Topology.PaymentQueue;
        return stream.LastOrDefault(recorded =>
            EventTypes.Of(recorded.Event).RoutingKey is { } key && queue.Bindings.Any(binding => binding.RoutingKey == key));
    }
}
