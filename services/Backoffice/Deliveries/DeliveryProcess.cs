using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Shop.Contracts;
using Shop.ServiceDefaults;

namespace Shop.Backoffice.Deliveries;

/// <summary>Reads the rows of the approved orders behind a sequence number.</summary>
/// <exception cref="ProblemException">503: the projection is being built for the first time.</exception>
public delegate IReadOnlyList<Approval> ReadApprovals(long after, int limit);

/// <summary>
/// Hands every approved order, and every revocation, on to the order management system: at least once, for each order in sequence,
/// and again for as long as it takes. While the system is away, one delivery at a time finds out whether it is back.
/// </summary>
public sealed partial class DeliveryProcess(
    ReadApprovals approvals, DeliveryStore store, OrderManagementClient system, IOptions<OrderManagementOptions> options, DeliveryMetrics metrics,
    TimeProvider clock, ILogger<DeliveryProcess> log) : BackgroundService, IHealthCheck
{
    private const int BatchSize = 200;
    private const int AtOnce = 8;

    /// <summary>So soon, at the latest, it is noticed that the system is back.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private readonly Lock gate = new();
    private int failures;
    private DateTimeOffset pausedUntil;
    private string? away;
    private string? lost;

    /// <summary>Why nothing is delivered just now; null when there is no reason.</summary>
    public string? Trouble
    {
        get
        {
            lock (gate) return IsConfigured ? lost ?? away : "OrderManagement:Url is not set: approved orders are not sent, they can be pulled.";
        }
    }

    private bool IsConfigured => !string.IsNullOrEmpty(options.Value.Url);

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
        IsConfigured && Trouble is { } trouble ? HealthCheckResult.Degraded($"{trouble} {store.Pending} deliveries wait.") : HealthCheckResult.Healthy());

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!IsConfigured) return;
        while (!stoppingToken.IsCancellationRequested)
        {
            var pause = options.Value.Interval;
            try
            {
                pause = await Step(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (ProblemException)
            {
                // The approved orders are being built for the first time.
            }
            catch (Exception exception)
            {
                LogFailed(log, exception);
                pause = LongestPause;
            }

            await Task.Delay(pause, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Takes down what was approved, and sends what is due; how long to wait before the next step.</summary>
    internal async Task<TimeSpan> Step(CancellationToken cancellation)
    {
        var isMore = await Collect();
        var now = clock.GetUtcNow();
        if (PauseFrom(now) is { } pause) return Least(pause, options.Value.Interval);
        var due = store.Due(now, failures == 0 ? BatchSize : 1);
        await Parallel.ForEachAsync(
            due, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation },
            async (delivery, stop) => await Deliver(delivery, now, stop));
        return due.Count > 0 || isMore ? TimeSpan.Zero : options.Value.Interval;
    }

    private async Task<bool> Collect()
    {
        var position = store.Position;
        var rows = approvals(position - 1, BatchSize + 1);
        if (position > 0)
        {
            // Positions are given out anew in a log of which an older copy was put back: what they mean now is not what was delivered.
            var isThere = rows.Count > 0 && rows[0].Sequence == position;
            if (!isThere && lost is null) LogLost(log, position);
            lock (gate)
            {
                lost = isThere ? null : $"The approved order at position {position} was taken down before and is not there: an older copy of the log was put back. "
                    + "Without the file deliveries.db everything is delivered again.";
            }

            if (!isThere) return false;
            rows = [.. rows.Skip(1)];
        }

        if (rows.Count > 0) await store.Add(rows, clock.GetUtcNow());
        return rows.Count >= BatchSize;
    }

    private async Task Deliver(Delivery delivery, DateTimeOffset stepped, CancellationToken cancellation)
    {
        if (PauseFrom(stepped) is not null) return; // it was found to be away meanwhile
        if (approvals(delivery.Sequence - 1, 1) is not [var approval] || approval.Sequence != delivery.Sequence)
        {
            var missing = new SendResult(null, "It is not among the approved orders.", IsAway: false);
            await store.Attempted(delivery, clock.GetUtcNow(), missing, clock.GetUtcNow() + options.Value.LongestDelay);
            return;
        }

        var result = await system.Send(delivery.Id, approval, cancellation);
        var now = clock.GetUtcNow();
        metrics.Attempted(result);
        if (result.Error is null)
        {
            await store.Attempted(delivery, now, result, next: null);
            LogDelivered(log, delivery.Kind, delivery.OrderId, delivery.Id);
            lock (gate) (failures, away) = (0, null);
            return;
        }

        var delay = Backoff(delivery.Attempts + 1, result.RetryAfter, options.Value.LongestDelay);
        await store.Attempted(delivery, now, result, now + delay);
        LogNotDelivered(log, delivery.Kind, delivery.OrderId, delivery.Id, result.Error, delay.TotalSeconds);
        if (!result.IsAway) return;
        lock (gate)
        {
            away = result.Error;
            if (pausedUntil > stepped) return; // others of this step found the same
            failures++;
            pausedUntil = now + Backoff(failures, result.RetryAfter, LongestPause);
        }
    }

    private TimeSpan? PauseFrom(DateTimeOffset now)
    {
        lock (gate) return pausedUntil > now ? pausedUntil - now : null;
    }

    /// <summary>
    /// Doubles with each failure, up to the longest, and is never quite the same: what failed together does not come back together.
    /// What the system itself asks for counts when it is more.
    /// </summary>
    private TimeSpan Backoff(int failed, TimeSpan? retryAfter, TimeSpan longest)
    {
        var delay = Least(options.Value.FirstDelay * Math.Pow(2, Math.Min(failed - 1, 30)) * (0.8 + (0.4 * Random.Shared.NextDouble())), longest);
        return Least(retryAfter > delay ? retryAfter.Value : delay, options.Value.LongestDelay);
    }

    private static TimeSpan Least(TimeSpan one, TimeSpan other) => one < other ? one : other;

    [LoggerMessage(LogLevel.Information, "{Kind} order {OrderId} is delivered to the order management system: delivery {DeliveryId}")]
    private static partial void LogDelivered(ILogger log, ApprovalKind kind, Guid orderId, Guid deliveryId);

    [LoggerMessage(LogLevel.Warning, "{Kind} order {OrderId} is not delivered, delivery {DeliveryId}: {Error} Again in {Seconds} s")]
    private static partial void LogNotDelivered(ILogger log, ApprovalKind kind, Guid orderId, Guid deliveryId, string error, double seconds);

    [LoggerMessage(LogLevel.Critical, "The approved order at position {Position} was taken down before and is not there: no more are, an older copy of the log was put back")]
    private static partial void LogLost(ILogger log, long position);

    [LoggerMessage(LogLevel.Error, "Deliveries to the order management system are interrupted, and go on")]
    private static partial void LogFailed(ILogger log, Exception exception);
}
