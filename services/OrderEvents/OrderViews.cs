using Shop.Contracts;

namespace Shop.OrderEvents;

/// <summary>An order as others read it.</summary>
public static class OrderViews
{
    /// <summary>The order as a storefront shows it and a service acts on it.</summary>
    public static OrderView ToView(this Order order) => new()
    {
        OrderId = order.Id,
        OrderNumber = order.Placed.OrderNumber,
        Status = order.Status,
        Currency = order.Placed.Currency,
        Payment = new()
        {
            Status = PaymentStatusOf(order),
            Method = order.Method,
            Attempts = order.Attempts,
            Refunds = order.Refunds,
            Captured = order.Captured?.Amount ?? 0,
            Refunded = Refunded(order),
            NextAttemptDue = order.NextAttemptDue,
        },
        Shipping = new()
        {
            Status = order switch
            {
                { Shipped: not null } => ShippingStatus.Shipped,
                { Prepared: not null } => ShippingStatus.Prepared,
                { Preparation: not null } => ShippingStatus.InProgress,
                _ => ShippingStatus.Pending,
            },
            Address = order.ShippingAddress,
            ShipmentId = order.Preparation?.ShipmentId,
            Carrier = order.Shipped?.Carrier ?? order.Prepared?.Carrier,
            Service = order.Shipped?.Service ?? order.Prepared?.Service,
            ShippedAt = order.Shipped?.ShippedAt,
            Packages = order.Shipped?.Packages,
        },
        Items = order.Placed.Items,
        Totals = new(order.Placed.Subtotal, order.Placed.Shipping, order.Placed.Tax, order.Placed.Total),
        Customer = new(
            order.Placed.Locale, order.Placed.CustomerId, order.Placed.Personal?.Name, order.Placed.Personal?.Email,
            order.Placed.Personal?.Phone, order.Placed.Personal?.BillingAddress),
        Cancellation = order.Cancelled,
        Metadata = order.Placed.Metadata,
        Revision = order.Revision,
        CreatedAt = order.CreatedAt,
        UpdatedAt = order.UpdatedAt,
        AllowedActions = AllowedActions(order),
    };

    /// <summary>What a customer may do now: whatever the order's own rules would accept.</summary>
    public static IReadOnlyList<OrderAction> AllowedActions(this Order order)
    {
        var actions = new List<OrderAction>(3);
        if (!Order.Decide(order, new PaymentUpdated(order.Method)).IsRefused) actions.Add(OrderAction.UpdatePayment);
        if (!Order.Decide(order, new ShippingAddressUpdated()).IsRefused) actions.Add(OrderAction.UpdateShippingAddress);
        if (!Order.Decide(order, new OrderCancelled("")).IsRefused) actions.Add(OrderAction.Cancel);
        return actions;
    }

    /// <summary>The history that a customer may see: what happened and when, without providers' ids or staff's notes.</summary>
    public static Timeline ToTimeline(IReadOnlyList<RecordedEvent> stream)
    {
        var entries = new List<TimelineEntry>(stream.Count);
        Order? order = null;
        foreach (var recorded in stream)
        {
            order = Order.Evolve(order, recorded);
            if (IsForStaffOnly(recorded.Event)) continue;
            var entry = new TimelineEntry(
                recorded.Revision, EventTypes.Of(recorded.Event).Name, recorded.Metadata.TimeOccurred, recorded.Metadata.Agent.Kind, order.Status);
            entries.Add(recorded.Event switch
            {
                PaymentAuthInProgress e => entry with { Attempt = e.Attempt },
                PaymentAuthPendingReview e => entry with { Attempt = e.Attempt },
                PaymentCaptured e => entry with { Attempt = e.Attempt, Amount = e.Amount },
                PaymentAuthFailed e => entry with { Attempt = e.Attempt, Reason = e.Reason },
                PaymentAuthVoided e => entry with { Attempt = e.Attempt },
                RefundRequested e => entry with { Amount = e.Amount },
                PaymentRefundInProgress e => entry with { Amount = e.Amount },
                PaymentRefunded e => entry with { Amount = e.Amount },
                PaymentRefundFailed e => entry with { Amount = e.Amount },
                Shipped e => entry with { Carrier = e.Carrier, Packages = e.Packages },
                _ => entry,
            });
        }

        return new Timeline(order!.Id, entries);
    }

    /// <summary>True for what a customer does not see happen.</summary>
    public static bool IsForStaffOnly(OrderEvent @event) => @event is NoteAdded;

    private static long Refunded(Order order) =>
        order.Refunds.Where(refund => refund.Status == RefundStatus.Refunded).Sum(refund => refund.Amount);

    private static PaymentStatus PaymentStatusOf(Order order) => order switch
    {
        { Captured: { } captured } when Refunded(order) == captured.Amount => PaymentStatus.Refunded,
        { Captured: not null } when order.HasRefundUnderWay => PaymentStatus.Refunding,
        { RefundFailedForGood: true } => PaymentStatus.RefundFailed,
        { Captured: not null } when Refunded(order) > 0 => PaymentStatus.PartiallyRefunded,
        { Captured: not null } => PaymentStatus.Captured,
        { LastAttempt: null } or { NextAttemptDue: true } => PaymentStatus.Pending,
        { LastAttempt.Status: AttemptStatus.Open } => PaymentStatus.InProgress,
        { LastAttempt.Status: AttemptStatus.Failed } => PaymentStatus.Failed,
        { LastAttempt.Status: AttemptStatus.Voided } => PaymentStatus.Voided,
        _ => PaymentStatus.Review,
    };
}
