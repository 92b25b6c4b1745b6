using Shop.Contracts;

namespace Shop.Notification.Tests;

/// <summary>Orders for tests: a plain one, and what may become of it.</summary>
internal static class Orders
{
    public static OrderView New(string locale = "en", string? email = "ada@example.org", string? name = "Ada Example") => new()
    {
        OrderId = Guid.NewGuid(),
        OrderNumber = "2026-7F3K9Q",
        Status = OrderStatus.Created,
        Currency = "EUR",
        Payment = new PaymentView
        {
            Status = PaymentStatus.Pending,
            Method = new PaymentMethod("sandbox", "pm_card_visa"),
            Attempts = [],
            Refunds = [],
            Captured = 0,
            Refunded = 0,
            NextAttemptDue = false,
        },
        Shipping = new ShippingView
        {
            Status = ShippingStatus.Pending,
            Address = new Address("Ada Example", "1 Example Street", "Berlin", "10115", "DE"),
        },
        Items = [new OrderItem("TEA-1", "Green tea", 2, 1999), new OrderItem("CUP-4", "Cup", 1, 123_450)],
        Totals = new OrderTotals(127_448, 499, 0, 127_947),
        Customer = new CustomerView(locale, "c-17", name, email),
        Revision = 0,
        CreatedAt = new DateTimeOffset(2026, 3, 1, 9, 0, 0, TimeSpan.Zero),
        UpdatedAt = new DateTimeOffset(2026, 3, 1, 9, 0, 0, TimeSpan.Zero),
        AllowedActions = [OrderAction.UpdatePayment, OrderAction.UpdateShippingAddress, OrderAction.Cancel],
    };

    public static OrderView Attempted(this OrderView order, params AttemptStatus[] outcomes) => order with
    {
        Status = outcomes[^1] == AttemptStatus.Failed ? OrderStatus.PaymentFailed : OrderStatus.PaymentInProgress,
        Payment = order.Payment with
        {
            Attempts = [.. outcomes.Select((outcome, index) => new PaymentAttempt(index + 1, outcome, order.CreatedAt))],
        },
    };

    public static OrderView Paid(this OrderView order)
    {
        var attempted = order.Attempted(AttemptStatus.Captured);
        return attempted with
        {
            Status = OrderStatus.Paid,
            Payment = attempted.Payment with { Status = PaymentStatus.Captured, Captured = order.Totals.Total },
        };
    }

    public static OrderView Cancelled(this OrderView order) => order with
    {
        Status = OrderStatus.Cancelled,
        Cancellation = new CancellationView(order.CreatedAt, "customer-request"),
        AllowedActions = [],
    };

    public static OrderView Shipped(this OrderView order, params Package[] packages) => order with
    {
        Status = OrderStatus.Shipped,
        Shipping = order.Shipping with { Status = ShippingStatus.Shipped, Carrier = "DHL", Packages = packages },
        AllowedActions = [],
    };
}
