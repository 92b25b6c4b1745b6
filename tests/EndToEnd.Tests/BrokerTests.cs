using System.Diagnostics;
using System.Text;
using System.Text.Json;
using RabbitMQ.Client;
using Shop.Contracts;
using Shop.Contracts.Messages;
using Shop.Testing;

namespace Shop.EndToEnd.Tests;

/// <summary>The broker as another program sees it: what travels over it, what it is made of, and that anybody may publish again.</summary>
[Category("Broker")]
public sealed class BrokerTests
{
    private static readonly string[] Published = ["orders.order-created", "payment.payment-captured", "shipping.shipped"];
    private static readonly string[] Pythons = ["/usr/bin/python3", "python3"];

    private ShopUnderTest shop = null!;
    private PlainClient client = null!;
    private string id = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        shop = await ShopUnderTest.Start(await EndToEndFixture.Broker);
        client = await PlainClient.Connect(shop.Amqp);
        id = await shop.Place();
        await shop.Reaches(id, "shipment-prepared");
        Assert.That((await shop.Ship(id)).Status, Is.EqualTo(200));
        await shop.Mails(id, 2);
        await Eventually.True(() => Messages().Count == 3, "three messages about the order");
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        if (client is not null) await client.DisposeAsync();
        if (shop is not null) await shop.DisposeAsync();
    }

    [Test]
    public async Task Of_an_order_s_events_those_that_are_published_travel_in_their_order()
    {
        Assert.That(Messages().Select(message => $"{message.Exchange} {message.RoutingKey}"), Is.EqualTo(new[]
        {
            "orders orders.order-created", "payment payment.payment-captured", "shipping shipping.shipped",
        }));
        Assert.That(await shop.Events(id), Has.Count.EqualTo(6));
    }

    [Test]
    public async Task A_message_s_properties_say_what_it_is_and_where_it_comes_from()
    {
        var history = await shop.History(id);
        foreach (var message in Messages())
        {
            var e = history.Single(e => $"{e.Type}/v1" == message.Properties.Type);
            var properties = message.Properties;
            Assert.Multiple(() =>
            {
                Assert.That(message.RoutingKey, Is.EqualTo($"{message.Exchange}.{e.Type}"));
                Assert.That(properties.DeliveryMode, Is.EqualTo(DeliveryModes.Persistent));
                Assert.That(properties.ContentType, Is.EqualTo("application/json"));
                Assert.That(properties.MessageId, Is.EqualTo(e.EventId.ToString()));
                Assert.That(properties.CorrelationId, Is.EqualTo(e.Metadata.CausationId.ToString()));
                Assert.That(properties.AppId, Is.EqualTo("order-event-service"));
                Assert.That(DateTimeOffset.FromUnixTimeSeconds(properties.Timestamp.UnixTime), Is.EqualTo(e.Metadata.TimeObserved).Within(TimeSpan.FromMinutes(1)));
                Assert.That(Header(message, "x-correlation-id"), Is.EqualTo(e.Metadata.CorrelationId.ToString()));
                Assert.That(Header(message, "traceparent"), Is.EqualTo(e.Metadata.Traceparent).And.Match("^00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]$"));
                // The third is the AMQP client's own, by which it matches what the broker returns.
                Assert.That(properties.Headers!.Keys, Is.EquivalentTo(new[] { "x-correlation-id", "traceparent", "x-dotnet-pub-seq-no" }));
            });
        }
    }

    [Test]
    public async Task The_events_of_a_flow_share_its_trace_and_its_correlation_id_and_name_their_cause()
    {
        var history = await shop.History(id);
        var flow = history.Where(e => e.Type != "shipped").ToList(); // The warehouse's word is a request of its own.
        Assert.That(flow.Select(e => e.Metadata.CorrelationId).Distinct().Count(), Is.EqualTo(1));
        Assert.That(flow.Select(e => e.Metadata.Traceparent![3..35]).Distinct().Count(), Is.EqualTo(1));
        var created = history[0].EventId;
        Assert.That(history.Where(e => e.Type.StartsWith("payment-", StringComparison.Ordinal)).Select(e => e.Metadata.CausationId), Is.All.EqualTo(created));
        var captured = history.Single(e => e.Type == "payment-captured").EventId;
        Assert.That(history.Where(e => e.Type.StartsWith("shipping-", StringComparison.Ordinal)).Select(e => e.Metadata.CausationId), Is.All.EqualTo(captured));
    }

    [Test]
    public async Task A_message_s_body_is_the_contract_s_JSON_and_holds_nothing_personal()
    {
        var history = await shop.History(id);
        foreach (var message in Messages())
        {
            var recorded = history.Single(e => $"{e.Type}/v1" == message.Properties.Type).ToRecorded();
            var expected = JsonSerializer.Serialize(Message.Of(recorded), EventTypes.Of(recorded.Event).MessageJson!);
            var body = Encoding.UTF8.GetString(message.Body);
            Assert.That(body, Is.EqualTo(expected));
            foreach (var secret in new[] { "Ada", "ada@", "Example", "Street", "Berlin", "10115", "pm_card", "c-17", "JJD01", "customer", "email", "address" })
                Assert.That(body, Does.Not.Contain(secret));
        }
    }

    [Test]
    public async Task The_broker_holds_the_contract_s_exchanges_queues_and_bindings_and_nothing_else()
    {
        var host = shop.Amqp.AbsolutePath[1..];
        var exchanges = (await shop.Broker.Management($"exchanges/{host}")).EnumerateArray()
            .Where(exchange => Text(exchange, "name") is { Length: > 0 } name && !name.StartsWith("amq.", StringComparison.Ordinal))
            .Select(exchange => (Text(exchange, "name"), Text(exchange, "type"), exchange.GetProperty("durable").GetBoolean()));
        Assert.That(exchanges, Is.EquivalentTo(new[] { ("orders", "topic", true), ("payment", "topic", true), ("shipping", "topic", true), (Topology.Memory, "fanout", true) }));

        var queues = (await shop.Broker.Management($"queues/{host}")).EnumerateArray()
            .Where(queue => !Text(queue, "name").StartsWith("amq.gen-", StringComparison.Ordinal)).ToList();
        Assert.That(
            queues.Select(queue => Text(queue, "name")).Where(name => !name.Contains(".retry.", StringComparison.Ordinal)),
            Is.EquivalentTo(Topology.Queues.SelectMany(queue => new[] { queue.Name, $"{queue.Name}.dead" })));
        Assert.That(queues.Where(queue => Text(queue, "name").Contains(".retry.", StringComparison.Ordinal)).Select(queue => Text(queue, "name").Split('.')[0]).Distinct(),
            Is.EquivalentTo(Topology.Queues.Select(queue => queue.Name)));
        Assert.That(queues.Select(queue => queue.GetProperty("durable").GetBoolean()), Is.All.True);

        var bindings = (await shop.Broker.Management($"bindings/{host}")).EnumerateArray()
            .Where(binding => Text(binding, "source") != "" && !Text(binding, "destination").StartsWith("amq.gen-", StringComparison.Ordinal))
            .Select(binding => $"{Text(binding, "source")} {Text(binding, "routing_key")} {Text(binding, "destination")}");
        Assert.That(bindings, Is.EquivalentTo(
            Topology.Queues.SelectMany(queue => queue.Bindings.Select(binding => $"{binding.Exchange} {binding.RoutingKey} {queue.Name}"))));
    }

    [Test]
    public async Task What_a_plain_client_publishes_again_changes_nothing_and_mails_nothing() =>
        await ChangesNothing(message => client.Repeat(message));

    [Test]
    public async Task What_a_client_in_another_language_publishes_again_changes_nothing_and_mails_nothing()
    {
        var python = Pythons.FirstOrDefault(HasPika);
        if (python is null) Assert.Ignore("There is no python3 with the package pika on this machine.");
        const string script = """
            import sys, pika
            url, exchange, key, message_id, kind, body = sys.argv[1:]
            connection = pika.BlockingConnection(pika.URLParameters(url))
            channel = connection.channel()
            channel.confirm_delivery()
            channel.basic_publish(exchange, key, body.encode(), pika.BasicProperties(message_id=message_id, type=kind, content_type="application/json"), mandatory=True)
            connection.close()
            """;
        await ChangesNothing(message =>
        {
            var (code, output) = Run(python!, "-c", script, shop.Amqp.ToString(), message.Exchange, message.RoutingKey,
                message.Properties.MessageId!, message.Properties.Type!, Encoding.UTF8.GetString(message.Body));
            Assert.That(code, Is.Zero, output);
            return Task.CompletedTask;
        });
    }

    private async Task ChangesNothing(Func<SeenMessage, Task> publish)
    {
        (ServiceProcess Consumer, string RoutingKey)[] deliveries =
            [(shop.Payment, Published[0]), (shop.Notification, Published[0]), (shop.Shipping, Published[1]), (shop.Notification, Published[2])];
        var before = (await shop.Read(id)).Text;
        var discarded = deliveries.Select(delivery => Discarded(delivery.Consumer, delivery.RoutingKey)).ToArray();
        foreach (var routingKey in Published) await publish(First(routingKey));
        await Eventually.True(
            () => deliveries.Select(delivery => Discarded(delivery.Consumer, delivery.RoutingKey)).SequenceEqual(discarded.Select(count => count + 1)),
            "each consumer has met its message again, and discarded it");
        Assert.That((await shop.Read(id)).Text, Is.EqualTo(before));
        Assert.That(await shop.Mails(id, 2), Has.Count.EqualTo(2));
        Assert.That(await shop.Money(id), Is.EqualTo((4497L, 0L, 1)));
    }

    private int Discarded(ServiceProcess process, string routingKey) =>
        process.Lines("DUPLICATE_EVENT").Count(line => line.GetProperty("eventId").GetString() == First(routingKey).Properties.MessageId);

    private SeenMessage First(string routingKey) => Messages().First(message => message.RoutingKey == routingKey);

    private List<SeenMessage> Messages() =>
        [.. client.Seen.Where(message => JsonDocument.Parse(message.Body).RootElement.GetProperty("orderId").GetString() == id)];

    private static string? Header(SeenMessage message, string name) =>
        message.Properties.Headers!.TryGetValue(name, out var value) ? Encoding.UTF8.GetString((byte[])value!) : null;

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;

    private static bool HasPika(string python)
    {
        try
        {
            return Run(python, "-c", "import pika").Code == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private static (int Code, string Output) Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        var output = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output);
    }
}
