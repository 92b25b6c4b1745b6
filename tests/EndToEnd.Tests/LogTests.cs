using System.Text.Json;
using Shop.Testing;

namespace Shop.EndToEnd.Tests;

/// <summary>What an operator can read off the services' logs: one JSON line for each thing that happens.</summary>
[Category("Broker")]
public sealed class LogTests
{
    private ShopUnderTest shop = null!;

    [OneTimeSetUp]
    public async Task Start() => shop = await ShopUnderTest.Start(
        await EndToEndFixture.Broker, _ => ["Messaging:RetryDelays:0=1", "Messaging:MaxAttempts=2"]);

    [OneTimeTearDown]
    public async Task Stop()
    {
        if (shop is not null) await shop.DisposeAsync();
    }

    [Test]
    public void Each_service_says_once_that_it_has_started()
    {
        foreach (var process in new[] { shop.Sandbox, shop.Orders, shop.Payment, shop.Shipping, shop.Notification, shop.Gateway })
            Assert.That(process.Lines("STARTUP"), Has.Count.EqualTo(1), process.Name);
    }

    [Test]
    public async Task An_order_can_be_followed_through_all_services_by_its_trace_id()
    {
        var id = await shop.Place();
        await shop.Reaches(id, "shipment-prepared");
        await shop.Mails(id, 1);
        var captured = (await shop.History(id)).Single(e => e.Type == "payment-captured").EventId.ToString();
        var changes = await Lines(shop.Orders, "STATE_CHANGE", id, 5);
        var trace = changes[0].GetProperty("traceId").GetString()!;
        Assert.That(trace, Does.Match("^[0-9a-f]{32}$"));
        Assert.That(changes.Select(line => $"{line.GetProperty("eventType").GetString()}: {line.GetProperty("fromStatus").GetString()} to {line.GetProperty("toStatus").GetString()}"), Is.EqualTo(new[]
        {
            "order-created:  to Created", "payment-auth-in-progress: Created to PaymentInProgress", "payment-captured: PaymentInProgress to Paid",
            "shipping-preparation-in-progress: Paid to PreparingShipment", "shipping-prepared: PreparingShipment to ShipmentPrepared",
        }));
        List<JsonElement> lines =
        [
            .. changes, .. await Lines(shop.Payment, "EVENT_RECEIVED", id, 1), .. await Lines(shop.Payment, "PAYMENT_RESULT", id, 2),
            .. await Lines(shop.Shipping, "EVENT_RECEIVED", id, 1), .. await Lines(shop.Notification, "EVENT_RECEIVED", id, 1),
            .. await Lines(shop.Notification, "MAIL_SENT", id, 1),
        ];
        Assert.That(lines.Select(line => line.GetProperty("traceId").GetString()), Is.All.EqualTo(trace));
        Assert.That(lines.Select(line => Guid.TryParse(line.GetProperty("eventId").GetString(), out _)), Is.All.True);
        Assert.That((await Lines(shop.Shipping, "EVENT_RECEIVED", id, 1))[0].GetProperty("eventId").GetString(), Is.EqualTo(captured));
        Assert.That((await Lines(shop.Shipping, "EVENT_RECEIVED", id, 1))[0].GetProperty("eventType").GetString(), Is.EqualTo("payment-captured"));
    }

    [Test]
    public async Task A_failure_and_a_dead_letter_say_whose_they_are_and_keep_the_trace()
    {
        await using var client = await PlainClient.Connect(shop.Amqp);
        var ghost = Guid.NewGuid();
        var trace = Guid.NewGuid().ToString("N");
        var properties = new RabbitMQ.Client.BasicProperties
        {
            Type = "order-created/v1",
            MessageId = ghost.ToString(),
            Headers = new Dictionary<string, object?> { ["traceparent"] = $"00-{trace}-00f067aa0ba902b7-01" },
        };
        await client.Publish("", "notification", properties, System.Text.Encoding.UTF8.GetBytes(
            $$"""{"eventId":"{{ghost}}","orderId":"{{ghost}}","revision":0,"occurredAt":"2026-01-01T00:00:00Z","orderNumber":"1","currency":"EUR","total":1}"""));
        var error = (await Lines(shop.Notification, "PROCESSING_ERROR", ghost.ToString(), 1))[0];
        var dead = (await Lines(shop.Notification, "DEAD_LETTERED", ghost.ToString(), 1))[0];
        foreach (var line in new[] { error, dead })
        {
            Assert.That(line.GetProperty("traceId").GetString(), Is.EqualTo(trace));
            Assert.That(line.GetProperty("eventId").GetString(), Is.EqualTo(ghost.ToString()));
            Assert.That(line.GetProperty("eventType").GetString(), Is.EqualTo("order-created/v1"));
            Assert.That(line.GetProperty("service").GetString(), Is.EqualTo("notification"));
        }

        Assert.That(error.GetProperty("exception").GetString(), Does.Contain("OrderNotFoundException"));
        Assert.That(dead.GetProperty("reason").GetString(), Is.EqualTo("attempts-spent"));
    }

    [Test]
    public async Task Every_line_is_one_JSON_object()
    {
        var id = await shop.Place();
        await shop.Reaches(id, "shipment-prepared");
        foreach (var process in new[] { shop.Orders, shop.Payment, shop.Shipping, shop.Notification, shop.Gateway })
        {
            var log = process.Log;
            foreach (var line in log[..(log.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                var read = JsonSerializer.Deserialize<JsonElement>(line);
                foreach (var name in new[] { "time", "level", "service", "message", "category" })
                    Assert.That(read.GetProperty(name).GetString(), Is.Not.Empty, line);
            }
        }
    }

    private static async Task<IReadOnlyList<JsonElement>> Lines(ServiceProcess process, string type, string orderId, int count) => await Eventually.Get(
        () => Task.FromResult<IReadOnlyList<JsonElement>>([.. process.Lines(type).Where(line => line.TryGetProperty("orderId", out var id) && id.GetString() == orderId)]),
        lines => lines.Count >= count, $"{count} lines {type} of {process.Name}");
}
