using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Data.Sqlite;
using Shop.ServiceDefaults.Sqlite;
using Shop.Testing;

namespace Shop.Benchmarks;

/// <summary>The shop's processes, as in production: the environment is Production, and every limit but the rate limits is on.</summary>
internal sealed class RunningShop : IAsyncDisposable
{
    public const string Storefront = "bench-storefront-key";
    public const string Service = "bench-service-key";

    private readonly TemporaryFolder folder = new();
    private readonly List<ServiceProcess> processes = [];
    private readonly Uri? broker;

    private RunningShop(Uri? broker) => this.broker = broker;

    public ServiceProcess Gateway { get; private set; } = null!;

    public ServiceProcess Orders { get; private set; } = null!;

    public IReadOnlyList<ServiceProcess> Processes => processes;

    /// <summary>The requests that place an order through the gateway.</summary>
    public byte[] PlaceOrder => HttpLoad.Post(Gateway.Url, "/api/v1/orders", SampleOrders.Json(), ("X-Api-Key", Storefront));

    /// <summary>The gateway and the Order Event Service; with a broker also what is behind them.</summary>
    public static async Task<RunningShop> Start(Uri? broker = null, bool mails = false)
    {
        var shop = new RunningShop(broker);
        shop.Orders = await shop.Run("services/OrderEvents");
        if (broker is not null)
        {
            var sandbox = await shop.Run("infra/Sandbox", "Sandbox:Key=bench-provider-key");
            await shop.Run(
                "services/Payment", $"Orders:Url={shop.Orders.Url}", $"Payment:Provider:Url={sandbox.Url}", "Payment:Provider:Key=bench-provider-key");
            await shop.Run("services/Shipping", $"Orders:Url={shop.Orders.Url}");
            if (mails) await shop.Run("services/Notification", $"Orders:Url={shop.Orders.Url}");
        }

        shop.Gateway = await shop.Run(
            "gateway",
            "RateLimits:Enabled=false", "Keys:0:Name=bench", "Keys:0:Scope=storefront",
            $"Keys:0:Sha256={Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Storefront)))}",
            $"ReverseProxy:Clusters:orders:Destinations:orders:Address={shop.Orders.Url}");
        return shop;
    }

    /// <summary>The Order Event Service's own file, beside it, to be read only.</summary>
    public SqliteConnection OpenEvents()
    {
        SqliteEngine.Initialize();
        var connection = new SqliteConnection($"Data Source={Path.Combine(folder.Path, "OrderEvents/data/events.db")};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA query_only=1";
        command.ExecuteNonQuery();
        return connection;
    }

    /// <summary>The processor time that each process has used.</summary>
    public Dictionary<string, TimeSpan> Processor() => processes.ToDictionary(process => process.Name, Processor);

    /// <summary>What each process used since then, for each of so many.</summary>
    public string ProcessorSince(IReadOnlyDictionary<string, TimeSpan> before, long count) => string.Join(", ", Processor().Select(used =>
        string.Create(CultureInfo.InvariantCulture, $"{used.Key} {(used.Value - before[used.Key]).TotalMicroseconds / count:0} µs")));

    /// <summary>The processor time that a process has used.</summary>
    public static TimeSpan Processor(ServiceProcess process)
    {
        using var running = Process.GetProcessById(process.Id);
        return running.TotalProcessorTime;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in Enumerable.Reverse(processes)) await process.Stop();
        foreach (var process in processes) process.Dispose();
        if (Environment.GetEnvironmentVariable("SHOP_TEST_KEEP") != "1") folder.Dispose();
    }

    private async Task<ServiceProcess> Run(string project, params string[] settings)
    {
        var home = Directory.CreateDirectory(Path.Combine(folder.Path, Path.GetFileName(project))).FullName;
        List<string> all = [$"DataDirectory={home}/data", $"ServiceKey={Service}", .. settings];
        if (broker is not null) all.Add($"ConnectionStrings:RabbitMq={broker}");
        var process = new ServiceProcess(
            project, home, all, new Dictionary<string, string> { ["ASPNETCORE_ENVIRONMENT"] = "Production" });
        processes.Add(process);
        return await process.Start();
    }
}
