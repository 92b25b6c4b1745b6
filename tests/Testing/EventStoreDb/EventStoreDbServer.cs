using System.Diagnostics;
using NUnit.Framework;

namespace Shop.Testing.EventStoreDb;

/// <summary>
/// An EventStoreDB to test with: the one that <c>SHOP_TEST_EVENTSTORE</c> names (esdb://…), else one in Docker, else a
/// <see cref="EventStoreDbDouble"/> of it, so that the adapter is exercised on every machine.
/// </summary>
public sealed class EventStoreDbServer : IAsyncDisposable
{
    private const string Image = "eventstore/eventstore:23.10.6-bookworm-slim";

    private static readonly TimeSpan StartTime = TimeSpan.FromSeconds(90);

    private readonly EventStoreDbDouble? stand;
    private readonly string? container;

    private EventStoreDbServer(string connectionString, EventStoreDbDouble? stand, string? container) =>
        (ConnectionString, this.stand, this.container) = (connectionString, stand, container);

    /// <summary>What <c>ConnectionStrings:EventStore</c> is to be.</summary>
    public string ConnectionString { get; }

    /// <summary>Whether it is the real thing.</summary>
    public bool IsReal => stand is null;

    /// <summary>Finds one, or starts one.</summary>
    public static async Task<EventStoreDbServer> Start()
    {
        if (Environment.GetEnvironmentVariable("SHOP_TEST_EVENTSTORE") is { Length: > 0 } named) return new EventStoreDbServer(named, null, null);
        if (!await DockerRabbitMqNode.IsPossible())
        {
            var stand = await EventStoreDbDouble.Start();
            return new EventStoreDbServer($"esdb://127.0.0.1:{stand.Url.Port}?tls=false", stand, null);
        }

        var (port, name) = (RabbitMqServer.FreePort(), $"shop-test-eventstore-{Guid.NewGuid():N}");
        DockerRabbitMqNode.Docker(
            "run", "-d", "--name", name, "-p", $"127.0.0.1:{port}:2113", Image, "--insecure", "--mem-db", "--run-projections=System",
            "--start-standard-projections=true");
        var server = new EventStoreDbServer($"esdb://127.0.0.1:{port}?tls=false", null, name);
        await server.Ready(port);
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        if (stand is not null) await stand.DisposeAsync();
        if (container is not null) DockerRabbitMqNode.Docker("rm", "-f", "-v", container);
    }

    private async Task Ready(int port)
    {
        var watch = Stopwatch.StartNew();
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        while (true)
        {
            try
            {
                using var live = await client.GetAsync("health/live");
                if (live.IsSuccessStatusCode) return;
            }
            catch (HttpRequestException) when (watch.Elapsed < StartTime)
            {
                // Not yet.
            }

            if (watch.Elapsed > StartTime)
            {
                await DisposeAsync();
                Assert.Fail($"EventStoreDB was not ready within {StartTime.TotalSeconds} s.");
            }

            await Task.Delay(100);
        }
    }
}
