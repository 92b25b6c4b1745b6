using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Shop.Contracts;
using Shop.ServiceDefaults.Messaging;
using Shop.Testing;

namespace Shop.ServiceDefaults.Tests.Messaging;

/// <summary>What a service leaves on the broker: the contract's shape, and nothing of the library's.</summary>
[Category("Broker")]
public sealed class BrokerShapeTests
{
    private TemporaryFolder folder = null!;
    private Broker broker = null!;

    [SetUp]
    public async Task Open()
    {
        folder = new TemporaryFolder();
        broker = await Broker.Open();
    }

    [TearDown]
    public async Task Close()
    {
        await broker.DisposeAsync();
        folder.Dispose();
    }

    [Test]
    public async Task Exactly_the_three_exchanges_exist_also_after_consuming_failing_and_publishing()
    {
        var script = new Script { Does = (message, _) => message is Contracts.Messages.OrderCancelled ? throw new UnprocessableMessageException("no") : Task.CompletedTask };
        await using var consumer = await TestService.Consumer(broker.Settings(folder), script, Topology.NotificationQueue);
        await using var publisher = await TestService.Start(broker.Settings(folder), builder => builder.AddEventBus());
        await Healthy(consumer);
        await Healthy(publisher);
        var bus = publisher.Services.GetRequiredService<EventBus>();
        await bus.Publish(Given.Recorded(Given.Created), CancellationToken.None);
        await bus.Publish(Given.Recorded(Given.Cancelled), CancellationToken.None);
        await broker.Publish("orders", "orders.order-created", "not json");
        await Eventually.True(async () => await broker.Count("notification.dead") == 2, "two dead letters");
        Assert.That(script.Runs, Has.Count.EqualTo(2));

        var exchanges = (await broker.Server.Management($"exchanges/{broker.VirtualHost}")).EnumerateArray()
            .Where(exchange => exchange.GetProperty("name").GetString() is { Length: > 0 } name && !name.StartsWith("amq.", StringComparison.Ordinal))
            .Select(exchange => (exchange.GetProperty("name").GetString(), exchange.GetProperty("type").GetString(), exchange.GetProperty("durable").GetBoolean()));
        Assert.That(exchanges, Is.EquivalentTo(new[] { ("orders", "topic", true), ("payment", "topic", true), ("shipping", "topic", true) }));
        Assert.That(await QueueNames(), Is.EquivalentTo(Topology.Queues.SelectMany(queue =>
            new[] { queue.Name, $"{queue.Name}.dead", $"{queue.Name}.retry.1", $"{queue.Name}.retry.2" })));
    }

    [Test]
    public async Task The_publisher_alone_declares_every_queue_and_binding()
    {
        await using var publisher = await TestService.Start(broker.Settings(folder), builder => builder.AddEventBus());
        await Healthy(publisher);
        var bindings = (await broker.Server.Management($"bindings/{broker.VirtualHost}")).EnumerateArray()
            .Where(binding => binding.GetProperty("source").GetString() != "")
            .Select(binding => string.Join(" ", new[] { "source", "routing_key", "destination_type", "destination" }.Select(name => binding.GetProperty(name).GetString())));
        Assert.That(bindings, Is.EquivalentTo(new[]
        {
            "orders orders.order-created queue payment", "orders orders.order-cancelled queue payment", "orders orders.refund-requested queue payment",
            "payment payment.payment-updated queue payment", "payment payment.payment-review-accepted queue payment",
            "payment payment.payment-review-declined queue payment", "payment payment.payment-refund-failed queue payment",
            "payment payment.payment-captured queue shipping",
            "orders orders.order-created queue notification", "orders orders.order-cancelled queue notification",
            "payment payment.payment-auth-failed queue notification", "shipping shipping.shipped queue notification",
        }));
    }

    [TestCase("quorum")]
    [TestCase("classic")]
    public async Task Queues_are_durable_and_what_leaves_them_unhandled_has_a_place_to_go(string type)
    {
        var settings = broker.Settings(folder);
        settings["RabbitMq:QueueType"] = type;
        await using var publisher = await TestService.Start(settings, builder => builder.AddEventBus());
        await Healthy(publisher);
        var queue = await broker.Server.Management($"queues/{broker.VirtualHost}/payment");
        var retry = await broker.Server.Management($"queues/{broker.VirtualHost}/payment.retry.2");
        var dead = await broker.Server.Management($"queues/{broker.VirtualHost}/payment.dead");
        Assert.Multiple(() =>
        {
            foreach (var one in new[] { queue, retry, dead })
            {
                Assert.That(one.GetProperty("durable").GetBoolean());
                Assert.That(Argument(one, "x-queue-type"), Is.EqualTo(type));
            }

            Assert.That(Argument(queue, "x-dead-letter-exchange"), Is.EqualTo(""));
            Assert.That(Argument(queue, "x-dead-letter-routing-key"), Is.EqualTo("payment.dead"));
            Assert.That(Argument(queue, "x-delivery-limit"), Is.EqualTo(type == "quorum" ? "20" : null));
            Assert.That(Argument(retry, "x-message-ttl"), Is.EqualTo("2000"));
            Assert.That(Argument(retry, "x-dead-letter-exchange"), Is.EqualTo(""));
            Assert.That(Argument(retry, "x-dead-letter-routing-key"), Is.EqualTo("payment"));
            Assert.That(Argument(retry, "x-dead-letter-strategy"), Is.EqualTo(type == "quorum" ? "at-least-once" : null));
        });
    }

    [Test]
    public async Task Without_a_broker_the_host_starts_and_is_not_ready()
    {
        var settings = broker.Settings(folder);
        settings["ConnectionStrings:RabbitMq"] = "amqp://guest:guest@127.0.0.1:1";
        await using var publisher = await TestService.Start(settings, builder => builder.AddEventBus());
        Assert.That((await publisher.Health()).Entries["rabbitmq-topology"].Status, Is.EqualTo(HealthStatus.Unhealthy));
        Assert.That(
            async () => await publisher.Services.GetRequiredService<EventBus>().Publish(Given.Recorded(Given.Created), CancellationToken.None),
            Throws.InstanceOf<BrokerUnavailableException>());
    }

    internal static Task Healthy(TestService service) => Eventually.Get(
        service.Health, report => report.Status == HealthStatus.Healthy, "the service is ready");

    private async Task<IEnumerable<string>> QueueNames() =>
        (await broker.Server.Management($"queues/{broker.VirtualHost}")).EnumerateArray().Select(queue => queue.GetProperty("name").GetString()!);

    private static string? Argument(JsonElement queue, string name) =>
        queue.GetProperty("arguments").TryGetProperty(name, out var value) ? value.ToString() : null;
}
