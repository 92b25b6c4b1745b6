using System.Net.Http.Headers;
using System.Text;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using Shop.OrderEvents;
using Shop.Testing;

namespace Shop.Infra.Tests;

/// <summary>A real broker with the definitions, and the services as the users that these make: what they need, and no more.</summary>
[Category("Broker")]
public sealed class LeastRightsTests
{
    private ShopOnBroker shop = null!;

    [OneTimeSetUp]
    public async Task Start() => shop = await ShopOnBroker.Start();

    [OneTimeTearDown]
    public async Task Stop()
    {
        if (shop is not null) await shop.DisposeAsync();
    }

    [Test]
    public async Task An_order_goes_its_whole_way()
    {
        var id = await shop.Place("pm_card_visa", "shipment-prepared");
        var shipped = await shop.Services["gateway"].Send(
            HttpMethod.Post, $"/api/v1/shipments/{id}/shipped", """{ "carrier": "DHL", "packages": [ { "trackingNumber": "JJD000390007777" } ] }""",
            ("X-Api-Key", "dev-warehouse"));
        Assert.That(shipped.Status, Is.EqualTo(200), shipped.Text);
    }

    [Test]
    public async Task A_message_that_nobody_can_read_becomes_a_dead_letter_that_can_be_seen_and_deleted()
    {
        await Publish("operator", "", "notification", "{");
        var notification = shop.Services["notification"];
        var letters = await Eventually.Get(
            () => notification.Send(HttpMethod.Get, "/dead-letters"), answer => answer.Status == 200 && answer.Body.GetProperty("total").GetInt32() == 1, "the dead letter");
        var id = letters.Body.GetProperty("deadLetters")[0].GetProperty("id").GetString();
        Assert.That((await notification.Send(HttpMethod.Delete, $"/dead-letters/{id}")).Status, Is.EqualTo(204));
    }

    [Test]
    public async Task The_definitions_are_what_the_services_declare()
    {
        // A service with every right declares all of it in a virtual host where there is nothing.
        using var folder = new TemporaryFolder();
        var empty = await shop.Broker.CreateVirtualHost();
        await using var orders = await RunningService.Start(OrderEventsService.Build, $"DataDirectory={folder.Path}", $"ConnectionStrings:RabbitMq={empty}");
        await Eventually.Get(() => orders.Send(HttpMethod.Get, "/health/ready"), answer => answer.Status == 200, "it has declared", TimeSpan.FromSeconds(60));
        foreach (var kind in new[] { "exchanges", "queues", "bindings" })
            Assert.That(await shop.Shape("shop", kind), Is.EqualTo(await shop.Shape(empty.AbsolutePath[1..], kind)).And.Not.Empty, kind);
    }

    [TestCase("payment", "payment", "payment.payment-captured")]
    [TestCase("shipping", "shipping", "shipping.shipped")]
    [TestCase("notification", "orders", "orders.order-created")]
    [TestCase("order-events", "payment", "orders.order-created")]
    [TestCase("monitor", "", "payment")]
    public void Who_may_not_publish_there_cannot(string user, string exchange, string routingKey) =>
        Assert.That(async () => await Publish(user, exchange, routingKey, "{}"), Refused);

    [TestCase("order-events", "payment.dead")]
    [TestCase("order-events", "notification")]
    [TestCase("payment", "notification")]
    [TestCase("payment", "shipping.dead")]
    [TestCase("shipping", "payment.dead")]
    [TestCase("notification", "payment.dead")]
    [TestCase("monitor", "payment")]
    public void Who_may_not_read_there_cannot(string user, string queue) => Assert.That(async () => await With(user, channel => channel.BasicGetAsync(queue, autoAck: false)), Refused);

    [TestCase("order-events")]
    [TestCase("payment")]
    [TestCase("shipping")]
    [TestCase("notification")]
    [TestCase("monitor")]
    public void Nobody_declares_what_is_not_the_shops(string user) => Assert.That(
        async () => await With(user, channel => channel.QueueDeclareAsync("another", durable: true, exclusive: false, autoDelete: false)), Refused);

    [Test]
    public async Task Every_queue_is_under_its_policy()
    {
        await Eventually.Get(
            async () => (await shop.Broker.Management("queues/shop")).EnumerateArray()
                .Select(queue => queue.TryGetProperty("policy", out var policy) ? policy.GetString() : null).Distinct().Order().ToList(),
            policies => policies is ["dead-letters", "queues"], "every queue has a policy");
    }

    [TestCase("monitor", ExpectedResult = 200)]
    [TestCase("operator", ExpectedResult = 200)]
    [TestCase("payment", ExpectedResult = 401)]
    public async Task<int> At_the_management_API_are_those_who_have_business_there(string user)
    {
        using var client = new HttpClient();
        client.DefaultRequestHeaders.Authorization =
            new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{Definitions.Password}")));
        using var answer = await client.GetAsync(new Uri(shop.Broker.ManagementUri, "api/queues/shop/payment"));
        return (int)answer.StatusCode;
    }

    private static NUnit.Framework.Constraints.IResolveConstraint Refused => Throws.InstanceOf<RabbitMQClientException>().With.Message.Contains("ACCESS_REFUSED");

    private Task Publish(string user, string exchange, string routingKey, string body) => With(user, async channel =>
    {
        await channel.BasicPublishAsync(exchange, routingKey, mandatory: true, Encoding.UTF8.GetBytes(body));
        return true;
    });

    private async Task With<T>(string user, Func<IChannel, Task<T>> work)
    {
        await using var connection = await new ConnectionFactory { Uri = shop.Address(user), AutomaticRecoveryEnabled = false }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true));
        await work(channel);
    }
}
