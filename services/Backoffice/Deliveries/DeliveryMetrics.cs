using System.Diagnostics.Metrics;
using Shop.ServiceDefaults;

namespace Shop.Backoffice.Deliveries;

/// <summary>Meters of the deliveries to the order management system.</summary>
public sealed class DeliveryMetrics
{
    private readonly Counter<long> attempts;

    public DeliveryMetrics(IMeterFactory meters, DeliveryStore store)
    {
        var meter = meters.ShopMeter();
        attempts = meter.CreateCounter<long>("shop.deliveries.attempts", "{attempt}", "Approved orders sent to the order management system, by what it said.");
        foreach (var outcome in (string[])["delivered", "refused", "away"]) attempts.Add(0, new KeyValuePair<string, object?>("outcome", outcome));
        meter.CreateObservableGauge("shop.deliveries.pending", () => store.Pending, "{delivery}", "Deliveries that the order management system has not taken yet.");
    }

    public void Attempted(SendResult result) => attempts.Add(
        1, new KeyValuePair<string, object?>("outcome", result switch { { Error: null } => "delivered", { IsAway: true } => "away", _ => "refused" }));
}
