using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Shop.Contracts;
using Shop.ServiceDefaults.Messaging;

namespace Shop.ServiceDefaults.Tests.Messaging;

/// <summary>A service of the shop's with nothing in it but messaging.</summary>
public sealed class TestService : IAsyncDisposable
{
    private readonly IHost host;

    private bool isStopped;

    private TestService(IHost host) => this.host = host;

    public IServiceProvider Services => host.Services;

    public static async Task<TestService> Start(Dictionary<string, string?> settings, Action<IHostApplicationBuilder> add)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection(settings);
        builder.Logging.AddSimpleConsole().SetMinimumLevel(LogLevel.Information).AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None);
        builder.Services.AddSingleton(new ServiceName("test"));
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddHealthChecks();
        builder.Services.AddOptions<ServiceKeyOptions>().Configure(options => options.Key = "test-service-key");
        add(builder);
        var host = builder.Build();
        await host.StartAsync();
        return new TestService(host);
    }

    /// <summary>A service that consumes from the queue as the script says.</summary>
    public static Task<TestService> Consumer(Dictionary<string, string?> settings, Script script, QueueTopology? queue = null) =>
        Start(settings, builder =>
        {
            builder.Services.AddSingleton(script);
            if (settings.ContainsKey("Orders:Url")) builder.AddOrdersClient();
            builder.AddConsumers(queue ?? Topology.PaymentQueue, consumers =>
            {
                consumers.AddConsumer<OrderCreatedConsumer>();
                consumers.AddConsumer<OrderCancelledConsumer>();
            });
        });

    public async Task<HealthReport> Health() => await Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();

    public async ValueTask DisposeAsync()
    {
        if (isStopped) return;
        isStopped = true;
        await host.StopAsync();
        if (host is IAsyncDisposable disposable) await disposable.DisposeAsync();
    }
}
