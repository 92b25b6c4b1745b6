using System.Collections.Concurrent;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using Shop.Testing;

namespace Shop.EndToEnd.Tests;

/// <summary>The store is the outbox: what was accepted reaches the broker, in order, whatever happens to either of them.</summary>
[Category("Broker")]
public sealed class PublisherTests
{
    private TemporaryFolder folder = null!;
    private RabbitMqServer broker = null!;
    private ServiceProcess orders = null!;
    private HttpClient client = null!;

    [SetUp]
    public async Task Start()
    {
        folder = new TemporaryFolder();
        broker = await RabbitMqServer.Start();
        if (!broker.IsOwn) Assert.Ignore("This test kills the broker, and the one that SHOP_TEST_RABBITMQ names is not its own.");
        orders = await new ServiceProcess("services/OrderEvents", folder.Path, [$"DataDirectory={folder.Path}/data", $"ConnectionStrings:RabbitMq={broker.AmqpUri}"]).Start();
        await ShopUnderTest.Ready(orders);
        client = new HttpClient { BaseAddress = orders.Url };
    }

    [TearDown]
    public async Task Stop()
    {
        client?.Dispose();
        orders?.Dispose();
        if (broker is not null) await broker.DisposeAsync();
        folder.Dispose();
    }

    [Test]
    public async Task Orders_are_accepted_while_the_broker_is_down_and_published_when_it_is_back()
    {
        var placed = new List<string>();
        for (var i = 0; i < 20; i++) placed.Add(await Place());
        await Published(20);
        broker.Kill();
        for (var i = 0; i < 20; i++) placed.Add(await Place());
        await broker.Restart();
        for (var i = 0; i < 20; i++) placed.Add(await Place());
        Assert.That(await FirstSeen(60), Is.EqualTo(placed));
    }

    [Test]
    public async Task What_a_killed_publisher_had_not_published_is_published_after_its_restart()
    {
        var accepted = new ConcurrentQueue<string>();
        var customers = Enumerable.Range(0, 8).Select(async _ =>
        {
            while (accepted.Count < 5000) accepted.Enqueue(await Place());
        }).ToList();
        await Eventually.True(() => accepted.Count > 50, "some are placed");
        orders.Kill();
        foreach (var customer in customers) Assert.That(async () => await customer, Throws.InstanceOf<HttpRequestException>(), "it was killed in the middle");
        await orders.Start();
        await ShopUnderTest.Ready(orders);

        // The log is the truth: an order whose answer was lost in the crash is published as well.
        var stored = new List<string>();
        for (var after = 0L; await Page(after) is { Count: > 0 } page; after += page.Count) stored.AddRange(page);
        Assert.That(stored, Is.SupersetOf(accepted));
        Assert.That(await FirstSeen(stored.Count), Is.EqualTo(stored));
    }

    [Test]
    public async Task A_broker_that_lost_its_disk_is_told_again_and_one_that_did_not_is_not()
    {
        var placed = new List<string>();
        for (var i = 0; i < 5; i++) placed.Add(await Place());
        await Published(5);

        broker.Kill();
        await broker.Restart();
        placed.Add(await Place());
        await Published(6);
        Assert.That(await Waiting(), Is.EqualTo(6), "it still has what it was told");

        broker.LoseDisk();
        await broker.Restart();
        await Published(6);
        Assert.That(await FirstSeen(6), Is.EqualTo(placed));
    }

    /// <summary>How many messages wait in the queue <c>payment</c>; there may be none yet.</summary>
    private async Task<int> Waiting() => (await broker.Management("queues/%2F")).EnumerateArray()
        .Where(queue => queue.GetProperty("name").GetString() == "payment" && queue.TryGetProperty("messages", out _))
        .Sum(queue => queue.GetProperty("messages").GetInt32());

    private async Task<List<string>> Page(long after)
    {
        var page = await Answer.To(client, HttpMethod.Get, $"/events?from={after}&limit=1000", null, ("X-Api-Key", "dev-service"));
        return [.. page.Body.GetProperty("events").EnumerateArray().Select(e => e.GetProperty("orderId").GetString()!)];
    }

    private async Task<string> Place()
    {
        var placed = await Answer.To(client, HttpMethod.Post, "/orders", SampleOrders.Json(), ("X-Api-Key", "dev-service"), ("X-Shop-Agent", "customer/test"));
        Assert.That(placed.Status, Is.EqualTo(201), placed.Text);
        return placed.Body.GetProperty("orderId").GetString()!;
    }

    private Task Published(int count) => Eventually.True(
        async () => await Waiting() >= count, $"{count} messages wait for the Payment Service", TimeSpan.FromSeconds(60));

    /// <summary>The orders whose creation waits in the queue <c>payment</c>, each where it stands first.</summary>
    private async Task<List<string>> FirstSeen(int count)
    {
        var seen = new ConcurrentQueue<string>();
        await using var connection = await new ConnectionFactory { Uri = broker.AmqpUri }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, delivery) =>
        {
            seen.Enqueue(System.Text.Json.JsonDocument.Parse(delivery.Body).RootElement.GetProperty("orderId").GetString()!);
            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync("payment", autoAck: true, consumer);
        await Eventually.True(() => seen.Distinct().Count() >= count, $"{count} orders are published", TimeSpan.FromSeconds(90));
        return [.. seen.Distinct()];
    }
}
