namespace Shop.ServiceDefaults.Messaging.Embedded;

/// <summary>
/// How far a cursor is when events are handled side by side and end in any order: up to before the first that is still in hand.
/// </summary>
internal sealed class LowWatermark(long from)
{
    private readonly Lock gate = new();
    private readonly SortedDictionary<long, (long Before, DateTimeOffset WrittenAt)> inHand = [];
    private long read = from;

    /// <summary>All up to and including this position is done with. It is one that was read: positions are not counted.</summary>
    public long Position
    {
        get
        {
            lock (gate) return inHand.Count > 0 ? inHand.First().Value.Before : read;
        }
    }

    /// <summary>When the first event that is still in hand was written; null when none is.</summary>
    public DateTimeOffset? OldestSince
    {
        get
        {
            lock (gate) return inHand.Count > 0 ? inHand.First().Value.WrittenAt : null;
        }
    }

    /// <summary>The last position that was read.</summary>
    public long Read
    {
        get
        {
            lock (gate) return read;
        }
    }

    /// <summary>An event was read that is not for this queue.</summary>
    public void Pass(long position)
    {
        lock (gate) read = position;
    }

    /// <summary>An event was read and is being handled.</summary>
    public void Begin(long position, DateTimeOffset writtenAt)
    {
        lock (gate)
        {
            inHand.Add(position, (read, writtenAt));
            read = position;
        }
    }

    /// <summary>The event is completed, parked or dead.</summary>
    public void End(long position)
    {
        lock (gate) inHand.Remove(position);
    }
}
