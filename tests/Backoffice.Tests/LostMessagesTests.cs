using Microsoft.Extensions.DependencyInjection;
using RabbitMQ.Client;
using Shop.OrderEvents;
using Shop.OrderEvents.Store;
using Shop.Testing;

namespace Shop.Backoffice.Tests;

/// <summary>A broker that lost what it had confirmed, as one does whose disk is gone.</summary>
[Category("Broker")]
public sealed class LostMessagesTests
{
    private TemporaryFolder folder = null!;
    private RabbitMqServer server = null!;
    private string vhost = null!;
    private string broker = null!;

    [OneTimeSetUp]
    public async Task StartBroker() => server = await RabbitMqServer.Start();

    [OneTimeTearDown]
    public async Task StopBroker()
    {
        if (server is not null) await server.DisposeAsync();
    }

    [SetUp]
    public async Task Open()
    {
        folder = new TemporaryFolder();
        var uri = await server.CreateVirtualHost();
        (broker, vhost) = ($"ConnectionStrings:RabbitMq={uri}", uri.AbsolutePath[1..]);
    }

    [TearDown]
    public void Close() => folder.Dispose();

    [Test]
    public async Task An_order_whose_message_the_broker_lost_is_found_and_goes_through()
    {
        var order = await PlacedAndLost();
        await using var shop = await ShopInProcess.Start(
            folder.Path, broker, "StuckOrders:After=00:00:01", "StuckOrders:Interval=00:00:00.1", "StuckOrders:NudgeEvery=00:00:05");
        await shop.Becomes(order, "shipment-prepared");
    }

    [Test]
    public async Task An_operator_who_does_not_want_to_wait_sets_it_going()
    {
        var order = await PlacedAndLost();
        await using var shop = await ShopInProcess.Start(folder.Path, broker, "StuckOrders:After=01:00:00");
        var nudged = await Eventually.Get(
            () => shop.Admin("stuck-orders", "nudge", order), answer => answer.ExitCode != 3, "the broker is reached");
        Assert.That((nudged.ExitCode, nudged.Output), Is.EqualTo((0, nudged.Output)), nudged.Error);
        Assert.That(nudged.Output, Does.StartWith("order-created/v1"));
        await shop.Becomes(order, "shipment-prepared");
    }

    [Test]
    public async Task A_payment_that_shipping_never_heard_of_is_shipped()
    {
        string order;
        await using (var shop = await ShopInProcess.Start(folder.Path, broker, "Shipping:PreparationDelay=01:00:00", "StuckOrders:After=01:00:00"))
        {
            order = await shop.Place();
            await shop.Becomes(order, "paid");
        }

        await Purge("shipping");
        await using var again = await ShopInProcess.Start(folder.Path, broker, "StuckOrders:After=00:00:00.5", "StuckOrders:Interval=00:00:00.1");
        await again.Becomes(order, "shipment-prepared");
    }

    /// <summary>An order whose message was confirmed by the broker, and that nobody received.</summary>
    private async Task<string> PlacedAndLost()
    {
        // The service alone: nobody takes the message from the queue.
        await using var orders = await RunningService.Start(OrderEventsService.Build, $"DataDirectory={folder.Path}/order-events", broker);
        var placed = await orders.Send(HttpMethod.Post, "/orders", SampleOrders.Json());
        var store = orders.Services.GetRequiredService<IEventStore>();
        await Eventually.True(
            async () =>
            {
                await using var checkpoint = await store.Hold("publisher", _ => { }, CancellationToken.None);
                return checkpoint.Position == 1;
            },
            "the broker confirmed it, and the publisher never looks back");
        Assert.That(await Purge("payment"), Is.EqualTo(1));
        return placed.Body.GetProperty("orderId").GetString()!;
    }

    /// <summary>Empties a queue once it holds something; how much that was.</summary>
    private async Task<uint> Purge(string queue)
    {
        await using var connection = await new ConnectionFactory { Uri = new Uri(broker.Split('=', 2)[1]) }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        await Eventually.True(async () => await channel.MessageCountAsync(queue) > 0, $"something in {queue} of {vhost}");
        return await channel.QueuePurgeAsync(queue);
    }
}
