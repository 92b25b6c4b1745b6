using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using RabbitMQ.Client;
using Shop.Contracts;
using Shop.ServiceDefaults.Messaging;
using Shop.Testing;

namespace Shop.ServiceDefaults.Tests.Messaging;

/// <summary>What becomes of messages that plain clients publish.</summary>
[Category("Broker")]
public sealed class ConsumingTests
{
    private TemporaryFolder folder = null!;
    private Broker broker = null!;
    private Script script = null!;
    private TestService service = null!;

    [SetUp]
    public async Task Open()
    {
        folder = new TemporaryFolder();
        broker = await Broker.Open();
        script = new Script();
        service = await TestService.Consumer(broker.Settings(folder), script);
        await BrokerShapeTests.Healthy(service);
    }

    [TearDown]
    public async Task Close()
    {
        if (service is not null) await service.DisposeAsync();
        if (broker is not null) await broker.DisposeAsync();
        folder.Dispose();
    }

    [TestCase("application/json", "order-created/v1")]
    [TestCase("application/json; charset=utf-8", "order-created/v1")]
    [TestCase("text/plain", "order-created/v1")]
    [TestCase("not a content type", "order-created/v1")]
    [TestCase("application/vnd.masstransit+json", "order-created/v1")]
    [TestCase(null, "order-created/v1")]
    [TestCase(null, null)]
    public async Task A_plain_clients_message_is_consumed_whatever_it_leaves_out(string? contentType, string? type)
    {
        var eventId = Guid.NewGuid();
        var properties = new BasicProperties();
        if (contentType is not null) properties.ContentType = contentType;
        if (type is not null) properties.Type = type;
        await broker.Publish("orders", "orders.order-created", Body(eventId), properties);
        await Eventually.True(() => script.RunsOf(eventId) == 1, "the consumer ran");
        await NothingIsLeft();
        Assert.Multiple(() =>
        {
            Assert.That(script.Runs[0].Message, Is.InstanceOf<Contracts.Messages.OrderCreated>());
            Assert.That(script.Runs[0].Cause, Is.EqualTo(new Cause(eventId, eventId)), "without a message id the event's id is the cause");
        });
    }

    [Test, Category("Python")]
    public async Task A_python_clients_message_is_consumed_exactly_as_ours()
    {
        var eventId = Guid.NewGuid();
        var properties = new
        {
            content_type = "application/json",
            delivery_mode = 2,
            message_id = eventId.ToString(),
            correlation_id = Guid.NewGuid().ToString(),
            type = "order-created/v1",
            headers = new Dictionary<string, string> { ["x-correlation-id"] = "6c1f0c4c-6f0e-4d2b-9a52-6a3f4d1f7b11" },
        };
        await Python.Publish(broker.Uri, "orders", "orders.order-created", JsonSerializer.Serialize(properties), Body(eventId));
        await Eventually.True(() => script.RunsOf(eventId) == 1, "the consumer ran");
        await NothingIsLeft();
        Assert.That(script.Runs.Single().Cause, Is.EqualTo(new Cause(eventId, new Guid("6c1f0c4c-6f0e-4d2b-9a52-6a3f4d1f7b11"))));
    }

    [Test]
    public async Task A_message_id_that_is_no_guid_gives_way_to_the_events_id()
    {
        var eventId = Guid.NewGuid();
        await broker.Publish("orders", "orders.order-created", Body(eventId), new BasicProperties { MessageId = "msg-1", Type = "order-created/v1" });
        await Eventually.True(() => script.RunsOf(eventId) == 1, "the consumer ran");
        Assert.That(script.Runs.Single().Cause.CausationId, Is.EqualTo(eventId));
    }

    [Test]
    public async Task The_consumer_runs_within_the_messages_trace()
    {
        var eventId = Guid.NewGuid();
        var headers = new Dictionary<string, object?> { ["traceparent"] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" };
        await broker.Publish("orders", "orders.order-created", Body(eventId), new BasicProperties { Type = "order-created/v1", Headers = headers });
        await Eventually.True(() => script.RunsOf(eventId) == 1, "the consumer ran");
        Assert.That(script.Runs.Single().Traceparent, Does.StartWith("00-0af7651916cd43dd8448eb211c80319c-"));
    }

    [Test]
    public async Task Duplicates_run_once_also_when_they_come_together_and_after_a_restart()
    {
        var eventId = Guid.NewGuid();
        script.Does = (_, _) => Task.Delay(50);
        for (var i = 0; i < 10; i++) await broker.Publish("orders", "orders.order-created", Body(eventId));
        await Eventually.True(() => script.RunsOf(eventId) >= 1, "the consumer ran");
        await service.DisposeAsync();
        service = await TestService.Consumer(broker.Settings(folder), script);
        await BrokerShapeTests.Healthy(service);
        await broker.Publish("orders", "orders.order-created", Body(eventId));
        await broker.Publish("orders", "orders.order-created", Body(Guid.NewGuid()));
        await Eventually.True(() => script.Runs.Count >= 2, "the next message ran");
        await NothingIsLeft();
        Assert.That(script.RunsOf(eventId), Is.EqualTo(1));
    }

    [Test]
    public async Task A_transient_failure_comes_back_later_while_others_flow()
    {
        var (failing, other) = (Guid.NewGuid(), Guid.NewGuid());
        script.Does = (message, run) => message.EventId == failing && run <= 2 ? throw new TimeoutException("for now") : Task.CompletedTask;
        var watch = Stopwatch.StartNew();
        await broker.Publish("orders", "orders.order-created", Body(failing), new BasicProperties { Type = "order-created/v1", MessageId = failing.ToString() });
        await Eventually.True(() => script.RunsOf(failing) == 1, "the first run");
        await broker.Publish("orders", "orders.order-created", Body(other));
        await Eventually.True(() => script.RunsOf(other) == 1, "the other ran");
        Assert.That(script.RunsOf(failing), Is.EqualTo(1), "the other did not wait for it");
        await Eventually.True(() => script.RunsOf(failing) == 3, "it came back twice");
        Assert.That(watch.Elapsed, Is.GreaterThan(TimeSpan.FromSeconds(2)), "two delays");
        await NothingIsLeft();
    }

    [Test]
    public async Task What_is_to_come_later_comes_back_however_often_and_is_not_a_failure()
    {
        var eventId = Guid.NewGuid();
        script.Does = (_, run) => run <= 4 ? throw new RetryLaterException("not there yet", TimeSpan.FromSeconds(1)) : Task.CompletedTask;
        await broker.Publish("orders", "orders.order-created", Body(eventId));
        await Eventually.True(() => script.RunsOf(eventId) == 5, "it came back four times, though three attempts are the limit");
        await NothingIsLeft();
    }

    [TestCase("{", "order-created/v1", "malformed")]
    [TestCase("", "order-created/v1", "malformed")]
    [TestCase("null", "order-created/v1", "malformed")]
    [TestCase("[]", "order-created/v1", "malformed")]
    [TestCase("{}", "order-created/v1", "malformed")]
    [TestCase("""{"eventId":"0d0e5c4b-3a64-4d2b-9c46-30d0a3b0f6a1","orderId":"0d0e5c4b-3a64-4d2b-9c46-30d0a3b0f6a1"}""", "order-created/v1", "malformed")]
    [TestCase("{}", "order-teleported/v1", "unknown-type")]
    [TestCase("{}", "order-created/v9", "unknown-type")]
    [TestCase("{}", "payment-auth-in-progress/v1", "unknown-type")]
    public async Task A_message_that_cannot_be_read_goes_to_the_dead_letter_queue_at_once(string body, string type, string reason)
    {
        var properties = new BasicProperties
        {
            Type = type,
            MessageId = "m-1",
            CorrelationId = "c-1",
            AppId = "elsewhere",
            ContentType = "text/json",
            Expiration = "60000",
            Headers = new Dictionary<string, object?> { ["x-mine"] = "kept" },
        };
        await broker.Publish("orders", "orders.order-created", body, properties);
        var dead = await broker.Take("payment.dead");
        var headers = Headers(dead);
        Assert.Multiple(() =>
        {
            Assert.That(Encoding.UTF8.GetString(dead.Body.Span), Is.EqualTo(body));
            Assert.That(dead.BasicProperties.Type, Is.EqualTo(type));
            Assert.That(dead.BasicProperties.MessageId, Is.EqualTo("m-1"));
            Assert.That(dead.BasicProperties.CorrelationId, Is.EqualTo("c-1"));
            Assert.That(dead.BasicProperties.AppId, Is.EqualTo("elsewhere"));
            Assert.That(dead.BasicProperties.ContentType, Is.EqualTo("text/json"));
            Assert.That(dead.BasicProperties.IsExpirationPresent(), Is.False, "a dead letter does not expire");
            Assert.That(headers["x-mine"], Is.EqualTo("kept"));
            Assert.That(headers["x-dead-reason"], Is.EqualTo(reason));
            Assert.That(headers["x-dead-exception"], Is.EqualTo(typeof(UnprocessableMessageException).FullName));
            Assert.That(headers["x-dead-attempts"], Is.EqualTo(1));
            Assert.That(headers["x-original-exchange"], Is.EqualTo("orders"));
            Assert.That(headers["x-original-routing-key"], Is.EqualTo("orders.order-created"));
            Assert.That(DateTimeOffset.Parse((string)headers["x-dead-at"]!), Is.EqualTo(DateTimeOffset.UtcNow).Within(TimeSpan.FromMinutes(1)));
            Assert.That(script.Runs, Is.Empty);
        });
    }

    [Test]
    public async Task What_the_consumer_calls_unprocessable_is_dead_at_once()
    {
        var eventId = Guid.NewGuid();
        script.Does = (_, _) => throw new UnprocessableMessageException("never will work");
        await broker.Publish("orders", "orders.order-created", Body(eventId));
        var headers = Headers(await broker.Take("payment.dead"));
        Assert.That(headers["x-dead-reason"], Is.EqualTo("unprocessable"));
        Assert.That(headers["x-dead-message"], Is.EqualTo("never will work"));
        Assert.That(script.RunsOf(eventId), Is.EqualTo(1));
    }

    [Test]
    public async Task A_type_that_the_service_does_not_consume_is_dead_and_not_forgotten()
    {
        var body = $$"""{"eventId":"{{Guid.NewGuid()}}","orderId":"{{Guid.NewGuid()}}","revision":1,"occurredAt":"2026-01-01T00:00:00Z","provider":"sandbox"}""";
        await broker.Publish("payment", "payment.payment-updated", body);
        Assert.That(Headers(await broker.Take("payment.dead"))["x-dead-reason"], Is.EqualTo("no-consumer"));
    }

    [Test]
    public async Task When_its_attempts_are_spent_a_message_is_dead_with_what_it_died_of_and_nothing_personal()
    {
        var eventId = Guid.NewGuid();
        script.Does = (_, _) => throw new TimeoutException("550 <ada@example.org> rejected, card 4242 4242 4242 4242");
        await broker.Publish("orders", "orders.order-created", Body(eventId), new BasicProperties { Type = "order-created/v1", MessageId = eventId.ToString() });
        var dead = await broker.Take("payment.dead");
        var headers = Headers(dead);
        Assert.Multiple(() =>
        {
            Assert.That(script.RunsOf(eventId), Is.EqualTo(3));
            Assert.That(dead.BasicProperties.MessageId, Is.EqualTo(eventId.ToString()));
            Assert.That(Encoding.UTF8.GetString(dead.Body.Span), Is.EqualTo(Body(eventId)));
            Assert.That(headers["x-dead-reason"], Is.EqualTo("attempts-spent"));
            Assert.That(headers["x-dead-attempts"], Is.EqualTo(3));
            Assert.That(headers["x-dead-exception"], Is.EqualTo("System.TimeoutException"));
            Assert.That(headers["x-dead-message"], Is.EqualTo("550 <[e-mail]> rejected, card [number]"));
            Assert.That((string)headers["x-dead-stack"]!, Does.Contain(nameof(Script)));
            Assert.That(headers["x-original-routing-key"], Is.EqualTo("orders.order-created"));
        });
    }

    [Test]
    public async Task What_was_published_while_no_service_ran_is_consumed_when_one_does()
    {
        await service.DisposeAsync();
        var eventId = Guid.NewGuid();
        await broker.Publish("orders", "orders.order-created", Body(eventId));
        service = await TestService.Consumer(broker.Settings(folder), script);
        await Eventually.True(() => script.RunsOf(eventId) == 1, "the consumer ran");
    }

    [Test]
    public async Task What_our_publisher_sends_our_consumer_gets_with_its_cause()
    {
        await using var publisher = await TestService.Start(broker.Settings(folder), builder => builder.AddEventBus());
        await BrokerShapeTests.Healthy(publisher);
        var recorded = Given.Recorded(Given.Created);
        await publisher.Services.GetRequiredService<EventBus>().Publish(recorded, CancellationToken.None);
        await Eventually.True(() => script.RunsOf(recorded.EventId) == 1, "the consumer ran");
        Assert.That(script.Runs.Single().Cause, Is.EqualTo(new Cause(recorded.EventId, recorded.Metadata.CorrelationId)));
        Assert.That(script.Runs.Single().Message, Is.EqualTo(Contracts.Messages.Message.Of(recorded)));
    }

    private async Task NothingIsLeft()
    {
        await service.DisposeAsync();
        Assert.That(await broker.Left("payment"), Is.EqualTo((0u, 0u, 0u)), "waiting, to be retried, dead");
    }

    private static string Body(Guid eventId) =>
        $$"""{"eventId":"{{eventId}}","orderId":"5f3f7e57-35a4-4b80-b4dc-20ae77a7a1c1","revision":0,"occurredAt":"2026-01-01T00:00:00Z","orderNumber":"1001","currency":"EUR","total":1999,"addedLater":true}""";

    private static Dictionary<string, object?> Headers(BasicGetResult got) => got.BasicProperties.Headers!.ToDictionary(
        header => header.Key, header => header.Value is byte[] text ? Encoding.UTF8.GetString(text) : header.Value);
}
