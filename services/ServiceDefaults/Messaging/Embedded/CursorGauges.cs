using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Shop.Contracts;

namespace Shop.ServiceDefaults.Messaging.Embedded;

/// <summary>How far the cursor is behind the log.</summary>
internal sealed class CursorGauges : IHostedService
{
    public CursorGauges(EmbeddedCursor cursor, QueueTopology queue, IMeterFactory meters)
    {
        var meter = meters.ShopMeter();
        KeyValuePair<string, object?>[] tags = [new("queue", queue.Name)];
        meter.CreateObservableGauge(
            "shop.cursor.lag.events", () => new Measurement<long>(cursor.LagEvents, tags), "{event}",
            "Events of the log that the cursor has not done with, as far as it knows.");
        meter.CreateObservableGauge(
            "shop.cursor.lag", () => new Measurement<double>(cursor.LagTime.TotalSeconds, tags), "s",
            "Age of the oldest event that the cursor is handling.");
        meter.CreateObservableGauge(
            "shop.cursor.parked", () => new Measurement<long>(cursor.Parked, tags), "{event}", "Events that wait for another try.");
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
