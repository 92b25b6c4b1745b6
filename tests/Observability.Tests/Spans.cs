using System.Collections.Concurrent;
using System.Diagnostics;

namespace Shop.Observability.Tests;

/// <summary>Listens to what an exporter would be given, and keeps it.</summary>
public sealed class Spans : IDisposable
{
    private static readonly HashSet<string> Sources = ["Shop", "Microsoft.AspNetCore", "System.Net.Http"];

    private readonly ConcurrentQueue<Activity> ended = new();
    private readonly ActivityListener listener;

    public Spans()
    {
        listener = new ActivityListener
        {
            ShouldListenTo = source => Sources.Contains(source.Name),
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = ended.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
    }

    /// <summary>The spans of a trace that have ended, in the order in which they began.</summary>
    public IReadOnlyList<Activity> Of(ActivityTraceId trace) =>
        [.. ended.Where(span => span.TraceId == trace).OrderBy(span => span.StartTimeUtc)];

    /// <summary>A span of that name that tells of the order; null when there is none yet.</summary>
    public Activity? Find(string name, string orderId) =>
        ended.FirstOrDefault(span => span.DisplayName == name && span.GetTagItem("shop.order.id")?.ToString() == orderId);

    public void Dispose() => listener.Dispose();
}
