using System.Collections.Concurrent;
using System.Diagnostics;
using MassTransit;
using MassTransit.Mediator;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Shop.Contracts;
using Shop.ServiceDefaults.Logs;

namespace Shop.ServiceDefaults.Messaging.Embedded;

/// <summary>
/// A queue without a broker: a durable cursor over the Order Event Service's log. It hands each event that the queue is bound to
/// to the same consumers; what fails for now is parked with its due time, what never can work is kept as a dead letter. The
/// checkpoint moves only past what is completed, parked or dead, so a crash loses nothing; what it repeats the inbox discards.
/// </summary>
internal sealed partial class EmbeddedCursor(
    QueueTopology queue, MessagingOptions options, OrderLog orders, CursorStore store, IMediator mediator, MessageCounters counters,
    TimeProvider clock, ILogger<EmbeddedCursor> log)
    : BackgroundService, IHealthCheck
{
    private static readonly TimeSpan CheckpointInterval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan ParkedInterval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan ShortBackoff = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongBackoff = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan UnreadableBackoff = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    private readonly HashSet<string> wanted = [.. queue.Bindings.Select(binding => binding.RoutingKey)];
    private readonly FailurePolicy policy = options.FailurePolicy();
    private readonly SemaphoreSlim slots = new(options.Concurrency);
    private readonly ConcurrentDictionary<Guid, Task> inHand = new();
    private volatile string? trouble = "not connected yet";
    private volatile LowWatermark? watermark;
    private long lastKnown;

    /// <summary>How many events of the log lie between what is done with and the last that is known of.</summary>
    public long LagEvents => watermark is { } mark ? Math.Max(0, Math.Max(Volatile.Read(ref lastKnown), mark.Read) - mark.Position) : 0;

    /// <summary>How old the oldest event is that is being handled; zero when there is none.</summary>
    public TimeSpan LagTime => watermark?.OldestSince is { } since && clock.GetUtcNow() - since is { Ticks: > 0 } age ? age : TimeSpan.Zero;

    /// <summary>Events that wait for another try.</summary>
    public long Parked => store.CountParked();

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(trouble is { } what ? HealthCheckResult.Unhealthy(what) : HealthCheckResult.Healthy("follows the log"));

    public override void Dispose()
    {
        slots.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await Run(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                // The cursor's own store failed. From the checkpoint again: whether the last write is there, only reading tells.
                trouble = exception.Message;
                LogStoreFailed(log, exception, queue.Name);
                await Wait(LongBackoff, stoppingToken);
            }
            catch (OperationCanceledException)
            {
                // The host stops.
            }
        }
    }

    private async Task Run(CancellationToken stopping)
    {
        // When the host stops, reading ends at once; what is being handled has a moment more.
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        using var handling = new CancellationTokenSource();
        var round = new Round(new LowWatermark(store.Checkpoint), new TaskCompletionSource(), reading.Token, handling.Token);
        watermark = round.Watermark;
        Task[] loops = [Follow(round), RunParked(round), SaveCheckpoints(round)];
        try
        {
            // Whatever ends first ends all: the host stops, or the store failed.
            await await Task.WhenAny([.. loops, round.StoreFailed.Task]);
        }
        finally
        {
            await reading.CancelAsync();
            handling.CancelAfter(Grace);
            await Task.WhenAll(loops).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await Task.WhenAll(inHand.Values).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await store.SaveCheckpoint(round.Watermark.Position);
    }

    private async Task SaveCheckpoints(Round round)
    {
        // Now and then, not at each event: what a crash makes the cursor read again is told apart by the inbox.
        for (var saved = round.Watermark.Position; !round.Reading.IsCancellationRequested;)
        {
            await Wait(CheckpointInterval, round.Reading);
            var position = round.Watermark.Position;
            if (position == saved) continue;
            await store.SaveCheckpoint(position);
            saved = position;
        }
    }

    private async Task Follow(Round round)
    {
        var watermark = round.Watermark;
        var backoff = ShortBackoff;
        while (!round.Reading.IsCancellationRequested)
        {
            try
            {
                await foreach (var envelope in orders.ReadAfter(watermark.Read, Connected, round.Reading)) await Begin(envelope, round);
            }
            catch (UnreadableEventException exception)
            {
                // Nothing is skipped: the queue stands still here, and says so, until the log or this program can be read again.
                trouble = $"stopped after position {watermark.Read}: {exception.Message}";
                LogUnreadable(log, queue.Name, watermark.Read, exception.Message);
                backoff = UnreadableBackoff;
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException)
            {
                if (round.Reading.IsCancellationRequested) return;
                if (trouble is null) LogAway(log, queue.Name, exception.Message);
                trouble = $"the order log cannot be followed: {exception.Message}";
            }

            await Wait(backoff, round.Reading);
            backoff = backoff * 2 < LongBackoff ? backoff * 2 : LongBackoff;
        }

        void Connected(long last)
        {
            Volatile.Write(ref lastKnown, last);
            backoff = ShortBackoff;
            trouble = null;
            LogConnected(log, queue.Name, watermark.Read);
        }
    }

    private async Task Begin(EventEnvelope envelope, Round round)
    {
        // Read whole even if it is not for this queue: an event that cannot be read stops whoever meets it.
        var delivery = CursorDelivery.Of(envelope);
        if (delivery is null || !wanted.Contains(delivery.Type.RoutingKey!) || store.IsSetAside(delivery.Message.EventId))
        {
            round.Watermark.Pass(envelope.Position);
            return;
        }

        await slots.WaitAsync(round.Reading);
        round.Watermark.Begin(delivery.Position, envelope.Metadata.TimeObserved);
        Start(delivery, round, ended: _ =>
        {
            round.Watermark.End(delivery.Position);
            return Task.CompletedTask;
        });
    }

    private async Task RunParked(Round round)
    {
        while (!round.Reading.IsCancellationRequested)
        {
            foreach (var delivery in store.Due(limit: options.Concurrency * 2, inHand.ContainsKey))
            {
                await slots.WaitAsync(round.Reading);
                Start(delivery, round, ended: end => end == End.Completed ? store.Unpark(delivery.Message.EventId) : Task.CompletedTask);
            }

            await Wait(ParkedInterval, round.Reading);
        }
    }

    /// <summary>
    /// Handles a delivery beside the others; the caller holds a slot. <paramref name="ended"/> is told how it ended; a dead letter
    /// is no longer parked by then, unless an operator has replayed it already.
    /// </summary>
    private void Start(CursorDelivery delivery, Round round, Func<End, Task> ended)
    {
        var id = delivery.Message.EventId;
        var isListed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        inHand[id] = Handle();
        isListed.SetResult();

        async Task Handle()
        {
            await isListed.Task;
            try
            {
                await ended(await Outcome(delivery, round.Handling));
            }
            catch (OperationCanceledException) when (round.Handling.IsCancellationRequested)
            {
                // Cut off by the end of the host. The checkpoint stays before it.
            }
            catch (Exception exception)
            {
                round.StoreFailed.TrySetException(exception);
            }
            finally
            {
                inHand.TryRemove(id, out _);
                slots.Release();
            }
        }
    }

    private async Task<End> Outcome(CursorDelivery delivery, CancellationToken handling)
    {
        try
        {
            await mediator.Publish(delivery.Message, delivery.Message.GetType(), Pipe.Execute<PublishContext>(context =>
            {
                context.MessageId = delivery.Message.EventId;
                context.Headers.Set(MessageHeaders.CorrelationId, delivery.CorrelationId.ToString());
                if (delivery.Traceparent is { } traceparent) context.Headers.Set(MessageHeaders.Traceparent, traceparent);
                context.Mandatory = true;
            }), handling);
            return End.Completed;
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !handling.IsCancellationRequested)
        {
            return await SetAside(delivery, exception);
        }
    }

    private async Task<End> SetAside(CursorDelivery delivery, Exception exception)
    {
        var (type, id, order) = (delivery.Type.StoredName, delivery.Message.EventId, delivery.Message.OrderId);
        using var span = Telemetry.StartSpan($"{queue.Name} set aside", ActivityKind.Internal, delivery.Traceparent, always: true);
        switch (policy.Decide(exception, delivery.Tries))
        {
            case FailureDecision.Retry retry:
                await store.Park(delivery, retry.Tries, retry.Delay);
                counters.Retried();
                var reason = Obituary.Redact(exception.GetBaseException().Message);
                if (retry.IsExpected) LogExpected(log, queue.Name, type, id, order, retry.Delay.TotalSeconds, reason);
                else LogRetry(log, exception, queue.Name, type, id, order, retry.Tries.Attempts, retry.Delay.TotalSeconds);
                return End.Parked;
            case FailureDecision.DeadLetter dead:
                var obituary = Obituary.Of(exception);
                await store.Bury(delivery, dead, obituary);
                counters.DeadLettered(dead.Reason);
                LogDead(log, queue.Name, type, id, order, dead.Tries.Attempts, dead.Reason, obituary.Exception, obituary.Message);
                return End.Dead;
            default:
                throw new InvalidOperationException("No such decision.");
        }
    }

    private async Task Wait(TimeSpan time, CancellationToken cancellation) =>
        await Task.Delay(time, clock, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private enum End { Completed, Parked, Dead }

    /// <summary>One run from the checkpoint on, until the host stops or the store fails.</summary>
    private sealed record Round(
        LowWatermark Watermark, TaskCompletionSource StoreFailed, CancellationToken Reading, CancellationToken Handling);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Queue} follows the order log from position {Position}")]
    private static partial void LogConnected(ILogger log, string queue, long position);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Queue} cannot follow the order log, trying again: {Trouble}")]
    private static partial void LogAway(ILogger log, string queue, string trouble);

    [LoggerMessage(Level = LogLevel.Critical, Message = "{Queue} stopped after position {Position}, nothing is skipped: {Trouble}")]
    private static partial void LogUnreadable(ILogger log, string queue, long position, string trouble);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Queue} starts again from its checkpoint: its store failed")]
    private static partial void LogStoreFailed(ILogger log, Exception exception, string queue);

    [LoggerMessage(EventName = LogEvents.ProcessingDeferred, Level = LogLevel.Information,
        Message = "{Queue} parked {EventType} {EventId} of order {OrderId} for {Delay} s: {Reason}")]
    private static partial void LogExpected(
        ILogger log, string queue, string eventType, Guid eventId, Guid orderId, double delay, string reason);

    [LoggerMessage(EventName = LogEvents.ProcessingError, Level = LogLevel.Warning,
        Message = "{Queue} failed on {EventType} {EventId} of order {OrderId}, attempt {Attempt}; it comes back in {Delay} s")]
    private static partial void LogRetry(
        ILogger log, Exception exception, string queue, string eventType, Guid eventId, Guid orderId, int attempt, double delay);

    [LoggerMessage(EventName = LogEvents.DeadLettered, Level = LogLevel.Error,
        Message = "{Queue} gave up on {EventType} {EventId} of order {OrderId} after {Attempts} attempts ({Reason}), it is a dead letter: "
            + "{Error}: {Detail}")]
    private static partial void LogDead(
        ILogger log, string queue, string eventType, Guid eventId, Guid orderId, int attempts, string reason, string error, string detail);
}
