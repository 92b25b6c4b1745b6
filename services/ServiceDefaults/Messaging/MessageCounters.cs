using System.Diagnostics.Metrics;

namespace Shop.ServiceDefaults.Messaging;

/// <summary>What became of a queue's messages, counted; everything has the tag <c>queue</c>.</summary>
internal sealed class MessageCounters
{
    private readonly Counter<long> processed;
    private readonly Counter<long> duplicates;
    private readonly Counter<long> retried;
    private readonly Counter<long> deadLettered;
    private readonly Histogram<double> duration;
    private readonly KeyValuePair<string, object?> tag;

    public MessageCounters(string queue, IMeterFactory meters)
    {
        var meter = meters.ShopMeter();
        tag = new("queue", queue);
        processed = meter.CreateCounter<long>("shop.messages.processed", "{message}", "Messages whose work was completed.");
        duplicates = meter.CreateCounter<long>("shop.messages.duplicates", "{message}", "Messages that came again after they were completed, and were discarded.");
        retried = meter.CreateCounter<long>("shop.messages.retried", "{message}", "Runs that did not complete, after which the message waits for another.");
        deadLettered = meter.CreateCounter<long>("shop.messages.dead_lettered", "{message}", "Messages that were given up, by reason.");
        duration = meter.CreateHistogram<double>("shop.messages.handler.duration", "s", "How long the consumers took for a message.");
        // Said from the beginning: a counter that appears with its first failure is missed by a rate over time.
        foreach (var counter in (Counter<long>[])[processed, duplicates, retried]) counter.Add(0, tag);
        foreach (var reason in (string[])["malformed", "unknown-type", "no-consumer", "unprocessable", "attempts-spent"])
            deadLettered.Add(0, tag, new("reason", reason));
    }

    public void Processed() => processed.Add(1, tag);
    public void Duplicate() => duplicates.Add(1, tag);
    public void Retried() => retried.Add(1, tag);
    public void DeadLettered(string reason) => deadLettered.Add(1, tag, new("reason", reason));

    /// <summary>One run of the consumers.</summary>
    public void Handled(string eventType, bool isCompleted, TimeSpan took) =>
        duration.Record(took.TotalSeconds, tag, new("type", eventType), new("outcome", isCompleted ? "completed" : "failed"));
}
