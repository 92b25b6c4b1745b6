namespace Shop.Contracts.Tests;

/// <summary>The broker's shape, name by name.</summary>
public sealed class TopologyTests
{
    [Test]
    public void There_are_three_exchanges() => Assert.That(Topology.Exchanges, Is.EqualTo(new[] { "orders", "payment", "shipping" }));

    [Test]
    public void Each_queue_is_bound_to_what_its_consumer_acts_on()
    {
        static string[] Bindings(QueueTopology queue) => [.. queue.Bindings.Select(binding => $"{binding.Exchange} {binding.RoutingKey}")];
        Assert.That(Topology.Queues.Select(queue => queue.Name), Is.EqualTo(new[] { "payment", "shipping", "notification" }));
        Assert.That(Bindings(Topology.PaymentQueue), Is.EquivalentTo(new[]
        {
            "orders orders.order-created", "orders orders.order-cancelled", "orders orders.refund-requested", "payment payment.payment-updated",
            "payment payment.payment-review-accepted", "payment payment.payment-review-declined",
            "payment payment.payment-refund-failed",
        }));
        Assert.That(Bindings(Topology.ShippingQueue), Is.EquivalentTo(new[] { "payment payment.payment-captured" }));
        Assert.That(Bindings(Topology.NotificationQueue), Is.EquivalentTo(new[]
        {
            "orders orders.order-created", "orders orders.order-cancelled", "payment payment.payment-auth-failed", "shipping shipping.shipped",
        }));
    }

    [Test]
    public void Every_binding_names_an_event_that_is_published_there()
    {
        foreach (var binding in Topology.Queues.SelectMany(queue => queue.Bindings))
            Assert.That(EventTypes.All.Any(type => type.Exchange == binding.Exchange && type.RoutingKey == binding.RoutingKey), Is.True, binding.RoutingKey);
    }

    [Test]
    public void Names_and_routing_keys_are_these_and_stay_these() => Assert.That(
        EventTypes.All.Select(type => $"{type.StoredName} {type.RoutingKey ?? "-"}"),
        Is.EqualTo(new[]
        {
            "order-created/v1 orders.order-created",
            "payment-updated/v1 payment.payment-updated",
            "shipping-address-updated/v1 -",
            "order-cancelled/v1 orders.order-cancelled",
            "payment-auth-in-progress/v1 -",
            "payment-auth-pending-review/v1 payment.payment-auth-pending-review",
            "payment-review-accepted/v1 payment.payment-review-accepted",
            "payment-review-declined/v1 payment.payment-review-declined",
            "payment-captured/v1 payment.payment-captured",
            "payment-auth-failed/v1 payment.payment-auth-failed",
            "payment-auth-voided/v1 -",
            "refund-requested/v1 orders.refund-requested",
            "payment-refund-in-progress/v1 -",
            "payment-refunded/v1 -",
            "payment-refund-failed/v1 payment.payment-refund-failed",
            "note-added/v1 -",
            "shipping-preparation-in-progress/v1 -",
            "shipping-prepared/v1 -",
            "shipped/v1 shipping.shipped",
        }));
}
