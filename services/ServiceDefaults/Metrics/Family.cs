using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;

namespace Shop.ServiceDefaults.Metrics;

/// <summary>All series of one instrument, under the name that Prometheus knows it by.</summary>
internal sealed class Family
{
    /// <summary>More series than any instrument of the shop has: what goes beyond is counted together.</summary>
    internal const int MostSeries = 1000;

    private static readonly double[] Seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
    private static readonly KeyValuePair<string, object?>[] Overflow = [new("overflow", "true")];

    private readonly ConcurrentDictionary<KeyValuePair<string, object?>[], Series> series = new(Labels.Comparer);
    private readonly ConcurrentDictionary<KeyValuePair<string, object?>[], Series>.AlternateLookup<ReadOnlySpan<KeyValuePair<string, object?>>> lookup;
    private readonly string help;
    private readonly double[] boundaries;
    private readonly Action<Series, double> record;

    private Family(string name, string type, string help, bool isObservable, double[] boundaries, Action<Series, double> record)
    {
        (Name, Type, IsObservable, this.help, this.boundaries, this.record) = (name, type, isObservable, help, boundaries, record);
        lookup = series.GetAlternateLookup<ReadOnlySpan<KeyValuePair<string, object?>>>();
    }

    public string Name { get; }

    /// <summary><c>counter</c>, <c>gauge</c> or <c>histogram</c>.</summary>
    public string Type { get; }

    private bool IsObservable { get; }

    /// <summary>The family of an instrument; null for a kind that Prometheus has nothing for.</summary>
    public static Family? Of(Instrument instrument)
    {
        var kind = instrument.GetType() is { IsGenericType: true } type ? type.GetGenericTypeDefinition() : instrument.GetType();
        var name = Labels.Name(instrument.Name) + instrument.Unit switch { "s" => "_seconds", "ms" => "_milliseconds", "By" => "_bytes", _ => "" };
        var help = instrument.Description ?? "";
        return kind switch
        {
            _ when kind == typeof(Counter<>) => new($"{name}_total", "counter", help, false, [], (to, value) => to.Add(value)),
            _ when kind == typeof(ObservableCounter<>) => new($"{name}_total", "counter", help, true, [], (to, value) => to.Set(value)),
            _ when kind == typeof(UpDownCounter<>) => new(name, "gauge", help, false, [], (to, value) => to.Add(value)),
            _ when kind == typeof(Gauge<>) => new(name, "gauge", help, false, [], (to, value) => to.Set(value)),
            _ when kind == typeof(ObservableGauge<>) || kind == typeof(ObservableUpDownCounter<>) =>
                new(name, "gauge", help, true, [], (to, value) => to.Set(value)),
            _ when kind == typeof(Histogram<>) => new(name, "histogram", help, false, Boundaries(instrument), (to, value) => to.Observe(value)),
            _ => null,
        };
    }

    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (!lookup.TryGetValue(tags, out var to)) to = Add(tags);
        record(to, value);
    }

    /// <summary>Before observable instruments are asked: what they do not speak of any more is not shown.</summary>
    public void Forget()
    {
        if (!IsObservable) return;
        foreach (var (_, one) in series) one.IsCurrent = false;
    }

    /// <summary>Writes the family in text form, each series with <paramref name="service"/> as its first label; nothing when it has none.</summary>
    public void Write(TextWriter text, string service)
    {
        var shown = series.Values.Where(one => one.IsCurrent).OrderBy(one => one.Labels, StringComparer.Ordinal).ToList();
        if (shown.Count == 0) return;
        if (help.Length > 0) text.Write($"# HELP {Name} {help.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)}\n");
        text.Write($"# TYPE {Name} {Type}\n");
        foreach (var one in shown)
        {
            var labels = one.Labels.Length > 0 ? $"{service},{one.Labels}" : service;
            if (Type != "histogram")
            {
                text.Write($"{Name}{{{labels}}} {Number(one.Value)}\n");
                continue;
            }

            var count = 0L;
            for (var i = 0; i < one.Buckets.Count; i++)
            {
                count += one.Buckets[i];
                text.Write($"{Name}_bucket{{{labels},le=\"{(i < boundaries.Length ? Number(boundaries[i]) : "+Inf")}\"}} {count}\n");
            }

            text.Write($"{Name}_sum{{{labels}}} {Number(one.Value)}\n{Name}_count{{{labels}}} {count}\n");
        }
    }

    private static double[] Boundaries(Instrument instrument) => instrument switch
    {
        Histogram<double> { Advice.HistogramBucketBoundaries: { } given } => [.. given],
        Histogram<long> { Advice.HistogramBucketBoundaries: { } given } => [.. given.Select(bound => (double)bound)],
        Histogram<int> { Advice.HistogramBucketBoundaries: { } given } => [.. given.Select(bound => (double)bound)],
        _ => Seconds,
    };

    private static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        _ => value.ToString(CultureInfo.InvariantCulture),
    };

    private Series Add(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var key = series.Count < MostSeries ? tags.ToArray() : Overflow;
        return series.GetOrAdd(key, New);
    }

    private Series New(KeyValuePair<string, object?>[] tags) =>
        // The two names that are this format's own.
        new(Labels.Text(tags.Select(tag => tag.Key is "service" or "le" ? new($"exported_{tag.Key}", tag.Value) : tag)), boundaries);
}
