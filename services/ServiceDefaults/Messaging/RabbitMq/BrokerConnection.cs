using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Shop.ServiceDefaults.Messaging.RabbitMq;

/// <summary>
/// Declares the topology, also each time the broker comes back (it may come back empty), and is the readiness of what depends on
/// it. The host starts without waiting; <see cref="Declared"/> is what waits.
/// </summary>
internal sealed partial class BrokerConnection(
    RabbitMqOptions options, MessagingOptions messaging, ServiceName service, ILogger<BrokerConnection> log)
    : BackgroundService, IHealthCheck
{
    private static readonly TimeSpan Backoff = TimeSpan.FromSeconds(1);

    private readonly TaskCompletionSource declared = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile string? trouble = "not connected yet";

    /// <summary>Completes when the topology was declared for the first time.</summary>
    public Task Declared => declared.Task;

    /// <summary>True while the broker can be used.</summary>
    public bool IsUp => trouble is null;

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(trouble is { } what
            ? HealthCheckResult.Unhealthy(what)
            : HealthCheckResult.Healthy("connected, topology declared"));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var factory = new ConnectionFactory
        {
            HostName = options.Host,
            Port = options.Port,
            VirtualHost = options.VirtualHost,
            UserName = options.User,
            Password = options.Password,
            Ssl = new SslOption(options.Host, enabled: options.Tls),
            AutomaticRecoveryEnabled = false,
            ClientProvidedName = $"{service.Value} topology",
        };
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await using var connection = await factory.CreateConnectionAsync(stoppingToken);
                var lost = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                connection.ConnectionShutdownAsync += (_, _) =>
                {
                    lost.TrySetResult();
                    return Task.CompletedTask;
                };
                await using (var channel = await connection.CreateChannelAsync(cancellationToken: stoppingToken))
                    await BrokerTopology.Declare(channel, options.Quorum, messaging.RetryDelays, stoppingToken);
                trouble = null;
                LogDeclared(log, options.Host, options.Port);
                declared.TrySetResult();
                await lost.Task.WaitAsync(stoppingToken);
                trouble = "the connection was lost";
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                var what = What(exception);
                // Once for each trouble, not once for each try.
                if (trouble != what) LogTrouble(log, options.Host, options.Port, what);
                trouble = what;
            }

            await Task.Delay(Backoff, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // The outermost exception says only that no endpoint could be reached; the broker's own words, or the socket's, are inside.
    private static string What(Exception exception)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (cause is OperationInterruptedException { ShutdownReason: { } reason }) return reason.ReplyText;
        }

        return exception.GetBaseException().Message;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The topology is declared at {Host}:{Port}")]
    private static partial void LogDeclared(ILogger log, string host, int port);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The broker at {Host}:{Port} cannot be used, trying again: {Trouble}")]
    private static partial void LogTrouble(ILogger log, string host, int port, string trouble);
}
