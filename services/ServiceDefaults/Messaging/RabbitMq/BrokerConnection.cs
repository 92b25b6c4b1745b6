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

    private readonly SemaphoreSlim declaring = new(1);
    private readonly TaskCompletionSource declared = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile string? trouble = "not connected yet";
    private volatile CancellationTokenSource? session;
    private volatile IConnection? current;
    private long declarations;

    /// <summary>Completes when the topology was declared for the first time.</summary>
    public Task Declared => declared.Task;

    /// <summary>True while the broker can be used.</summary>
    public bool IsUp => trouble is null;

    /// <summary>Cancelled when the connection of now is lost; null while there is none.</summary>
    public CancellationToken? Session => session?.Token;

    /// <summary>How often the topology was declared so far.</summary>
    public long Declarations => Volatile.Read(ref declarations);

    /// <summary>
    /// Declares the topology again, because somebody removed a queue or a binding; not, when that was done since there were
    /// <paramref name="seen"/> <see cref="Declarations"/>.
    /// </summary>
    /// <exception cref="BrokerUnavailableException">The broker is away.</exception>
    public async Task DeclareAgain(long seen, CancellationToken cancellation)
    {
        await declaring.WaitAsync(cancellation);
        try
        {
            if (Declarations != seen) return;
            await Declare(current ?? throw new BrokerUnavailableException("The broker is away."), cancellation);
            LogDeclaredAgain(log, options.Host, options.Port);
        }
        catch (Exception exception) when (exception is AlreadyClosedException or OperationInterruptedException or IOException)
        {
            throw new BrokerUnavailableException($"The topology cannot be declared: {exception.Message}", exception);
        }
        finally
        {
            declaring.Release();
        }
    }

    /// <summary>Whether the broker has an exchange of that name.</summary>
    /// <exception cref="BrokerUnavailableException">The broker is away.</exception>
    public Task<bool> Has(string exchange, CancellationToken cancellation) => OnChannel(async channel =>
    {
        try
        {
            await channel.ExchangeDeclarePassiveAsync(exchange, cancellation);
            return true;
        }
        catch (OperationInterruptedException exception) when (exception.ShutdownReason?.ReplyCode == Constants.NotFound)
        {
            return false;
        }
    }, cancellation);

    /// <summary>Declares an exchange that says something by being there; nothing is published to it.</summary>
    /// <exception cref="BrokerUnavailableException">The broker is away.</exception>
    public Task Declare(string exchange, CancellationToken cancellation) => OnChannel(async channel =>
    {
        await channel.ExchangeDeclareAsync(exchange, ExchangeType.Fanout, durable: true, autoDelete: false, cancellationToken: cancellation);
        return true;
    }, cancellation);

    public override void Dispose()
    {
        declaring.Dispose();
        base.Dispose();
    }

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(trouble is { } what
            ? HealthCheckResult.Unhealthy(what)
            : HealthCheckResult.Healthy("connected, topology declared"));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var factory = options.Factory($"{service.Value} topology");
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
                await Declare(connection, stoppingToken);
                current = connection;
                trouble = null;
                LogDeclared(log, options.Host, options.Port);
                session = new CancellationTokenSource();
                declared.TrySetResult();
                await lost.Task.WaitAsync(stoppingToken);
                trouble = "the connection was lost";
                await session.CancelAsync();
                session = null;
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

            finally
            {
                current = null;
            }

            await Task.Delay(Backoff, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<bool> OnChannel(Func<IChannel, Task<bool>> act, CancellationToken cancellation)
    {
        try
        {
            await using var channel = await (current ?? throw new BrokerUnavailableException("The broker is away.")).CreateChannelAsync(cancellationToken: cancellation);
            return await act(channel);
        }
        catch (Exception exception) when (exception is AlreadyClosedException or OperationInterruptedException or IOException)
        {
            throw new BrokerUnavailableException($"The broker cannot be asked: {exception.Message}", exception);
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

    private async Task Declare(IConnection connection, CancellationToken cancellation)
    {
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellation);
        await BrokerTopology.Declare(channel, options.Quorum, messaging.RetryDelays, cancellation);
        Interlocked.Increment(ref declarations);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A message found no queue: the topology is declared again at {Host}:{Port}")]
    private static partial void LogDeclaredAgain(ILogger log, string host, int port);

    [LoggerMessage(Level = LogLevel.Information, Message = "The topology is declared at {Host}:{Port}")]
    private static partial void LogDeclared(ILogger log, string host, int port);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The broker at {Host}:{Port} cannot be used, trying again: {Trouble}")]
    private static partial void LogTrouble(ILogger log, string host, int port, string trouble);
}
