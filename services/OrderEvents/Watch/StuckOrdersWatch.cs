using System.Diagnostics.Metrics;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Shop.Contracts;
using Shop.OrderEvents.Store;
using Shop.ServiceDefaults;

namespace Shop.OrderEvents.Watch;

/// <summary>
/// Finds every order that should have moved and has not, and sets it going again. It follows the log and keeps one row for each
/// order that moved lately; an order is folded once, when it has been quiet for <see cref="WatchOptions.After"/>, and forgotten when
/// it turns out to be at rest.
/// </summary>
internal sealed partial class StuckOrdersWatch(
    IEventStore store, OrderStreams streams, WatchedOrders watched, IOptions<WatchOptions> options, TimeProvider clock,
    IMeterFactory meters, ILogger<StuckOrdersWatch> log, Nudger? nudger = null)
    : BackgroundService
{
    private const int PageSize = 1000;

    /// <summary>An order that could not be set going, the broker being away, is tried again after so many looks.</summary>
    private const int RoundsBetweenTries = 3;

    private static readonly TimeSpan UnreadablePause = TimeSpan.FromMinutes(5);

    private readonly Gauge<long> stuck = meters.ShopMeter().CreateGauge<long>(
        "shop.orders.stuck", "{order}", "Orders that should have moved and have not.");
    private readonly WatchOptions options = options.Value;
    private string? trouble;
    private bool brokerIsAway;

    /// <summary>Publishes the event that an order waits for once more, because an operator says so.</summary>
    /// <exception cref="ProblemException">404: no such order. 409: it waits for nothing, or nothing would come of it.</exception>
    public async Task<Nudged> Nudge(Guid orderId, CancellationToken cancellation)
    {
        var stream = await OrdersApi.Existing(streams, orderId, cancellation);
        if (Waiting.Of(Order.Fold(stream)!) is not { } waitsFor)
            throw Refusal("order-not-stuck", "The order waits for nothing that the shop itself has to do.");
        if (waitsFor == WaitsFor.RefundByStaff)
            throw Refusal("nothing-to-publish", "The provider failed to refund it too often: ask for another refund, or give the money back in another way.");
        if (nudger is null || Waiting.Trigger(waitsFor, stream) is not { } trigger)
            throw Refusal("nothing-to-publish", "Without a broker nothing gets lost on its way: see what the services log, and the dead letters.");
        if (!await nudger.Nudge(trigger, cancellation))
            throw Refusal("not-published-yet", "The event has not been published for the first time: the broker, or the publisher, is behind.");
        LogNudged(log, orderId, waitsFor, EventTypes.Of(trigger.Event).StoredName, trigger.EventId);
        return new(orderId, trigger.EventId, EventTypes.Of(trigger.Event).StoredName);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                brokerIsAway = false;
                await CatchUp(stoppingToken);
                await Look(stoppingToken);
                stuck.Record(watched.Stuck);
                trouble = null;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                // Once for each trouble, not once for each look.
                if (trouble != exception.Message) LogFailed(log, exception);
                trouble = exception.Message;
            }

            await Task.Delay(options.Interval, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task CatchUp(CancellationToken cancellation)
    {
        var position = watched.Position;
        if (position > await store.LastPosition(cancellation))
        {
            // Another log than the one that was followed: an older copy was put back.
            await watched.Clear();
            position = 0;
        }

        while (await store.ReadAll(position, PageSize, cancellation) is { Count: > 0 } page)
        {
            position = page[^1].Position;
            var moves = new Dictionary<Guid, (Guid, long, DateTimeOffset)>();
            foreach (var stored in page)
            {
                if (OrderStreams.TryParseStream(stored.Stream, out var orderId)) moves[orderId.Value] = (orderId.Value, stored.Revision, ObservedAt(stored));
            }

            await watched.Moved(moves.Values, position);
            cancellation.ThrowIfCancellationRequested();
        }
    }

    private async Task Look(CancellationToken cancellation)
    {
        while (true)
        {
            var now = clock.GetUtcNow();
            var due = watched.Due(quiet: now - options.After, now, PageSize);
            if (due.Count == 0) return;
            var looks = new List<(WatchedOrder, DateTimeOffset?)>(due.Count);
            try
            {
                foreach (var order in due) looks.Add(await Look(order, now, cancellation));
            }
            finally
            {
                // Also when one of them failed: the others were nudged.
                await watched.Save(looks);
            }
        }
    }

    /// <summary>The order as it is to be remembered, and when to look again; no time when it may be forgotten.</summary>
    private async Task<(WatchedOrder Order, DateTimeOffset? LookAt)> Look(WatchedOrder watchedOrder, DateTimeOffset now, CancellationToken cancellation)
    {
        IReadOnlyList<RecordedEvent> stream;
        try
        {
            stream = await streams.Read(watchedOrder.OrderId, cancellation);
        }
        catch (UnreadableEventException exception)
        {
            LogUnreadable(log, watchedOrder.OrderId, exception.Message);
            return (watchedOrder, now + UnreadablePause);
        }

        // It has moved since: the next round reads of it, and looks again when it has been quiet.
        if (stream.Count > 0 && stream[^1].Revision > watchedOrder.Revision) return (watchedOrder, now + options.After);
        if (Order.Fold(stream) is not { } order || Waiting.Of(order) is not { } waitsFor) return (watchedOrder, null);

        if (watchedOrder.WaitsFor is null) LogFound(log, order.Id, order.Status, waitsFor, watchedOrder.Since);
        var next = watchedOrder with { WaitsFor = waitsFor };
        if (nudger is null) return (next, now + options.NudgeEvery);
        if (!await Nudge(order.Id, waitsFor, stream, cancellation)) return (next, now + options.Interval * RoundsBetweenTries);
        next = next with { Nudges = next.Nudges + 1, NudgedAt = now };
        return (next, now + options.Pause(next.Nudges));
    }

    private async Task<bool> Nudge(Guid orderId, WaitsFor waitsFor, IReadOnlyList<RecordedEvent> stream, CancellationToken cancellation)
    {
        // Each try may take the publisher's whole time-out: one for a round is enough.
        if (brokerIsAway || nudger is not { IsDue: true } || Waiting.Trigger(waitsFor, stream) is not { } trigger) return false;
        try
        {
            if (!await nudger.Nudge(trigger, cancellation)) return false;
            LogNudged(log, orderId, waitsFor, EventTypes.Of(trigger.Event).StoredName, trigger.EventId);
            return true;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            brokerIsAway = true;
            LogNotNudged(log, orderId, exception.Message);
            return false;
        }
    }

    private static DateTimeOffset ObservedAt(StoredEvent stored) =>
        JsonSerializer.Deserialize(stored.Metadata, ContractsJson.Default.EventMetadata)?.TimeObserved
            ?? throw new UnreadableEventException($"Event {stored.EventId} has no metadata.");

    private static ProblemException Refusal(string code, string title) => new(StatusCodes.Status409Conflict, code, title);

    [LoggerMessage(LogLevel.Warning, "Order {OrderId} is stuck: it is {Status} and waits for {WaitsFor} since {Since:O}.")]
    private static partial void LogFound(ILogger log, Guid orderId, OrderStatus status, WaitsFor waitsFor, DateTimeOffset since);

    [LoggerMessage(LogLevel.Warning, "Order {OrderId} waits for {WaitsFor}: {Type} {EventId} was published once more.")]
    private static partial void LogNudged(ILogger log, Guid orderId, WaitsFor waitsFor, string type, Guid eventId);

    [LoggerMessage(LogLevel.Warning, "Order {OrderId} could not be set going again: {Reason}")]
    private static partial void LogNotNudged(ILogger log, Guid orderId, string reason);

    [LoggerMessage(LogLevel.Error, "Whether order {OrderId} is stuck cannot be told: {Reason}")]
    private static partial void LogUnreadable(ILogger log, Guid orderId, string reason);

    [LoggerMessage(LogLevel.Error, "The watch for stuck orders failed and tries again.")]
    private static partial void LogFailed(ILogger log, Exception exception);
}
