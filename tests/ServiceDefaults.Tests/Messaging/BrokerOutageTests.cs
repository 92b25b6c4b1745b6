using System.Diagnostics;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using RabbitMQ.Client;
using Shop.Contracts;
using Shop.ServiceDefaults.Messaging;
using Shop.Testing;

namespace Shop.ServiceDefaults.Tests.Messaging;

/// <summary>What becomes of messages when the broker, or a consumer of it, dies.</summary>
[Category("Broker")]
public sealed class BrokerOutageTests
{
    private TemporaryFolder folder = null!;

    [SetUp]
    public void Open() => folder = new TemporaryFolder();

    [TearDown]
    public void Close() => folder.Dispose();

    [Test]
    public async Task A_broker_that_is_killed_loses_nothing_that_it_confirmed_and_each_event_runs_once()
    {
        await using var broker = await Broker.Open();
        var settings = broker.Settings(folder);
        settings["RabbitMq:PublishTimeout"] = "00:00:02";
        var script = new Script();
        await using var consumer = await TestService.Consumer(settings, script);
        await using var publisher = await TestService.Start(settings, builder => builder.AddEventBus());
        await BrokerShapeTests.Healthy(consumer);
        await BrokerShapeTests.Healthy(publisher);
        await QueuesAreOnDisk();
        var bus = publisher.Services.GetRequiredService<EventBus>();
        var events = Enumerable.Range(0, 300).Select(_ => Given.Recorded(Given.Created)).ToList();
        var confirmed = 0;
        var publishing = Task.Run(async () =>
        {
            foreach (var recorded in events)
            {
                await Published(bus, recorded);
                Interlocked.Increment(ref confirmed);
            }
        });
        await Eventually.True(() => Volatile.Read(ref confirmed) > 100, "some are confirmed");
        broker.Server.Kill();
        await Eventually.Get(publisher.Health, report => report.Entries["rabbitmq-topology"].Status == HealthStatus.Unhealthy, "not ready");
        Assert.That(publishing.IsCompleted, Is.False, "killed in the middle");
        await broker.Server.Restart();
        await publishing.WaitAsync(TimeSpan.FromSeconds(60));
        await Eventually.True(() => script.Runs.Count >= events.Count, "all ran", TimeSpan.FromSeconds(60));
        await BrokerShapeTests.Healthy(consumer);
        await consumer.DisposeAsync();
        Assert.That(script.Runs.Select(run => run.Message.EventId), Is.EquivalentTo(events.Select(recorded => recorded.EventId)));
    }

    [Test]
    public async Task A_consumer_that_had_messages_in_hand_when_the_broker_died_consumes_again()
    {
        await using var broker = await Broker.Open();
        var release = new TaskCompletionSource();
        var script = new Script { Does = (_, _) => release.Task };
        await using var consumer = await TestService.Consumer(broker.Settings(folder), script);
        await BrokerShapeTests.Healthy(consumer);
        await QueuesAreOnDisk();
        for (var i = 0; i < 40; i++) await broker.Publish("orders", "orders.order-cancelled", Cancelled(Guid.NewGuid()));
        await Eventually.True(() => script.Runs.Count == 16, "as many as may be are in hand");
        broker.Server.Kill();
        release.SetResult();
        await broker.Server.Restart();
        await Eventually.True(() => script.Runs.Count >= 40, "all ran", TimeSpan.FromSeconds(60));
        Assert.That(script.Runs.Select(run => run.Message.EventId), Is.Unique);
    }

    [Test]
    public async Task A_message_that_takes_its_consumer_down_every_time_ends_in_the_dead_letter_queue()
    {
        await using var broker = await Broker.Open();
        await using var publisher = await TestService.Start(broker.Settings(folder), builder => builder.AddEventBus());
        await BrokerShapeTests.Healthy(publisher);
        await broker.Publish("orders", "orders.order-created", "poison", new BasicProperties { MessageId = "poison-1" });
        var deliveries = 0;
        while (await Delivery() is { } got)
        {
            deliveries++;
            await broker.Channel.BasicRejectAsync(got.DeliveryTag, requeue: true);
        }

        Assert.That(deliveries, Is.EqualTo(21));
        Assert.That((await broker.Take("payment.dead")).BasicProperties.MessageId, Is.EqualTo("poison-1"));

        Task<BasicGetResult?> Delivery() => Eventually.Get(
            async () => (Got: await broker.Channel.BasicGetAsync("payment", autoAck: false), Dead: await broker.Count("payment.dead")),
            look => look.Got is not null || look.Dead > 0, "delivered again, or dead").ContinueWith(look => look.Result.Got, TaskScheduler.Default);
    }

    [Test]
    public async Task A_full_disk_fails_a_publish_in_time_and_publishing_goes_on_when_there_is_room()
    {
        await using var broker = await Broker.Open();
        var settings = broker.Settings(folder);
        settings["RabbitMq:PublishTimeout"] = "00:00:01";
        await using var publisher = await TestService.Start(settings, builder => builder.AddEventBus());
        await BrokerShapeTests.Healthy(publisher);
        var bus = publisher.Services.GetRequiredService<EventBus>();
        await bus.Publish(Given.Recorded(Given.Created), CancellationToken.None);
        await broker.Server.SetDiskAlarm(true);
        var refused = Given.Recorded(Given.Created);
        var watch = Stopwatch.StartNew();
        try
        {
            Assert.That(async () => await bus.Publish(refused, CancellationToken.None), Throws.InstanceOf<BrokerUnavailableException>());
            Assert.That(watch.Elapsed, Is.LessThan(TimeSpan.FromSeconds(5)));
        }
        finally
        {
            await broker.Server.SetDiskAlarm(false);
        }

        await Published(bus, refused);
        var ids = new HashSet<string>();
        await Eventually.True(async () =>
        {
            if (await broker.Channel.BasicGetAsync("payment", autoAck: true) is { } got) ids.Add(got.BasicProperties.MessageId!);
            return ids.Contains(refused.EventId.ToString());
        }, "the refused event is there in the end");
    }

    // RabbitMQ writes the names of its quorum queues to disk half a second late (ra's names.dets): one that is killed before that
    // comes back with a queue that elects no leader. No shop declares its queues and loses its broker within the same second.
    private static Task QueuesAreOnDisk()
    {
        var watch = Stopwatch.StartNew();
        return Eventually.True(() => watch.Elapsed > TimeSpan.FromSeconds(2), "the queues' names are on disk");
    }

    private static string Cancelled(Guid eventId) =>
        $$"""{"eventId":"{{eventId}}","orderId":"{{Guid.NewGuid()}}","revision":1,"occurredAt":"2026-01-01T00:00:00Z"}""";

    private static async Task Published(EventBus bus, RecordedEvent recorded)
    {
        while (true)
        {
            try
            {
                await bus.Publish(recorded, CancellationToken.None);
                return;
            }
            catch (Exception exception) when (exception is not ArgumentException)
            {
                // The publisher's loop: again, until it is confirmed.
                await Task.Delay(50);
            }
        }
    }
}
