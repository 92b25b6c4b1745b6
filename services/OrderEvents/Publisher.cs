using System.Threading.Channels;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Shop.Contracts;
using Shop.OrderEvents.Store;
using Shop.ServiceDefaults.Messaging;

namespace Shop.OrderEvents;

/// <summary>
/// The one way from the event store to the broker. The store is the outbox: the publisher reads it in order, publishes what is to
/// be published, and moves its checkpoint only behind what the broker has confirmed. After any outage it goes on from there, so
/// an event may be published twice, and none is left out. A broker that it has never met, be it new or without its disk, is told
/// again what happened lately: the consumers' inboxes discard what they have completed. Of several instances on one store the one
/// that holds the checkpoint publishes; the others wait for it. An event that it cannot read stops it, and turns health red.
/// </summary>
public sealed partial class Publisher(
    OrderStreams streams, IEventStore store, EventBus bus, IOptions<PublisherOptions> options, TimeProvider clock, ILogger<Publisher> log)
    : BackgroundService, IHealthCheck
{
    /// <summary>How many publishes may wait for the broker's confirm at a time; more only adds latency.</summary>
    private const int Window = 64;

    private const string Reader = "publisher";

    private long waitingSince;
    private string? stoppedBy;
    private string? failingWith;

    /// <summary>The position behind which nothing is confirmed yet, here or by the instance that publishes.</summary>
    public long Checkpoint { get; private set; }

    /// <summary>Whether it is this instance that publishes.</summary>
    public bool IsHolder { get; private set; }

    /// <summary>When the event behind the checkpoint was written, if it is waiting for the broker; null when none is.</summary>
    public DateTimeOffset? WaitingSince =>
        Volatile.Read(ref waitingSince) is not 0 and var ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var failures = 0;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await Run(() => failures = 0, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception) when (exception is UnreadableEventException or EventStoreCorruptException)
            {
                stoppedBy = exception.Message;
                Stopped(log, Checkpoint, exception);
                return;
            }
            catch (Exception exception)
            {
                failingWith = exception.Message;
                var wait = TimeSpan.FromMilliseconds(Math.Min(5000, 200 * Math.Pow(2, failures++)));
                Interrupted(log, Checkpoint, wait.TotalSeconds, exception.Message);
                await Task.Delay(wait, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (stoppedBy is { } reason) return HealthCheckResult.Unhealthy($"stopped: {reason}");
        var behind = await store.CountBehind(Checkpoint, cancellationToken);
        return failingWith is { } error
            ? HealthCheckResult.Degraded($"{behind} events behind: {error}")
            : HealthCheckResult.Healthy(IsHolder ? $"{behind} events behind" : "another instance publishes");
    }

    /// <summary>Publishes from the checkpoint on, until something fails.</summary>
    private async Task Run(Action progressed, CancellationToken stopping)
    {
        if (!bus.IsConnected) failingWith = "the broker cannot be reached";
        var session = await bus.Connected(stopping);
        failingWith = null;
        // With the connection, since the next one may lead to another broker; and who has none leaves the checkpoint to an instance that has.
        using var connected = CancellationTokenSource.CreateLinkedTokenSource(stopping, session);
        await using var checkpoint = await store.Hold(Reader, elsewhere => Checkpoint = elsewhere, connected.Token);
        Checkpoint = checkpoint.Position;
        if (!await bus.IsRemembered(stopping))
        {
            await GoBack(checkpoint, stopping);
            await bus.Remember(stopping);
        }

        IsHolder = true;
        using var broken = CancellationTokenSource.CreateLinkedTokenSource(connected.Token, checkpoint.Lost);
        var window = Channel.CreateBounded<(long Position, DateTimeOffset? WrittenAt, Task Confirmed)>(new BoundedChannelOptions(Window) { SingleReader = true, SingleWriter = true });

        async Task Send()
        {
            var isFirst = true;
            await foreach (var entry in store.Subscribe(Checkpoint, broken.Token))
            {
                await window.Writer.WaitToWriteAsync(broken.Token);
                var recorded = entry is StoredEvent stored ? OrderStreams.Recorded(stored) : null;
                var confirmed = recorded is null || EventTypes.Of(recorded.Event).Exchange is null ? Task.CompletedTask : bus.Publish(recorded, broken.Token);
                await window.Writer.WriteAsync((entry.Position, recorded?.Metadata.TimeObserved, confirmed), broken.Token);

                // The first alone. After an outage it waits for the connection, and those behind it, waiting too, could overtake it.
                if (isFirst) await confirmed;
                isFirst = isFirst && confirmed == Task.CompletedTask;
            }
        }

        async Task Confirm()
        {
            await foreach (var (position, writtenAt, confirmed) in window.Reader.ReadAllAsync(broken.Token))
            {
                Volatile.Write(ref waitingSince, writtenAt?.UtcTicks ?? 0);
                await confirmed;
                Volatile.Write(ref waitingSince, 0);
                Checkpoint = position;
                failingWith = null;
                progressed();
            }
        }

        async Task Save()
        {
            while (true)
            {
                // Behind the confirms, and not after each: what a crash forgets of it is published once more.
                await Task.Delay(checkpoint.Interval, broken.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (Checkpoint is var position && position != checkpoint.Position) await checkpoint.Save(position, CancellationToken.None);
                broken.Token.ThrowIfCancellationRequested();
            }
        }

        Task[] tasks = [Send(), Confirm(), Save()];
        var first = await Task.WhenAny(tasks);
        await broken.CancelAsync();
        await Task.WhenAll(tasks).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        while (window.Reader.TryRead(out var abandoned)) await abandoned.Confirmed.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        IsHolder = false;
        if (checkpoint.Lost.IsCancellationRequested) throw new CheckpointLostException(Reader);
        if (session.IsCancellationRequested && first.IsCanceled) throw new BrokerUnavailableException("The connection to the broker was lost.");
        await first;
    }

    private async Task GoBack(ICheckpoint checkpoint, CancellationToken cancellation)
    {
        var back = await streams.PositionBefore(clock.GetUtcNow() - options.Value.RepublishWindow, cancellation);
        if (back >= Checkpoint) return;
        WentBack(log, Checkpoint, back);
        await checkpoint.Save(Checkpoint = back, cancellation);
    }

    [LoggerMessage(LogLevel.Critical, "The publisher stopped behind position {Position}: nothing is skipped.")]
    private static partial void Stopped(ILogger log, long position, Exception exception);

    [LoggerMessage(LogLevel.Warning, "The broker has none of what was published, be it new or without its disk: publishing again from behind position {Back}, not {Position}.")]
    private static partial void WentBack(ILogger log, long position, long back);

    [LoggerMessage(LogLevel.Warning, "Publishing was interrupted behind position {Position}; going on in {Seconds} s. {Reason}")]
    private static partial void Interrupted(ILogger log, long position, double seconds, string reason);
}

/// <summary>The settings under <c>Publisher</c>.</summary>
public sealed class PublisherOptions
{
    /// <summary>
    /// How far back a broker is told again that has lost what it was told. Shorter than the consumers' <c>Inbox:Retention</c>, or they
    /// would do again what they have forgotten.
    /// </summary>
    public TimeSpan RepublishWindow { get; set; } = TimeSpan.FromDays(7);
}
