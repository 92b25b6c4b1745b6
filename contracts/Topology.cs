namespace Shop.Contracts;

/// <summary>
/// The broker's shape: three durable topic exchanges, one durable queue for each consumer, and what each queue is bound to.
/// Every process declares all of it before it publishes or consumes, so that it exists whichever starts first.
/// </summary>
public static class Topology
{
    public const string Orders = "orders";
    public const string Payment = "payment";
    public const string Shipping = "shipping";

    /// <summary>
    /// Nothing is published to this exchange. That it is there says that the broker has been told of the past; a broker without it is
    /// new, or has lost its disk.
    /// </summary>
    public const string Memory = "shop.published";

    /// <summary>The topic exchanges.</summary>
    public static IReadOnlyList<string> Exchanges { get; } = [Orders, Payment, Shipping];

    /// <summary>The Payment Service's queue.</summary>
    public static QueueTopology PaymentQueue { get; } = new("payment",
    [
        new(Orders, "orders.order-created"),
        new(Orders, "orders.order-cancelled"),
        new(Orders, "orders.refund-requested"),
        new(Payment, "payment.payment-updated"),
        new(Payment, "payment.payment-review-accepted"),
        new(Payment, "payment.payment-review-declined"),
        new(Payment, "payment.payment-refund-failed"),
    ]);

    /// <summary>The Shipping Service's queue.</summary>
    public static QueueTopology ShippingQueue { get; } = new("shipping", [new(Payment, "payment.payment-captured")]);

    /// <summary>The Notification Service's queue.</summary>
    public static QueueTopology NotificationQueue { get; } = new("notification",
    [
        new(Orders, "orders.order-created"),
        new(Orders, "orders.order-cancelled"),
        new(Payment, "payment.payment-auth-failed"),
        new(Shipping, "shipping.shipped"),
    ]);

    /// <summary>All queues.</summary>
    public static IReadOnlyList<QueueTopology> Queues { get; } = [PaymentQueue, ShippingQueue, NotificationQueue];

    /// <summary>Whether a queue of the shop's own waits for that routing key: then a message that finds none is an alarm.</summary>
    public static bool IsConsumed(string routingKey) =>
        Queues.Any(queue => queue.Bindings.Any(binding => binding.RoutingKey == routingKey));
}

/// <summary>A queue and what it is bound to.</summary>
public sealed record QueueTopology(string Name, IReadOnlyList<QueueBinding> Bindings);

/// <summary>One binding of a queue to a topic exchange.</summary>
public sealed record QueueBinding(string Exchange, string RoutingKey);
