using System.Diagnostics.Metrics;
using System.Globalization;

namespace Shop.ServiceDefaults.Metrics;

/// <summary>
/// What a host's meters measure, in Prometheus' text form (0.0.4). Of the hosts that may share a process each shows its own: the
/// meters that its <see cref="IMeterFactory"/> made, and of the process-wide ones the runtime's alone.
/// </summary>
public sealed class MetricsText : IDisposable
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private const string Runtime = "System.Runtime";

    private static readonly HashSet<string> Chosen =
        [Telemetry.Name, "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Net.Http"];

    private readonly MeterListener listener = new();
    private readonly SortedDictionary<string, Family> families = new(StringComparer.Ordinal);
    private readonly Lock gate = new();
    private readonly string service;

    /// <summary>Listens from now on: what was measured before is not in it.</summary>
    public MetricsText(IMeterFactory factory, ServiceName service)
    {
        this.service = Labels.Text([new("service", service.Value)]);
        listener.InstrumentPublished = (instrument, to) =>
        {
            var meter = instrument.Meter;
            var isOwn = meter.Scope == factory ? Chosen.Contains(meter.Name) : meter.Scope is null && meter.Name == Runtime;
            if (isOwn && Find(instrument) is { } family) to.EnableMeasurementEvents(instrument, family);
        };
        listener.SetMeasurementEventCallback<double>((_, value, tags, family) => ((Family)family!).Record(value, tags));
        listener.SetMeasurementEventCallback<float>((_, value, tags, family) => ((Family)family!).Record(value, tags));
        listener.SetMeasurementEventCallback<decimal>((_, value, tags, family) => ((Family)family!).Record((double)value, tags));
        listener.SetMeasurementEventCallback<long>((_, value, tags, family) => ((Family)family!).Record(value, tags));
        listener.SetMeasurementEventCallback<int>((_, value, tags, family) => ((Family)family!).Record(value, tags));
        listener.SetMeasurementEventCallback<short>((_, value, tags, family) => ((Family)family!).Record(value, tags));
        listener.SetMeasurementEventCallback<byte>((_, value, tags, family) => ((Family)family!).Record(value, tags));
        listener.Start();
    }

    /// <summary>All of it, as it is now.</summary>
    public string Read()
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        lock (gate)
        {
            foreach (var family in families.Values) family.Forget();
            try
            {
                listener.RecordObservableInstruments();
            }
            catch (AggregateException)
            {
                // A gauge whose subject cannot be read now is missing from this answer; the others are in it.
            }

            foreach (var family in families.Values) family.Write(text, service);
        }

        return text.ToString();
    }

    public void Dispose() => listener.Dispose();

    private Family? Find(Instrument instrument)
    {
        if (Family.Of(instrument) is not { } family) return null;
        lock (gate)
        {
            // Two instruments of one name are one family, unless they are of different kinds: then the first keeps the name.
            if (families.TryAdd(family.Name, family)) return family;
            var first = families[family.Name];
            return first.Type == family.Type ? first : null;
        }
    }
}
