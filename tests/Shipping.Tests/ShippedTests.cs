using Shop.Contracts;
using Shop.Testing;
using static Shop.Shipping.Tests.OrderBook;

namespace Shop.Shipping.Tests;

/// <summary>The warehouse's word that a parcel has left: once, however often it is said.</summary>
public sealed class ShippedTests
{
    private const string Body = """
        {"carrier":"DHL","service":"express","packages":[{"trackingNumber":"JJD01","trackingUrl":"https://dhl.example/JJD01"},{"trackingNumber":"JJD02"}]}
        """;

    private readonly TemporaryFolder folder = new();
    private OrderBook orders = null!;
    private RunningService shipping = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        orders = await OrderBook.Open();
        // Its own consumer stays out of the way: the tests prepare, or do not.
        shipping = await RunningService.Start(
            ShippingService.Build, $"DataDirectory={folder.Path}", $"Orders:Url={orders.Url}", "Shipping:PreparationDelay=01:00:00", "Messaging:Concurrency=1");
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        await shipping.DisposeAsync();
        await orders.DisposeAsync();
        folder.Dispose();
    }

    [Test]
    public async Task A_prepared_parcel_leaves()
    {
        var id = await orders.PlacePrepared();
        var answer = await Ship(id);
        Assert.That(answer.Status, Is.EqualTo(200), answer.Text);
        Assert.That(answer.Body.GetProperty("status").GetString(), Is.EqualTo("shipped"));
        Assert.That(answer.Header("ETag"), Is.EqualTo("\"5\""));
        await Stream(id, Created, Begun, Captured, Preparing, Prepared, HasShipped);
        var shipped = (Shipped)(await orders.Stream(id))[^1].Event;
        Assert.Multiple(() =>
        {
            Assert.That((shipped.ShipmentId, shipped.Carrier, shipped.Service), Is.EqualTo((Shipments.IdOf(id), "DHL", "express")));
            Assert.That(shipped.ShippedAt, Is.EqualTo(DateTimeOffset.UtcNow).Within(TimeSpan.FromMinutes(5)));
            Assert.That(shipped.Packages, Is.EqualTo(new[] { new Package("JJD01", "https://dhl.example/JJD01"), new Package("JJD02") }));
        });
    }

    [Test]
    public async Task Said_twice_it_is_the_same_answer_and_one_event()
    {
        var id = await orders.PlacePrepared();
        var (first, again) = (await Ship(id), await Ship(id));
        Assert.That((again.Status, again.Text, again.Header("Idempotent-Replayed")), Is.EqualTo((200, first.Text, "true")));
        Assert.That(first.Header("Idempotent-Replayed"), Is.Null);
        await Stream(id, Created, Begun, Captured, Preparing, Prepared, HasShipped);
    }

    [Test]
    public async Task Said_twice_under_two_keys_it_is_one_event()
    {
        var id = await orders.PlacePrepared();
        var answers = new[] { await Ship(id, key: "one"), await Ship(id, key: "one"), await Ship(id, key: "two"), await Ship(id) };
        Assert.That(answers.Select(answer => answer.Status), Is.All.EqualTo(200));
        await Stream(id, Created, Begun, Captured, Preparing, Prepared, HasShipped);
    }

    [TestCase("""{"carrier":"DHL","service":"express","packages":[{"trackingNumber":"JJD03"}]}""")]
    [TestCase("""{"carrier":"UPS","service":"express","packages":[{"trackingNumber":"JJD01","trackingUrl":"https://dhl.example/JJD01"},{"trackingNumber":"JJD02"}]}""")]
    [TestCase("""{"carrier":"DHL","packages":[{"trackingNumber":"JJD01","trackingUrl":"https://dhl.example/JJD01"},{"trackingNumber":"JJD02"}]}""")]
    [TestCase("""{"carrier":"DHL","service":"express","packages":[{"trackingNumber":"JJD01"},{"trackingNumber":"JJD02"}]}""")]
    public async Task Said_otherwise_afterwards_it_is_refused(string other)
    {
        var id = await orders.PlacePrepared();
        Assert.That((await Ship(id, key: "first")).Status, Is.EqualTo(200));
        var refused = await Ship(id, other);
        Assert.That((refused.Status, refused.Code, refused.Body.GetProperty("blockingEvent").GetString()), Is.EqualTo((409, "already-shipped", "shipped")));
        Assert.That((refused.Body.GetProperty("orderId").GetGuid(), refused.Body.GetProperty("orderStatus").GetString()), Is.EqualTo((id, "shipped")));
        var reused = await Ship(id, other, key: "first");
        Assert.That((reused.Status, reused.Code), Is.EqualTo((422, "idempotency-key-reused")));
        await Stream(id, Created, Begun, Captured, Preparing, Prepared, HasShipped);
    }

    [Test]
    public async Task Said_by_many_at_once_it_is_one_event()
    {
        var id = await orders.PlacePrepared();
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Ship(id, key: i % 2 == 0 ? $"k{i}" : null)));
        Assert.That(answers.Select(answer => answer.Status), Is.All.EqualTo(200));
        await Stream(id, Created, Begun, Captured, Preparing, Prepared, HasShipped);
    }

    [Test]
    public async Task Of_two_that_differ_one_is_believed()
    {
        var id = await orders.PlacePrepared();
        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => Ship(id, $$"""{"carrier":"DHL","packages":[{"trackingNumber":"JJD{{i}}"}]}""")));
        Assert.That(answers.Select(answer => answer.Status).Order(), Is.EqualTo(new[] { 200, 409, 409, 409 }));
        await Stream(id, Created, Begun, Captured, Preparing, Prepared, HasShipped);
    }

    [Test]
    public async Task Before_it_is_prepared_it_is_refused_and_told_when_to_come_back()
    {
        var id = await orders.PlacePaid();
        var early = await Ship(id);
        Assert.That((early.Status, early.Code, early.Header("Retry-After")), Is.EqualTo((409, "shipment-not-prepared", (string?)null)));
        await orders.Write(id, new ShippingPreparationInProgress(Shipments.IdOf(id)));
        var soon = await Ship(id, key: "soon");
        Assert.That((soon.Status, soon.Code, soon.Header("Retry-After")), Is.EqualTo((409, "shipment-not-prepared", "5")));
        Assert.That(soon.Body.GetProperty("blockingEvent").GetString(), Is.EqualTo("shipping-preparation-in-progress"));
        await orders.Write(id, new ShippingPrepared(Shipments.IdOf(id)));
        Assert.That((await Ship(id, key: "soon")).Status, Is.EqualTo(200), "the refusal is not kept under the key");
    }

    [Test]
    public async Task A_cancelled_order_does_not_leave()
    {
        var id = await orders.PlacePaid();
        await orders.Cancel(id);
        var refused = await Ship(id);
        Assert.That((refused.Status, refused.Code, refused.Body.GetProperty("blockingEvent").GetString()), Is.EqualTo((409, "order-cancelled", "order-cancelled")));
    }

    [Test]
    public async Task An_order_that_is_not_there_is_a_404()
    {
        var none = await Ship(Guid.NewGuid());
        Assert.That((none.Status, none.Code), Is.EqualTo((404, "order-not-found")));
    }

    [Test]
    public async Task While_the_order_service_is_away_it_is_a_503_and_nothing_is_believed()
    {
        using var data = new TemporaryFolder();
        await using var alone = await RunningService.Start(
            ShippingService.Build, $"DataDirectory={data.Path}", "Orders:Url=http://127.0.0.1:1", "Logging:LogLevel:Default=None");
        var away = await alone.Send(HttpMethod.Post, $"/shipments/{Guid.NewGuid()}/shipped", Body);
        Assert.That((away.Status, away.Code, away.Header("Retry-After")), Is.EqualTo((503, "temporarily-unavailable", "1")));
    }

    [Test]
    public async Task Nobody_gets_in_without_the_services_key()
    {
        var id = await orders.PlacePrepared();
        using var stranger = new HttpClient { BaseAddress = shipping.Url };
        var refused = await Answer.To(stranger, HttpMethod.Post, $"/shipments/{id}/shipped", Body, ("X-Api-Key", "dev-warehouse"));
        Assert.That(refused.Status, Is.EqualTo(401));
        await Stream(id, Created, Begun, Captured, Preparing, Prepared);
    }

    private Task<Answer> Ship(Guid id, string body = Body, string? key = null) => shipping.Send(
        HttpMethod.Post, $"/shipments/{id}/shipped", body, key is null ? [] : [("Idempotency-Key", key)]);

    private async Task Stream(Guid id, params string[] names) => Assert.That(await orders.Names(id), Is.EqualTo(names));
}
