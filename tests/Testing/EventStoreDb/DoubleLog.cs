namespace Shop.Testing.EventStoreDb;

/// <summary>An event as the double keeps it.</summary>
public sealed record DoubleEvent(
    long Position, string Stream, long Revision, Guid Id, string Type, string ContentType, byte[] Data, byte[] Metadata);

/// <summary>What <see cref="DoubleLog"/> makes of an append: where it stands, or the revision that is in the way.</summary>
public readonly record struct DoubleAppend(bool IsWritten, long Revision, long Position);

/// <summary>
/// The log behind a double of EventStoreDB, or behind several of them. Positions are byte offsets, so that there are gaps between them;
/// an append is repeated, refused or written as the real server does it.
/// </summary>
public sealed class DoubleLog
{
    private readonly Lock gate = new();
    private readonly List<DoubleEvent> events = [];
    private readonly Dictionary<string, List<DoubleEvent>> streams = [];
    private readonly HashSet<string> tombstones = [];
    private TaskCompletionSource grown = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long end = 546; // the real one begins with records of its own, too

    /// <summary>Completes when the next event is there. Take it before looking.</summary>
    public Task Grown
    {
        get
        {
            lock (gate) return grown.Task;
        }
    }

    /// <summary>Everything, in order.</summary>
    public IReadOnlyList<DoubleEvent> All
    {
        get
        {
            lock (gate) return [.. events];
        }
    }

    /// <summary>Deletes a stream for good.</summary>
    public void Tombstone(string stream)
    {
        lock (gate) tombstones.Add(stream);
    }

    public bool IsDeleted(string stream)
    {
        lock (gate) return tombstones.Contains(stream);
    }

    /// <summary>A stream from its beginning; empty when there is none.</summary>
    public IReadOnlyList<DoubleEvent> Stream(string stream)
    {
        lock (gate) return streams.TryGetValue(stream, out var found) ? [.. found] : [];
    }

    /// <summary>The first event behind a position; null when there is none yet.</summary>
    public DoubleEvent? Behind(long position)
    {
        lock (gate)
        {
            var (low, high) = (0, events.Count);
            while (low < high)
            {
                var middle = (low + high) / 2;
                if (events[middle].Position > position) high = middle;
                else low = middle + 1;
            }

            return low < events.Count ? events[low] : null;
        }
    }

    /// <summary>Appends behind <paramref name="expected"/> (-1: no stream; null: anything).</summary>
    public DoubleAppend Append(string stream, long? expected, IReadOnlyList<DoubleEvent> proposed)
    {
        lock (gate)
        {
            if (!streams.TryGetValue(stream, out var written)) written = [];
            var current = written.Count - 1;
            if (expected is { } revision && revision != current)
            {
                var repeated = revision < current && proposed.Count <= current - revision
                    && !proposed.Where((e, i) => written[(int)revision + 1 + i].Id != e.Id).Any();
                return repeated
                    ? new DoubleAppend(true, revision + proposed.Count, written[(int)revision + proposed.Count].Position)
                    : new DoubleAppend(false, current, 0);
            }

            foreach (var e in proposed)
            {
                var appended = e with { Position = end, Stream = stream, Revision = written.Count };
                end += 120 + stream.Length + e.Type.Length + e.Data.Length + e.Metadata.Length;
                written.Add(appended);
                events.Add(appended);
            }

            streams[stream] = written;
            (var told, grown) = (grown, new(TaskCreationOptions.RunContinuationsAsynchronously));
            told.SetResult();
            return new DoubleAppend(true, written.Count - 1, written[^1].Position);
        }
    }
}
