using System.Text.Json;
using Shop.Testing;

namespace Shop.Chaos;

/// <summary>The shop as it runs in production, each part a process, with delays short enough that a run takes minutes.</summary>
internal sealed class RunningShop : IAsyncDisposable
{
    /// <summary>Seconds that a failed message waits.</summary>
    public static IReadOnlyList<int> RetryDelays { get; } = [1, 2, 3, 5];

    public static IReadOnlyList<string> Killable { get; } = ["OrderEvents", "Payment", "Shipping", "Notification", "Gateway"];

    private readonly TemporaryFolder folder = new();
    private readonly HttpClient http = new() { Timeout = TimeSpan.FromSeconds(10) };
    private readonly Dictionary<string, SemaphoreSlim> turns = Killable.ToDictionary(name => name, _ => new SemaphoreSlim(1));

    private RunningShop(RabbitMqServer broker, Uri amqp, SmtpServer smtp) => (Broker, Amqp, Smtp) = (broker, amqp, smtp);

    public RabbitMqServer Broker { get; }

    public Uri Amqp { get; }

    public string VirtualHost => Amqp.AbsolutePath[1..];

    public SmtpServer Smtp { get; }

    public Dictionary<string, ServiceProcess> Processes { get; } = [];

    public static async Task<RunningShop> Start(RabbitMqServer broker, Uri amqp)
    {
        var shop = new RunningShop(broker, amqp, SmtpServer.Start());
        try
        {
            var sandbox = await shop.Run("infra/Sandbox", "Sandbox:SlowDelay=00:00:01", "Sandbox:TimeoutDelay=00:00:06", "Sandbox:RefundDelay=00:00:01");
            // Without the watch that sets stuck orders going again: it would hide what got lost.
            var orders = await shop.Run("services/OrderEvents", "StuckOrders:After=1.00:00:00");
            await Task.WhenAll(
                shop.Run(
                    "services/Payment", $"Orders:Url={orders.Url}", $"Payment:Provider:Url={sandbox.Url}", "Payment:Provider:Timeout=00:00:02",
                    "Payment:Provider:BreakDuration=00:00:02"),
                shop.Run("services/Shipping", $"Orders:Url={orders.Url}"),
                shop.Run(
                    "services/Notification", $"Orders:Url={orders.Url}", "Smtp:Host=127.0.0.1", $"Smtp:Port={shop.Smtp.Port}", "Smtp:UseTls=false",
                    "Smtp:TimeoutSeconds=3"));
            await shop.Run(
                "gateway",
                $"ReverseProxy:Clusters:orders:Destinations:orders:Address={orders.Url}",
                $"ReverseProxy:Clusters:shipping:Destinations:shipping:Address={shop.Processes["Shipping"].Url}");
            foreach (var process in shop.Processes.Values) await shop.Ready(process, TimeSpan.FromSeconds(60));
            return shop;
        }
        catch
        {
            await shop.DisposeAsync();
            throw;
        }
    }

    /// <summary>Takes a service down, keeps it down for a while and starts it again; nobody else touches it meanwhile.</summary>
    public async Task TakeDown(string name, Func<ServiceProcess, Task> down, TimeSpan pause)
    {
        await turns[name].WaitAsync();
        try
        {
            await down(Processes[name]);
            await Task.Delay(pause);
            await Again(Processes[name]);
        }
        finally
        {
            turns[name].Release();
        }
    }

    /// <summary>Waits until a service says that it is ready.</summary>
    public async Task<bool> Ready(ServiceProcess process, TimeSpan within)
    {
        var deadline = DateTimeOffset.UtcNow + within;
        while (DateTimeOffset.UtcNow < deadline)
        {
            try
            {
                using var response = await http.GetAsync(new Uri(process.Url, "/health/ready"));
                if (response.IsSuccessStatusCode) return true;
            }
            catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException)
            {
                // Not yet.
            }

            await Task.Delay(300);
        }

        return false;
    }

    /// <summary>Makes the provider fail, or not (<c>none</c>).</summary>
    public async Task ProviderFaults(string mode, int latencyMs = 0, double rate = 1)
    {
        using var response = await http.SendAsync(Authorized(HttpMethod.Put, "/sandbox/faults", JsonSerializer.Serialize(new { mode, latencyMs, rate })));
        response.EnsureSuccessStatusCode();
    }

    /// <summary>The provider's books.</summary>
    public async Task<IReadOnlyList<ProviderMovement>> Provider()
    {
        using var response = await http.SendAsync(Authorized(HttpMethod.Get, "/sandbox/ledger", null));
        var text = await response.EnsureSuccessStatusCode().Content.ReadAsStringAsync();
        var movements = new List<ProviderMovement>();
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var order = JsonSerializer.Deserialize<JsonElement>(line);
            Guid? id = Guid.TryParse(order.TryGetProperty("orderId", out var given) ? given.GetString() : null, out var parsed) ? parsed : null;
            movements.AddRange(order.GetProperty("movements").EnumerateArray().Select(movement => new ProviderMovement(
                id, movement.GetProperty("kind").GetString()!, Optional(movement, "attempt"), movement.GetProperty("paymentIntent").GetString()!,
                movement.GetProperty("amount").GetInt64(), Optional(movement, "status"))));
        }

        return movements;
    }

    /// <summary>The log behind a position.</summary>
    public async Task<IReadOnlyList<LoggedEvent>> Log(long after)
    {
        var events = new List<LoggedEvent>();
        while (true)
        {
            var page = await Inside(HttpMethod.Get, $"/events?from={after}&limit=1000");
            var count = events.Count;
            foreach (var e in page.GetProperty("events").EnumerateArray())
            {
                events.Add(new LoggedEvent(
                    e.GetProperty("position").GetInt64(), e.GetProperty("orderId").GetGuid(), e.GetProperty("revision").GetInt64(), e.GetProperty("eventId").GetGuid(),
                    e.GetProperty("type").GetString()!, e.GetProperty("data"), e.GetProperty("metadata").GetProperty("timeObserved").GetDateTimeOffset()));
            }

            if (events.Count == count) return events;
            after = events[^1].Position;
        }
    }

    /// <summary>Calls the Order Event Service as a service of the shop.</summary>
    public async Task<JsonElement> Inside(HttpMethod method, string path, string? json = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(Processes["OrderEvents"].Url, path));
        request.Headers.Add("X-Api-Key", "dev-service");
        request.Headers.Add("X-Shop-Agent", "staff/chaos");
        if (json is not null) request.Content = new StringContent(json, null, "application/json");
        using var response = await http.SendAsync(request);
        return JsonSerializer.Deserialize<JsonElement>(await response.EnsureSuccessStatusCode().Content.ReadAsStringAsync());
    }

    /// <summary>The mails that the mail server took, each with the time at which its file was written.</summary>
    public IReadOnlyList<TakenMail> Mails() =>
    [
        .. Smtp.Mails().Select(mail => new TakenMail(
            mail.Headers.GetValueOrDefault("Message-ID", ""), mail.Headers.GetValueOrDefault("X-Shop-Order-Id", ""), mail.To, mail.Html,
            File.GetLastWriteTimeUtc(Path.Combine(Smtp.Folder, mail.File)))),
    ];

    public async ValueTask DisposeAsync()
    {
        foreach (var process in Processes.Values.Reverse()) process.Dispose();
        http.Dispose();
        await Smtp.DisposeAsync();
        folder.Dispose();
    }

    private static string? Optional(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.GetString() : null;

    private static async Task Again(ServiceProcess process)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await process.Start();
                return;
            }
            catch (InvalidOperationException) when (attempt < 5)
            {
                // Somebody's outgoing connection may have its port for a moment.
                await Task.Delay(500);
            }
        }
    }

    private HttpRequestMessage Authorized(HttpMethod method, string path, string? json)
    {
        var request = new HttpRequestMessage(method, new Uri(Processes["Sandbox"].Url, path));
        request.Headers.Add("Authorization", "Bearer sk_test_shop_sandbox");
        if (json is not null) request.Content = new StringContent(json, null, "application/json");
        return request;
    }

    private async Task<ServiceProcess> Run(string project, params string[] settings)
    {
        var home = Directory.CreateDirectory(Path.Combine(folder.Path, Path.GetFileName(project))).FullName;
        var process = new ServiceProcess(
            project, home,
            [
                $"DataDirectory={home}/data", $"ConnectionStrings:RabbitMq={Amqp}", "RabbitMq:PublishTimeout=00:00:05", "Messaging:MaxAttempts=60",
                .. RetryDelays.Select((seconds, i) => $"Messaging:RetryDelays:{i}={seconds}"), .. settings,
            ]);
        lock (Processes) Processes[process.Name] = process;
        return await process.Start();
    }
}
