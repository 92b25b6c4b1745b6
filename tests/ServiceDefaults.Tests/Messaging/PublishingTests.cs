using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using RabbitMQ.Client;
using Shop.Contracts;
using Shop.ServiceDefaults.Messaging;
using Shop.Testing;

namespace Shop.ServiceDefaults.Tests.Messaging;

/// <summary>What a plain consumer of another make sees of what we publish.</summary>
[Category("Broker")]
public sealed class PublishingTests
{
    private const string Traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    private TemporaryFolder folder = null!;
    private Broker broker = null!;
    private TestService publisher = null!;
    private EventBus bus = null!;

    [SetUp]
    public async Task Open()
    {
        folder = new TemporaryFolder();
        broker = await Broker.Open();
        publisher = await TestService.Start(broker.Settings(folder), builder => builder.AddEventBus());
        await BrokerShapeTests.Healthy(publisher);
        bus = publisher.Services.GetRequiredService<EventBus>();
    }

    [TearDown]
    public async Task Close()
    {
        if (publisher is not null) await publisher.DisposeAsync();
        if (broker is not null) await broker.DisposeAsync();
        folder.Dispose();
    }

    [Test]
    public async Task A_message_is_plain_json_with_the_contracts_properties_also_while_traces_are_listened_to()
    {
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is "MassTransit" or Telemetry.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
        };
        ActivitySource.AddActivityListener(listener);
        var recorded = Given.Recorded(Given.Created, Traceparent);
        await bus.Publish(recorded, CancellationToken.None);

        var got = await broker.Take("payment");
        var (properties, body) = (got.BasicProperties, JsonDocument.Parse(got.Body).RootElement);
        var headers = properties.Headers!.ToDictionary(header => header.Key, header => header.Value is byte[] text ? Encoding.UTF8.GetString(text) : header.Value);
        Assert.Multiple(() =>
        {
            Assert.That(got.Exchange, Is.EqualTo("orders"));
            Assert.That(got.RoutingKey, Is.EqualTo("orders.order-created"));
            Assert.That(properties.DeliveryMode, Is.EqualTo(DeliveryModes.Persistent));
            Assert.That(properties.ContentType, Is.EqualTo("application/json"));
            Assert.That(properties.MessageId, Is.EqualTo(recorded.EventId.ToString()));
            Assert.That(properties.CorrelationId, Is.EqualTo(recorded.Metadata.CausationId.ToString()));
            Assert.That(properties.AppId, Is.EqualTo("order-event-service"));
            Assert.That(properties.Type, Is.EqualTo("order-created/v1"));
            Assert.That(DateTimeOffset.FromUnixTimeSeconds(properties.Timestamp.UnixTime), Is.EqualTo(DateTimeOffset.UtcNow).Within(TimeSpan.FromMinutes(1)));
            Assert.That(headers["x-correlation-id"], Is.EqualTo(recorded.Metadata.CorrelationId.ToString()));
            // The span of publishing stands between the stored one and the consumer's; the trace is the same.
            Assert.That(headers["traceparent"], Does.StartWith(Traceparent[..36]).And.EndWith("-01"));
            // The last two are the client library's and the broker's own.
            Assert.That(headers.Keys, Is.SubsetOf(new[] { "x-correlation-id", "traceparent", "x-dotnet-pub-seq-no", "x-delivery-count" }));
            Assert.That(body.EnumerateObject().Select(member => member.Name), Is.EquivalentTo(
                new[] { "eventId", "orderId", "revision", "occurredAt", "orderNumber", "currency", "total" }));
            Assert.That(body.GetProperty("orderId").GetGuid(), Is.EqualTo(recorded.OrderId));
            Assert.That(body.GetProperty("total").GetInt64(), Is.EqualTo(1999));
        });
    }

    [Test]
    public async Task Many_in_flight_arrive_in_the_order_in_which_they_were_started()
    {
        var events = Enumerable.Range(0, 500).Select(i => Given.Recorded(i % 3 == 2 ? Given.Cancelled : Given.Created)).ToList();
        foreach (var chunk in events.Chunk(100)) await Task.WhenAll(chunk.Select(recorded => bus.Publish(recorded, CancellationToken.None)));
        var arrived = new List<string>();
        while (arrived.Count < events.Count) arrived.Add((await broker.Take("payment")).BasicProperties.MessageId!);
        Assert.That(arrived, Is.EqualTo(events.Select(recorded => recorded.EventId.ToString())));
    }

    [Test]
    public async Task A_binding_that_somebody_removed_is_put_back_and_the_message_arrives()
    {
        await broker.Channel.QueueUnbindAsync("shipping", "payment", "payment.payment-captured");
        var captured = Given.Recorded(new PaymentCaptured(1, 1999, "EUR", "pi_1"));
        await bus.Publish(captured, CancellationToken.None);
        Assert.That((await broker.Take("shipping")).BasicProperties.MessageId, Is.EqualTo(captured.EventId.ToString()));
    }

    [Test]
    public async Task A_queue_that_somebody_removed_is_put_back_and_every_message_arrives()
    {
        await broker.Channel.QueueDeleteAsync("shipping");
        var events = Enumerable.Range(0, 50).Select(_ => Given.Recorded(new PaymentCaptured(1, 1999, "EUR", "pi_1"))).ToList();
        await Task.WhenAll(events.Select(recorded => bus.Publish(recorded, CancellationToken.None)));
        var arrived = new HashSet<string>();
        while (arrived.Count < events.Count) arrived.Add((await broker.Take("shipping")).BasicProperties.MessageId!);
        Assert.That(arrived, Is.EquivalentTo(events.Select(recorded => recorded.EventId.ToString())));
    }

    [Test]
    public void An_event_that_stays_in_the_store_is_not_published() => Assert.That(
        async () => await bus.Publish(Given.Recorded(new PaymentAuthInProgress(1)), CancellationToken.None), Throws.ArgumentException);
}
