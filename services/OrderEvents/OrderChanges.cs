using System.Collections.Concurrent;
using Shop.OrderEvents.Store;
using Shop.ServiceDefaults;

namespace Shop.OrderEvents;

/// <summary>Tells those who watch an order that it has changed: one subscription to the store, however many watch.</summary>
public sealed partial class OrderChanges(IEventStore store, ILogger<OrderChanges> log) : BackgroundService
{
    private readonly ConcurrentDictionary<Guid, HashSet<OrderWatch>> watches = new();

    /// <summary>Begins to watch an order; dispose to stop.</summary>
    public OrderWatch Watch(Guid orderId)
    {
        var watch = new OrderWatch(this, orderId);
        lock (watches) watches.GetOrAdd(orderId, _ => []).Add(watch);
        return watch;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await foreach (var entry in store.Subscribe(await store.LastPosition(stoppingToken), stoppingToken))
                {
                    if (entry is StoredEvent stored && OrderStreams.TryParseStream(stored.Stream, out var orderId)) Raise(orderId.Value);
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                Broken(log, exception);
                await Task.Delay(TimeSpan.FromSeconds(1), stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                RaiseAll();
            }
        }
    }

    private void Raise(Guid orderId)
    {
        if (!watches.ContainsKey(orderId)) return;
        lock (watches)
        {
            if (watches.TryGetValue(orderId, out var watching))
            {
                foreach (var watch in watching) watch.Raise();
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "The subscription to the event store broke; beginning again.")]
    private static partial void Broken(ILogger log, Exception exception);

    /// <summary>What happened while there was no subscription is not known: everybody looks.</summary>
    private void RaiseAll()
    {
        foreach (var orderId in watches.Keys) Raise(orderId);
    }

    internal void Remove(OrderWatch watch, Guid orderId)
    {
        lock (watches)
        {
            if (!watches.TryGetValue(orderId, out var watching)) return;
            watching.Remove(watch);
            if (watching.Count == 0) watches.TryRemove(orderId, out _);
        }
    }
}

/// <summary>One reader's watch over one order.</summary>
public sealed class OrderWatch(OrderChanges changes, Guid orderId) : IDisposable
{
    private readonly Signal changed = new();

    /// <summary>Completes at the order's next change. Take it before reading the order, wait for it after.</summary>
    public Task Changed => changed.Next;

    internal void Raise() => changed.Raise();

    public void Dispose() => changes.Remove(this, orderId);
}
