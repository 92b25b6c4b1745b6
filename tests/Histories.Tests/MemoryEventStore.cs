using Shop.OrderEvents.Store;

namespace Shop.Histories.Tests;

/// <summary>
/// An event store that keeps its promises in memory. Whoever reads a stream waits, and whoever appends waits twice: before it is
/// done, so that somebody else may be faster, and after, so that the answer can be lost.
/// </summary>
internal sealed class MemoryEventStore(Scheduler scheduler, Landmarks landmarks) : IEventStore
{
    private readonly List<StoredEvent> log = [];

    public IReadOnlyList<StoredEvent> Log => log;

    public async Task<AppendResult> Append(string stream, long expectedRevision, IReadOnlyList<NewEvent> events, CancellationToken cancellation)
    {
        var what = string.Join(", ", events.Select(appending => appending.Type));
        if (!await scheduler.Pause($"has decided, appends {what}")) throw new EventStoreUnavailableException("The disk is full.");
        var result = Append(stream, expectedRevision, events);
        if (result is AppendResult.WrongExpectedRevision) landmarks.Reach(Landmark.ConflictRetried);
        else if (!await scheduler.Pause($"has appended {what}")) throw new EventStoreUnavailableException("The answer was lost.");
        return result;
    }

    public async ValueTask<IReadOnlyList<StoredEvent>> ReadStream(string stream, CancellationToken cancellation) =>
        await scheduler.Pause("reads the stream") ? Stream(stream) : throw new EventStoreUnavailableException("The store does not answer.");

    public ValueTask<IReadOnlyList<StoredEvent>> ReadAll(long after, int limit, CancellationToken cancellation) =>
        new([.. log.Skip((int)after).Take(limit)]);

    public IAsyncEnumerable<StoredEvent> ReadAllBackwards(CancellationToken cancellation) => throw new NotSupportedException();

    public IAsyncEnumerable<LogEntry> Subscribe(long after, CancellationToken cancellation) => throw new NotSupportedException();

    public ValueTask<long> LastPosition(CancellationToken cancellation) => new(log.Count);

    public ValueTask<long> CountBehind(long position, CancellationToken cancellation) => new(log.Count - position);

    public Task<ICheckpoint> Hold(string reader, Action<long> elsewhere, CancellationToken cancellation) => throw new NotSupportedException();

    public ValueTask DisposeAsync() => default;

    private AppendResult Append(string stream, long expectedRevision, IReadOnlyList<NewEvent> events)
    {
        var present = Stream(stream);
        var behind = present.Skip((int)expectedRevision + 1).Take(events.Count).ToList();
        if (behind.Select(stored => stored.EventId).SequenceEqual(events.Select(appending => appending.EventId)))
            return new AppendResult.Appended(behind[^1].Revision, behind[^1].Position, IsRepeat: true);
        if (present.Count - 1 != expectedRevision) return new AppendResult.WrongExpectedRevision(present.Count - 1);
        foreach (var appending in events)
            log.Add(new StoredEvent(log.Count + 1, stream, ++expectedRevision, appending.EventId, appending.Type, appending.Data, appending.Metadata));
        return new AppendResult.Appended(expectedRevision, log.Count);
    }

    private List<StoredEvent> Stream(string stream) => log.FindAll(stored => stored.Stream == stream);
}
