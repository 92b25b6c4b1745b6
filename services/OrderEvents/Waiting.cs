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
    /// the warehouse's word (prepared), or for nothing.
    /// </summary>
    public static WaitsFor? Of(Order order) => order switch
    {
        { Cancelled: not null, LastAttempt.Status: AttemptStatus.Open or AttemptStatus.Review or AttemptStatus.ReviewAccepted or AttemptStatus.ReviewDeclined } =>
            WaitsFor.PaymentVoid,
        { Cancelled: not null, Refundable: > 0 } => WaitsFor.Refund,
        _ when order.Refunds.Exists(refund => refund.Status != RefundStatus.Refunded) => WaitsFor.Refund,
        { Cancelled: not null } or { Shipped: not null } or { Prepared: not null } => null,
        { Preparation: not null } => WaitsFor.ShippingPrepared,
        { Captured: not null, Refundable: 0 } => null,
        { Captured: not null } => WaitsFor.ShippingPreparation,
        { LastAttempt: null } or { NextAttemptDue: true } => WaitsFor.PaymentAttempt,
        { LastAttempt.Status: AttemptStatus.Open } => WaitsFor.PaymentOutcome,
        { LastAttempt.Status: AttemptStatus.ReviewAccepted or AttemptStatus.ReviewDeclined } => WaitsFor.ReviewSettlement,
        _ => null,
    };

    /// <summary>
    /// The published event that makes the service act for which the order waits: the last that its queue is bound to, since each
    /// of its consumers does whatever is due.
    /// </summary>
    public static RecordedEvent? Trigger(WaitsFor waitsFor, IReadOnlyList<RecordedEvent> stream)
    {
        var queue = waitsFor is WaitsFor.ShippingPreparation or WaitsFor.ShippingPrepared ? Topology.ShippingQueue : Topology.PaymentQueue;
        return stream.LastOrDefault(recorded =>
            EventTypes.Of(recorded.Event).RoutingKey is { } key && queue.Bindings.Any(binding => binding.RoutingKey == key));
    }
}
