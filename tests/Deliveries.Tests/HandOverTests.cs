using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Shop.Local;
using Shop.OrderManagement;
using Shop.ServiceDefaults;
using Shop.Testing;

namespace Shop.Deliveries.Tests;

/// <summary>Orders that are placed in a whole shop and arrive at an order management system by HTTP.</summary>
public sealed class HandOverTests
{
    private const string Old = "the-secret-used-so-far-17";
    private const string New = "the-secret-used-from-now-on";

    private TemporaryFolder folder = null!;
    private LocalShop? shop;
    private WebApplication? system;
    private HttpClient gateway = null!;
    private HttpClient backoffice = null!;
    private HttpClient books = null!;
    private int port;

    [SetUp]
    public void Prepare()
    {
        folder = new TemporaryFolder();
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        port = ((IPEndPoint)probe.LocalEndpoint).Port;
        (gateway, backoffice, books) = (new HttpClient(), new HttpClient(), new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}/") });
    }

    [TearDown]
    public async Task Stop()
    {
        foreach (var client in (HttpClient[])[gateway, backoffice, books]) client.Dispose();
        if (shop is not null) await shop.DisposeAsync();
        if (system is not null) await system.DisposeAsync();
        folder.Dispose();
    }

    [Test]
    public async Task An_order_arrives_and_so_does_its_cancellation_although_the_system_was_away_and_knows_the_old_secret_only()
    {
        await StartShop("Shipping:PreparationDelay=01:00:00", $"OrderManagement:Secrets:0={New}", $"OrderManagement:Secrets:1={Old}");
        var order = await Place();
        await Eventually.True(async () => (await Backoffice("admin/deliveries")).Body is var page
            && page.GetProperty("pending").GetInt64() == 1 && page.TryGetProperty("trouble", out _), "it waits, and says why");
        await StartSystem($"OrderManagement:Secrets:0={Old}");
        await Becomes(order, "approved");
        Assert.That((await Book($"orders/{order}")).Body.GetProperty("order").GetProperty("customer").GetProperty("name").GetString(), Is.EqualTo("Ada Example"));

        Assert.That((await Answer.To(gateway, HttpMethod.Post, $"orders/{order}/cancel", null, ("X-Api-Key", "dev-storefront"))).Status, Is.EqualTo(200));
        await Becomes(order, "revoked");
        var deliveries = await Eventually.Get(
            async () => (await Backoffice($"admin/deliveries?order={order}&state=delivered")).Body.GetProperty("deliveries"), list => list.GetArrayLength() == 2, "both are delivered");
        Assert.That(deliveries.EnumerateArray().Select(delivery => delivery.GetProperty("kind").GetString()), Is.EqualTo(new[] { "approved", "revoked" }));

        var id = deliveries[0].GetProperty("id").GetString();
        Assert.That((await Backoffice($"admin/deliveries/{id}/redeliver", HttpMethod.Post)).Status, Is.EqualTo(202));
        await Eventually.True(async () => (await Book("orders")).Body.GetProperty("repeats").GetInt64() >= 1, "it came again");
        Assert.That((await Book($"orders/{order}")).Body.GetProperty("state").GetString(), Is.EqualTo("revoked"), "and changed nothing");
        var details = (await Backoffice($"admin/deliveries/{id}")).Body;
        Assert.That(details.GetProperty("attempts").GetArrayLength(), Is.GreaterThan(1));
    }

    [Test]
    public async Task What_is_approved_can_be_pulled_from_where_it_was_acknowledged()
    {
        await StartShop();
        var orders = new List<string>();
        for (var n = 0; n < 3; n++) orders.Add(await Place());
        var page = await Eventually.Get(
            async () => (await Backoffice("admin/approved-orders?limit=10")).Body, body => body.TryGetProperty("approvals", out var rows) && rows.GetArrayLength() == 3, "three are approved");
        Assert.That(page.GetProperty("approvals").EnumerateArray().Select(row => row.GetProperty("orderId").GetString()), Is.EquivalentTo(orders));
        var second = page.GetProperty("approvals")[1].GetProperty("sequence").GetInt64();

        Assert.That((await Acknowledge(second)).Body.GetProperty("position").GetInt64(), Is.EqualTo(second));
        Assert.That((await Acknowledge(1)).Body.GetProperty("position").GetInt64(), Is.EqualTo(second), "what was acknowledged stays so");
        var rest = (await Backoffice("admin/approved-orders")).Body;
        Assert.That(rest.GetProperty("approvals").GetArrayLength(), Is.EqualTo(1));
        Assert.That(rest.GetProperty("acknowledged").GetInt64(), Is.EqualTo(second));
        Assert.That((await Backoffice("admin/approved-orders?after=0")).Body.GetProperty("approvals").GetArrayLength(), Is.EqualTo(3), "and can be read again");
        var beyond = (await Backoffice($"admin/approved-orders?after={long.MaxValue}")).Body;
        Assert.That((beyond.GetProperty("approvals").GetArrayLength(), beyond.GetProperty("next").GetInt64()), Is.EqualTo((0, long.MaxValue)));

        Assert.That((await Acknowledge(page.GetProperty("next").GetInt64() + 1000)).Code, Is.EqualTo("validation-failed"), "there is nothing yet");
        Assert.That((await Acknowledge(-1)).Status, Is.EqualTo(400));
        Assert.That((await Backoffice("admin/approved-orders/ack", HttpMethod.Post, "{}")).Status, Is.EqualTo(400));
        Assert.That((await Backoffice("admin/deliveries/17")).Status, Is.EqualTo(404));
        Assert.That((await Backoffice($"admin/deliveries/{Guid.NewGuid()}")).Code, Is.EqualTo("delivery-not-found"));
        Assert.That((await Backoffice($"admin/deliveries/{Guid.NewGuid()}/redeliver", HttpMethod.Post)).Code, Is.EqualTo("delivery-not-found"));
        Assert.That((await Backoffice("admin/deliveries?state=lost")).Status, Is.EqualTo(400));
        Assert.That((await Backoffice("admin/deliveries")).Body.GetProperty("trouble").GetString(), Does.Contain("OrderManagement:Url is not set"));
    }

    [Test]
    public async Task A_redirection_is_not_followed()
    {
        var (reached, elsewhere) = (0, WebApplication.Create());
        elsewhere.Urls.Add($"http://127.0.0.1:{port}");
        elsewhere.MapPost("/webhooks/shop", () => Results.Redirect("/elsewhere", preserveMethod: true));
        elsewhere.MapFallback(() => Interlocked.Increment(ref reached));
        await elsewhere.StartAsync();
        system = elsewhere;
        await StartShop($"OrderManagement:Secrets:0={New}");
        await Place();
        await Eventually.True(
            async () => (await Backoffice("admin/deliveries?state=pending")).Body.GetProperty("deliveries") is var list && list.GetArrayLength() == 1
                && list[0].TryGetProperty("lastError", out var error) && error.GetString() == "It answered 307.", "it failed");
        Assert.That(reached, Is.Zero);
    }

    [Test]
    public async Task The_stand_in_takes_nothing_without_a_good_signature_and_shows_nothing_without_a_key()
    {
        await StartSystem($"OrderManagement:Secrets:0={New}");
        var body = $$"""{"sequence":5,"orderId":"{{Guid.NewGuid()}}","kind":"revoked","at":"2026-01-01T00:00:00Z","reason":"x"}""";
        string Signature(string text, string secret = New) => WebhookSignature.Sign([secret], DateTimeOffset.UtcNow, Encoding.UTF8.GetBytes(text));
        Task<Answer> Post(string text, params (string, string)[] headers) => Answer.To(books, HttpMethod.Post, "webhooks/shop", text, headers);

        Assert.That((await Post(body, ("Idempotency-Key", "one"))).Code, Is.EqualTo("signature-not-valid"));
        Assert.That((await Post(body, ("Idempotency-Key", "one"), (WebhookSignature.Header, Signature(body, Old)))).Status, Is.EqualTo(401));
        Assert.That((await Post(body, (WebhookSignature.Header, Signature(body)))).Status, Is.EqualTo(400), "without a key");
        Assert.That((await Post("{}", ("Idempotency-Key", "one"), (WebhookSignature.Header, Signature("{}")))).Status, Is.EqualTo(400), "not an approval");
        Assert.That((await Book("orders")).Body.GetProperty("total").GetInt64(), Is.Zero);
        foreach (var isRepeat in (bool[])[false, true])
            Assert.That((await Post(body, ("Idempotency-Key", "one"), (WebhookSignature.Header, Signature(body)))).Body.GetProperty("isRepeat").GetBoolean(), Is.EqualTo(isRepeat));
        Assert.That((await Answer.To(books, HttpMethod.Get, "orders", null)).Status, Is.EqualTo(401));
    }

    private async Task StartShop(params string[] settings)
    {
        string[] url = settings.Any(setting => setting.StartsWith("OrderManagement:Secrets", StringComparison.Ordinal)) ? [$"OrderManagement:Url=http://127.0.0.1:{port}/webhooks/shop"] : [];
        shop = new LocalShop([.. settings.Concat(url).Append("OrderManagement:Interval=00:00:00.05").Select(setting => $"--{setting}")], "http://127.0.0.1:0", Path.Combine(folder.Path, "shop"));
        await shop.Start();
        gateway.BaseAddress = new Uri($"{shop.Url}/api/v1/");
        backoffice.BaseAddress = new Uri($"{shop.Parts.Single(part => part.Name == "backoffice").Url}/");
    }

    private async Task StartSystem(params string[] settings)
    {
        system = OrderManagementService.Build(
        [
            "--environment=Development", $"--urls=http://127.0.0.1:{port}", $"--DataDirectory={Path.Combine(folder.Path, "oms")}", "--Logging:LogLevel:Default=Warning",
            .. settings.Select(setting => $"--{setting}"),
        ]);
        await system.StartAsync();
    }

    private async Task<string> Place()
    {
        var placed = await Answer.To(gateway, HttpMethod.Post, "orders", SampleOrders.Json(), ("X-Api-Key", "dev-storefront"));
        Assert.That(placed.Status, Is.EqualTo(201), placed.Text);
        return placed.Body.GetProperty("orderId").GetString()!;
    }

    private Task<Answer> Backoffice(string path, HttpMethod? method = null, string? body = null) =>
        Answer.To(backoffice, method ?? HttpMethod.Get, path, body, ("X-Api-Key", ServiceKey.DevelopmentKey));

    private Task<Answer> Book(string path) => Answer.To(books, HttpMethod.Get, path, null, ("X-Api-Key", ServiceKey.DevelopmentKey));

    private Task<Answer> Acknowledge(long position) => Backoffice("admin/approved-orders/ack", HttpMethod.Post, $$"""{"position":{{position}}}""");

    private Task Becomes(string order, string state) => Eventually.True(
        async () => await Book($"orders/{order}") is { Status: 200 } book && book.Body.GetProperty("state").GetString() == state, $"{order} is {state}", TimeSpan.FromSeconds(60));
}
