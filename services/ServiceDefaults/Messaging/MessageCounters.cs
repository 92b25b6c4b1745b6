using System.Diagnostics.Metrics;

namespace Shop.ServiceDefaults.Messaging;

/// <summary>What became of a queue's messages, counted; each counter has the tag <c>queue</c>.</summary>
internal sealed class MessageCounters(string queue)
{
    private static readonly Counter<long> ProcessedCounter = Telemetry.Meter.CreateCounter<long>("shop.messages.processed");
    private static readonly Counter<long> DuplicateCounter = Telemetry.Meter.CreateCounter<long>("shop.messages.duplicates");
    private static readonly Counter<long> RetriedCounter = Telemetry.Meter.CreateCounter<long>("shop.messages.retried");
    private static readonly Counter<long> DeadLetterCounter = Telemetry.Meter.CreateCounter<long>("shop.messages.dead_lettered");

    private readonly KeyValuePair<string, object?> tag = new("queue", queue);

    public void Processed() => ProcessedCounter.Add(1, tag);
    public void Duplicate() => DuplicateCounter.Add(1, tag);
    public void Retried() => RetriedCounter.Add(1, tag);
    public void DeadLettered() => DeadLetterCounter.Add(1, tag);
}
