using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Shop.ServiceDefaults.Logs;

/// <summary>Says once that the service has started, which one it is, and how events travel.</summary>
internal sealed partial class StartupLine(ServiceName service, IConfiguration configuration, IHostEnvironment environment, ILogger<StartupLine> log)
    : IHostedLifecycleService
{
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        var version = Assembly.GetEntryAssembly()?.GetName().Version?.ToString() ?? "?";
        var transport = string.IsNullOrEmpty(configuration.GetConnectionString("RabbitMq")) ? "embedded" : "RabbitMQ";
        LogStarted(log, service.Value, version, environment.EnvironmentName, transport);
        return Task.CompletedTask;
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(EventName = LogEvents.Startup, Level = LogLevel.Information,
        Message = "Started {Name}, version {Version}, environment {Environment}, transport {Transport}")]
    private static partial void LogStarted(ILogger log, string name, string version, string environment, string transport);
}
