using Shop.Contracts;
using Shop.OrderEvents;

namespace Shop.Histories.Tests;

/// <summary>
/// From the log to the queues, as the publisher does it: in order, at least once, the checkpoint behind the broker's confirm. A
/// restart goes on from the checkpoint.
/// </summary>
internal sealed class LogPublisher(OrderStreams streams, IReadOnlyList<Queue> queues, Landmarks landmarks, bool checksFirst)
{
    private readonly List<RecordedEvent> published = [];
    private int sent;
    private int checkpoint;

    /// <summary>A restart would send something once more.</summary>
    public bool IsAhead => sent != checkpoint;

    /// <summary>Sends the next event, and may keep how far it has come; null when there is none.</summary>
    public string? Publish(bool saves)
    {
        if (World.Completed(streams.ReadAll(sent, 2, default)) is not [var recorded, ..] next) return null;
        if (saves) checkpoint = sent + (checksFirst ? next.Count : 1);
        sent++;
        if (EventTypes.Of(recorded.Event).RoutingKey is null) return $"the publisher passes {Names.Of(recorded)} over";
        if (published.Exists(earlier => earlier.EventId == recorded.EventId)) landmarks.Reach(Landmark.PublishedTwice);
        published.Add(recorded);
        Send(recorded);
        return $"the publisher sends {Names.Of(recorded)}";
    }

    /// <summary>The broker delivers a message twice; null when there was none.</summary>
    public string? Duplicate(int which)
    {
        if (published.Count == 0) return null;
        var again = published[which % published.Count];
        Send(again);
        return $"{Names.Of(again)} is in the broker twice";
    }

    public void Restart() => sent = checkpoint;

    public bool HasPublished(RecordedEvent recorded) => published.Exists(sent => sent.EventId == recorded.EventId);

    private void Send(RecordedEvent recorded)
    {
        foreach (var queue in queues.Where(queue => queue.Wants(recorded))) queue.Put(recorded);
    }
}
