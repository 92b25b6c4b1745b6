using System.Diagnostics.Metrics;
using Shop.OrderEvents.Store;
using Shop.ServiceDefaults;

namespace Shop.OrderEvents;

/// <summary>
/// How far the broker is behind the event store. Looks once a second, so that whoever reads the gauges waits for no store.
/// </summary>
public sealed class PublisherLag : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Publisher publisher;
    private readonly IEventStore store;
    private readonly TimeProvider clock;
    private long events;
    private long behindSince;

    public PublisherLag(Publisher publisher, IEventStore store, TimeProvider clock, IMeterFactory meters)
    {
        (this.publisher, this.store, this.clock) = (publisher, store, clock);
        var meter = meters.ShopMeter();
        meter.CreateObservableGauge("shop.publisher.lag.events", () => Volatile.Read(ref events), "{event}", "Events in the store that the broker has not confirmed; EventStoreDB is counted up to 1000.");
        meter.CreateObservableGauge("shop.publisher.lag", Seconds, "s", "Age of the oldest event in the store that the broker has not confirmed.");
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    Look(await store.CountBehind(publisher.Checkpoint, stoppingToken));
                }
                catch (EventStoreUnavailableException)
                {
                    // Readiness tells; the lag stays at what was last known.
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The host stops.
        }
    }

    private void Look(long behind)
    {
        Volatile.Write(ref events, behind);
        // The publisher knows the event that it waits with; while it has not come to read it, from when it was first seen to wait.
        var since = behind == 0 ? 0
            : publisher.WaitingSince is { } known ? known.UtcTicks
            : behindSince > 0 ? behindSince : clock.GetUtcNow().UtcTicks;
        Volatile.Write(ref behindSince, since);
    }

    private double Seconds() => Volatile.Read(ref behindSince) is > 0 and var since
        ? Math.Max(0, TimeSpan.FromTicks(clock.GetUtcNow().UtcTicks - since).TotalSeconds)
        : 0;
}
