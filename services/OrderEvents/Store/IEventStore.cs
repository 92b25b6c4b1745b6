namespace Shop.OrderEvents.Store;

/// <summary>
/// An append-only log of the orders' events in streams. Revisions count from 0 within a stream; positions grow over the whole log,
/// and whoever has seen a position has seen everything before it. Positions are not counted: there may be gaps between them, and only
/// 0 and those that the store itself gave out mean anything.
/// </summary>
public interface IEventStore : IAsyncDisposable
{
    /// <summary>
    /// Appends all or nothing, if the stream's last revision is <paramref name="expectedRevision"/> (-1: there is no stream).
    /// Completes when the events are durable. Repeating an append that succeeded succeeds again and changes nothing.
    /// </summary>
    /// <exception cref="EventStoreUnavailableException">Whether the events were appended is not known: read, or append again.</exception>
    Task<AppendResult> Append(string stream, long expectedRevision, IReadOnlyList<NewEvent> events, CancellationToken cancellation);

    /// <summary>A whole stream from its first event; empty when there is none.</summary>
    /// <exception cref="EventStoreUnavailableException">The store does not answer.</exception>
    /// <exception cref="EventStoreCorruptException">What is stored is not what was written.</exception>
    ValueTask<IReadOnlyList<StoredEvent>> ReadStream(string stream, CancellationToken cancellation);

    /// <summary>At most <paramref name="limit"/> events behind a position (0: from the beginning), in order.</summary>
    /// <exception cref="EventStoreUnavailableException">The store does not answer.</exception>
    /// <exception cref="EventStoreCorruptException">What is stored is not what was written.</exception>
    ValueTask<IReadOnlyList<StoredEvent>> ReadAll(long after, int limit, CancellationToken cancellation);

    /// <summary>The whole log from its last event back to its first, read by and by.</summary>
    /// <exception cref="EventStoreUnavailableException">The store does not answer.</exception>
    /// <exception cref="EventStoreCorruptException">What is stored is not what was written.</exception>
    IAsyncEnumerable<StoredEvent> ReadAllBackwards(CancellationToken cancellation);

    /// <summary>
    /// Every event behind a position, in order, first those that are there, then each as it is appended, until cancelled; and between
    /// them, now and then, how far the log was read without meeting one. It outlives connections.
    /// </summary>
    IAsyncEnumerable<LogEntry> Subscribe(long after, CancellationToken cancellation);

    /// <summary>The position of the last event; 0 when the log is empty.</summary>
    ValueTask<long> LastPosition(CancellationToken cancellation);

    /// <summary>How many events are behind a position; a store that has to count them stops at 1000.</summary>
    /// <exception cref="EventStoreUnavailableException">The store does not answer.</exception>
    ValueTask<long> CountBehind(long position, CancellationToken cancellation);

    /// <summary>
    /// Where the reader of that name goes on. One process holds it at a time: another one waits here until it is free, and
    /// <paramref name="elsewhere"/> is told meanwhile how far the holder has got.
    /// </summary>
    /// <exception cref="EventStoreUnavailableException">The store does not answer.</exception>
    Task<ICheckpoint> Hold(string reader, Action<long> elsewhere, CancellationToken cancellation);
}

/// <summary>
/// How far a reader of the log has got, kept in the store itself. Disposing of it lets another process go on at once.
/// </summary>
public interface ICheckpoint : IAsyncDisposable
{
    /// <summary>What was saved last; 0 when nothing ever was.</summary>
    long Position { get; }

    /// <summary>How often to save at most: what a crash forgets is read again, but each save has its price.</summary>
    TimeSpan Interval { get; }

    /// <summary>Cancelled when another process may hold it: then stop.</summary>
    CancellationToken Lost { get; }

    /// <summary>Keeps how far the reader has got.</summary>
    /// <exception cref="CheckpointLostException">Another process holds it.</exception>
    /// <exception cref="EventStoreUnavailableException">The store does not answer.</exception>
    Task Save(long position, CancellationToken cancellation);
}

/// <summary>An event to be appended. <paramref name="Data"/> and <paramref name="Metadata"/> are UTF-8 JSON.</summary>
public sealed record NewEvent(Guid EventId, string Type, byte[] Data, byte[] Metadata);

/// <summary>What a subscription meets: an event, or nothing up to a position.</summary>
public abstract record LogEntry(long Position);

/// <summary>An event as it stands in the log.</summary>
public sealed record StoredEvent(long Position, string Stream, long Revision, Guid EventId, string Type, byte[] Data, byte[] Metadata)
    : LogEntry(Position);

/// <summary>There is no further event up to here: a reader that begins again may begin here.</summary>
public sealed record NothingUpTo(long Position) : LogEntry(Position);

/// <summary>What became of an append.</summary>
public abstract record AppendResult
{
    private AppendResult() { }

    /// <summary>
    /// The events stand in the stream, the last at that revision and position. <paramref name="IsRepeat"/>: they did so already;
    /// not every store can tell.
    /// </summary>
    public sealed record Appended(long Revision, long Position, bool IsRepeat = false) : AppendResult;

    /// <summary>The stream's last revision is another (-1: there is no stream). Nothing was appended.</summary>
    public sealed record WrongExpectedRevision(long Actual) : AppendResult;
}

/// <summary>The store does not answer, or has no room; what was asked may or may not have been done.</summary>
public sealed class EventStoreUnavailableException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>What is stored is not what was written: torn, or edited by hand. Nothing is answered from it.</summary>
public sealed class EventStoreCorruptException(string message) : Exception(message);

/// <summary>The store answers, and will not: the same again is refused again.</summary>
public sealed class EventStoreRefusedException(EventStoreRefusal reason, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Why.</summary>
    public EventStoreRefusal Reason => reason;
}

/// <summary>Why a store refuses.</summary>
public enum EventStoreRefusal
{
    /// <summary>Somebody deleted the stream for good.</summary>
    StreamDeleted,

    /// <summary>The shop's user is not known there, or may not do this.</summary>
    AccessDenied,

    /// <summary>The events are larger than the store takes in one append.</summary>
    TooLarge,

    /// <summary>It was asked to read on from a position that it never gave out.</summary>
    NoSuchPosition,

    /// <summary>It does not understand what it was asked.</summary>
    Other,
}

/// <summary>Another process holds the checkpoint.</summary>
public sealed class CheckpointLostException(string reader) : Exception($"Another process has taken over as '{reader}'.");
