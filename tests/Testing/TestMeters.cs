using System.Diagnostics.Metrics;

namespace Shop.Testing;

/// <summary>A host's meters, without the host.</summary>
public sealed class TestMeters : IMeterFactory
{
    private readonly List<Meter> meters = [];

    public Meter Create(MeterOptions options)
    {
        if (meters.Find(known => known.Name == options.Name) is { } known) return known;
        options.Scope = this;
        var meter = new Meter(options);
        meters.Add(meter);
        return meter;
    }

    public void Dispose() => meters.ForEach(meter => meter.Dispose());
}
