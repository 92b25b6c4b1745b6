using System.Collections.Concurrent;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using Shop.Testing;
using Shop.Testing.EventStoreDb;

namespace Shop.EndToEnd.Tests;

/// <summary>Two instances of the Order Event Service on one EventStoreDB: either takes orders, one of them publishes.</summary>
public sealed class ScaleOutTests
{
    private const string Standby = "another instance publishes";

    private TemporaryFolder folder = null!;
    private EventStoreDbServer store = null!;
    private Uri amqp = null!;
    private ServiceProcess[] instances = [];

    [SetUp]
    public async Task Start()
    {
        amqp = await (await EndToEndFixture.Broker).CreateVirtualHost();
        folder = new TemporaryFolder();
        store = await EventStoreDbServer.Start();
        instances = await Task.WhenAll(Run("one"), Run("two"));
        foreach (var instance in instances) await ShopUnderTest.Ready(instance);
    }

    [TearDown]
    public async Task Stop()
    {
        foreach (var instance in instances) instance.Dispose();
        if (store is not null) await store.DisposeAsync();
        folder?.Dispose();
    }

    [Test]
    public async Task When_the_instance_that_publishes_dies_the_other_goes_on_and_no_event_is_left_out()
    {
        var (holder, standby) = await Roles();
        var accepted = new ConcurrentQueue<string>();
        using var dead = new CancellationTokenSource();
        var customers = instances.SelectMany(instance => Enumerable.Range(0, 4).Select(async _ =>
        {
            while (!dead.IsCancellationRequested)
            {
                try
                {
                    accepted.Enqueue(await Place(instance));
                }
                catch (HttpRequestException) when (instance == holder)
                {
                    return; // its customers lost it
                }
            }
        })).ToList();
        await Eventually.True(() => accepted.Count > 200, "some are placed", TimeSpan.FromSeconds(60));
        holder.Kill();
        var atDeath = accepted.Count;
        await Eventually.True(() => accepted.Count > atDeath + 100, "the other one takes orders", TimeSpan.FromSeconds(60));
        await dead.CancelAsync();
        await Task.WhenAll(customers);
        await Published(accepted);

        // It comes back and waits; then the other one is stopped, and it goes on at once.
        await ShopUnderTest.Again(holder);
        await Eventually.True(async () => await IsStandby(holder) && !await IsStandby(standby), "it waits", TimeSpan.FromSeconds(60));
        await standby.Stop();
        await Published([await Place(holder)]);
    }

    [Test]
    public async Task What_one_instance_writes_the_other_shows()
    {
        using var client = new HttpClient { BaseAddress = instances[1].Url };
        client.DefaultRequestHeaders.Add("X-Api-Key", "dev-service");
        var id = await Place(instances[0]);
        Assert.That((await Answer.To(client, HttpMethod.Get, $"/orders/{id}", null)).Status, Is.EqualTo(200));
        using var stream = new StreamReader(await client.GetStreamAsync($"/orders/{id}/stream"));
        Assert.That(await EventIn(stream), Is.EqualTo("order-created"));
        using var cancelling = new HttpClient { BaseAddress = instances[0].Url };
        var cancelled = await Answer.To(
            cancelling, HttpMethod.Post, $"/orders/{id}/cancel", "{}", ("X-Api-Key", "dev-service"), ("X-Shop-Agent", "customer/test"));
        Assert.That(cancelled.Status, Is.EqualTo(200), cancelled.Text);
        Assert.That(await EventIn(stream), Is.EqualTo("order-cancelled"));
    }

    private async Task<ServiceProcess> Run(string name)
    {
        var home = Directory.CreateDirectory(Path.Combine(folder.Path, name)).FullName;
        return await new ServiceProcess(
            "services/OrderEvents", home,
            [$"DataDirectory={home}/data", $"ConnectionStrings:RabbitMq={amqp}", $"ConnectionStrings:EventStore={store.ConnectionString}"]).Start();
    }

    private async Task<(ServiceProcess Holder, ServiceProcess Standby)> Roles()
    {
        await Eventually.True(async () => await IsStandby(instances[0]) != await IsStandby(instances[1]), "one of them publishes", TimeSpan.FromSeconds(60));
        return await IsStandby(instances[0]) ? (instances[1], instances[0]) : (instances[0], instances[1]);
    }

    private static async Task<bool> IsStandby(ServiceProcess instance)
    {
        using var client = new HttpClient { BaseAddress = instance.Url };
        return (await client.GetStringAsync("/health/ready")).Contains(Standby, StringComparison.Ordinal);
    }

    private static async Task<string> Place(ServiceProcess instance)
    {
        using var client = new HttpClient { BaseAddress = instance.Url };
        var placed = await Answer.To(client, HttpMethod.Post, "/orders", SampleOrders.Json(), ("X-Api-Key", "dev-service"), ("X-Shop-Agent", "customer/test"));
        Assert.That(placed.Status, Is.EqualTo(201), placed.Text);
        return placed.Body.GetProperty("orderId").GetString()!;
    }

    /// <summary>The type of the next event of a stream.</summary>
    private static async Task<string> EventIn(StreamReader stream)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (await stream.ReadLineAsync(deadline.Token) is { } line)
        {
            if (line.StartsWith("event: ", StringComparison.Ordinal) && line != "event: heartbeat") return line["event: ".Length..];
        }

        throw new InvalidOperationException("The stream ended.");
    }

    /// <summary>Waits until the creation of each of these orders was in the queue <c>payment</c>.</summary>
    private async Task Published(IReadOnlyCollection<string> orders)
    {
        var seen = new ConcurrentDictionary<string, bool>();
        await using var connection = await new ConnectionFactory { Uri = amqp }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, delivery) =>
        {
            seen[System.Text.Json.JsonDocument.Parse(delivery.Body).RootElement.GetProperty("orderId").GetString()!] = true;
            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync("payment", autoAck: true, consumer);
        await Eventually.True(() => orders.All(seen.ContainsKey), $"{orders.Count} orders are published", TimeSpan.FromSeconds(90));
    }
}
