using System.Diagnostics.Metrics;
using Shop.ServiceDefaults;

namespace Shop.OrderEvents;

/// <summary>Appends to the event store, counted and timed.</summary>
public sealed class StoreMetrics
{
    private readonly Counter<long> appends;
    private readonly Histogram<double> duration;

    public StoreMetrics(IMeterFactory meters)
    {
        var meter = meters.ShopMeter();
        appends = meter.CreateCounter<long>(
            "shop.store.appends", "{append}", "Appends to the event store, by event type and result: appended, conflict (others were faster) or failed.");
        duration = meter.CreateHistogram<double>("shop.store.append.duration", "s", "How long the event store took to append, durably.");
    }

    public void Appended(string type, string result, TimeSpan took)
    {
        appends.Add(1, new("type", type), new("result", result));
        duration.Record(took.TotalSeconds, new KeyValuePair<string, object?>("result", result));
    }
}
