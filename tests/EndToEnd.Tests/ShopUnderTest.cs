using System.Globalization;
using System.Text.Json;
using Shop.Contracts;
using Shop.Testing;

namespace Shop.EndToEnd.Tests;

/// <summary>
/// The shop as it runs in production: every service a process of its own, a real RabbitMQ between them, the sandbox for money and
/// a real SMTP server for mail. The events are in the EventStoreDB that <c>SHOP_TEST_EVENTSTORE</c> names (one that is empty at first:
/// all of them are the shop's), or else in the embedded store.
/// </summary>
public sealed class ShopUnderTest : IAsyncDisposable
{
    private static readonly string? EventStore = Environment.GetEnvironmentVariable("SHOP_TEST_EVENTSTORE");

    private readonly TemporaryFolder folder = new();
    private readonly List<ServiceProcess> processes = [];
    private readonly Func<string, string[]> settingsOf;
    private HttpClient gateway = null!;

    private ShopUnderTest(RabbitMqServer broker, Uri amqp, SmtpServer smtp, Func<string, string[]> settingsOf) =>
        (Broker, Amqp, Smtp, this.settingsOf) = (broker, amqp, smtp, settingsOf);

    /// <summary>Whether the events are in EventStoreDB.</summary>
    public static bool IsOnEventStoreDb => EventStore is { Length: > 0 };

    public RabbitMqServer Broker { get; }

    /// <summary>The broker's address with the virtual host of this shop.</summary>
    public Uri Amqp { get; }

    public SmtpServer Smtp { get; }

    public ServiceProcess Sandbox { get; private set; } = null!;

    public ServiceProcess Orders { get; private set; } = null!;

    public ServiceProcess Payment { get; private set; } = null!;

    public ServiceProcess Shipping { get; private set; } = null!;

    public ServiceProcess Notification { get; private set; } = null!;

    public ServiceProcess Gateway { get; private set; } = null!;

    /// <summary>Starts all of it. <paramref name="settingsOf"/> a project are added to its own.</summary>
    public static async Task<ShopUnderTest> Start(RabbitMqServer broker, Func<string, string[]>? settingsOf = null)
    {
        var smtp = SmtpServer.Start();
        var shop = new ShopUnderTest(broker, await broker.CreateVirtualHost(), smtp, settingsOf ?? (_ => []));
        shop.Sandbox = await shop.Run("infra/Sandbox");
        shop.Orders = await shop.Run("services/OrderEvents");
        var started = await Task.WhenAll(
            shop.Run("services/Payment", $"Orders:Url={shop.Orders.Url}", $"Payment:Provider:Url={shop.Sandbox.Url}", "Payment:RefundAudit:FirstLook=00:00:02"),
            shop.Run("services/Shipping", $"Orders:Url={shop.Orders.Url}"),
            shop.Run(
                "services/Notification", $"Orders:Url={shop.Orders.Url}", "Smtp:Host=127.0.0.1", $"Smtp:Port={smtp.Port}", "Smtp:UseTls=false"));
        (shop.Payment, shop.Shipping, shop.Notification) = (started[0], started[1], started[2]);
        shop.Gateway = await shop.Run(
            "gateway",
            $"ReverseProxy:Clusters:orders:Destinations:orders:Address={shop.Orders.Url}",
            $"ReverseProxy:Clusters:shipping:Destinations:shipping:Address={shop.Shipping.Url}");
        shop.gateway = new HttpClient { BaseAddress = new Uri(shop.Gateway.Url, "/api/v1/") };
        foreach (var process in shop.processes) await Ready(process);
        return shop;
    }

    /// <summary>Waits until a service says that it is ready.</summary>
    public static async Task Ready(ServiceProcess process)
    {
        using var client = new HttpClient { BaseAddress = process.Url };
        await Eventually.Get(
            async () =>
            {
                try
                {
                    return await Answer.To(client, HttpMethod.Get, "/health/ready", null);
                }
                catch (HttpRequestException exception)
                {
                    return new Answer(0, new Dictionary<string, string>(), default, exception.Message);
                }
            },
            answer => answer.Status == 200, $"{process.Name} is ready", TimeSpan.FromSeconds(60));
    }

    /// <summary>Calls the public API as a storefront.</summary>
    public Task<Answer> Storefront(HttpMethod method, string path, string? json = null, params (string Name, string Value)[] headers) =>
        Answer.To(gateway, method, path, json, [("X-Api-Key", "dev-storefront"), .. headers]);

    /// <summary>Calls the public API with these headers alone.</summary>
    public Task<Answer> Anyone(HttpMethod method, string path, string? json = null, params (string Name, string Value)[] headers) =>
        Answer.To(gateway, method, path, json, headers);

    /// <summary>The warehouse says that the order has left.</summary>
    public Task<Answer> Ship(string orderId, string trackingNumber = "JJD01", params (string Name, string Value)[] headers) => Answer.To(
        gateway, HttpMethod.Post, $"shipments/{orderId}/shipped", $$"""{"carrier":"DHL","packages":[{"trackingNumber":"{{trackingNumber}}"}]}""",
        [("X-Api-Key", "dev-warehouse"), .. headers]);

    /// <summary>Places an order; its id.</summary>
    public async Task<string> Place(string methodToken = "pm_card_visa")
    {
        var placed = await Storefront(HttpMethod.Post, "orders", SampleOrders.Json(methodToken));
        Assert.That(placed.Status, Is.EqualTo(201), placed.Text);
        return placed.Body.GetProperty("orderId").GetString()!;
    }

    /// <summary>The order as a storefront reads it.</summary>
    public async Task<Answer> Read(string orderId, string query = "") => await Storefront(HttpMethod.Get, $"orders/{orderId}{query}");

    /// <summary>Calls the Order Event Service itself, as a service of the shop.</summary>
    public async Task<Answer> Inside(HttpMethod method, string path, string? json = null)
    {
        using var client = new HttpClient { BaseAddress = Orders.Url };
        return await Answer.To(client, method, path, json, ("X-Api-Key", "dev-service"), ("X-Shop-Agent", "staff/test"));
    }

    /// <summary>The names of the events in an order's stream.</summary>
    public async Task<IReadOnlyList<string>> Events(string orderId)
    {
        var history = await Inside(HttpMethod.Get, $"/orders/{orderId}/events");
        return [.. history.Body.GetProperty("events").EnumerateArray().Select(e => e.GetProperty("type").GetString()!)];
    }

    /// <summary>Waits until the order's stream is exactly this.</summary>
    public async Task Becomes(string orderId, params string[] events)
    {
        IReadOnlyList<string> seen = [];
        await Eventually.Get(
            async () => string.Join(", ", seen = await Events(orderId)),
            _ => seen.SequenceEqual(events) || seen.Count > events.Length, string.Join(", ", events), TimeSpan.FromSeconds(45));
        Assert.That(seen, Is.EqualTo(events));
    }

    /// <summary>The subjects of the mails about an order, when there are as many as expected.</summary>
    public async Task<IReadOnlyList<ReceivedMail>> Mails(string orderId, int expected) => await Eventually.Get(
        () => Task.FromResult<IReadOnlyList<ReceivedMail>>([.. Smtp.Mails().Where(mail => mail.Headers.GetValueOrDefault("X-Shop-Order-Id") == orderId)]),
        mails => mails.Count >= expected, $"{expected} mails about {orderId}");

    /// <summary>What the payment provider knows of an order: the independent ledger.</summary>
    public async Task<Answer> Ledger(string orderId)
    {
        using var client = new HttpClient { BaseAddress = Sandbox.Url };
        return await Answer.To(client, HttpMethod.Get, $"/sandbox/ledger?orderId={orderId}", null, ("Authorization", "Bearer sk_test_shop_sandbox"));
    }

    /// <summary>What the provider took for an order, and gave back, and how often it held money for it: by its own ledger.</summary>
    public async Task<(long Captured, long Refunded, int Holds)> Money(string orderId)
    {
        var line = (await Ledger(orderId)).Body;
        return line.ValueKind != JsonValueKind.Object ? (0, 0, 0) : (
            line.GetProperty("captured").GetInt64(), line.GetProperty("refunded").GetInt64(),
            line.GetProperty("movements").EnumerateArray().Count(movement => movement.GetProperty("kind").GetString() == "authorization"));
    }

    /// <summary>How the provider behaves from now on: <c>none</c>, <c>down</c>, <c>slow</c>, …</summary>
    public async Task Provider(string mode, int latencyMs = 0)
    {
        using var client = new HttpClient { BaseAddress = Sandbox.Url };
        var put = await Answer.To(
            client, HttpMethod.Put, "/sandbox/faults", $$"""{"mode":"{{mode}}","latencyMs":{{latencyMs}}}""", ("Authorization", "Bearer sk_test_shop_sandbox"));
        Assert.That(put.Status, Is.EqualTo(200), put.Text);
    }

    /// <summary>One value of a service's <c>/metrics</c>, by its name and labels as they are written; null when it is not there.</summary>
    public static async Task<double?> Metric(ServiceProcess process, string series)
    {
        using var client = new HttpClient { BaseAddress = process.Url };
        var text = (await Answer.To(client, HttpMethod.Get, "/metrics", null)).Text;
        var line = text.Split('\n').FirstOrDefault(line => line.StartsWith($"{series} ", StringComparison.Ordinal));
        return line is null ? null : double.Parse(line[(series.Length + 1)..], CultureInfo.InvariantCulture);
    }

    /// <summary>The events of an order's stream, with all that is known of them.</summary>
    public async Task<IReadOnlyList<EventEnvelope>> History(string orderId) =>
        (await Inside(HttpMethod.Get, $"/orders/{orderId}/events")).Body.Deserialize(ContractsJson.Default.OrderHistory)!.Events;

    /// <summary>Waits until the order has that status.</summary>
    public async Task Reaches(string orderId, string status) => await Eventually.Get(
        async () => (await Read(orderId)).Body.GetProperty("status").GetString(), seen => seen == status, $"{orderId} is {status}", TimeSpan.FromSeconds(90));

    /// <summary>The folder in which a project's program keeps its data.</summary>
    public string DataOf(string project) => Path.Combine(folder.Path, Path.GetFileName(project), "data");

    /// <summary>Starts a service that was stopped or killed, and waits until it is ready.</summary>
    public static async Task Again(ServiceProcess process)
    {
        await process.Start();
        await Ready(process);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in Enumerable.Reverse(processes)) process.Dispose();
        gateway?.Dispose();
        await Smtp.DisposeAsync();
        if (Environment.GetEnvironmentVariable("SHOP_TEST_KEEP") != "1") folder.Dispose();
    }

    private async Task<ServiceProcess> Run(string project, params string[] settings)
    {
        var home = Directory.CreateDirectory(Path.Combine(folder.Path, Path.GetFileName(project))).FullName;
        string[] store = project == "services/OrderEvents" && IsOnEventStoreDb ? [$"ConnectionStrings:EventStore={EventStore}"] : [];
        var process = new ServiceProcess(
            project, home, [$"DataDirectory={home}/data", $"ConnectionStrings:RabbitMq={Amqp}", .. store, .. settings, .. settingsOf(project)]);
        lock (processes) processes.Add(process);
        return await process.Start();
    }
}
