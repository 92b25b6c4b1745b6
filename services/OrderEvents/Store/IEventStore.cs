namespace Shop.OrderEvents.Store;

/// <summary>
/// An append-only log of events in streams. Revisions count from 0 within a stream; positions grow over the whole log, and
/// whoever has seen a position has seen everything before it.
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

    /// <summary>Every event behind a position, in order, first those that are there, then each as it is appended, until cancelled.</summary>
    IAsyncEnumerable<StoredEvent> Subscribe(long after, CancellationToken cancellation);

    /// <summary>The position of the last event; 0 when the log is empty.</summary>
    ValueTask<long> LastPosition(CancellationToken cancellation);

    /// <summary>Where the reader of that name has got to; 0 when it never said.</summary>
    ValueTask<long> ReadCheckpoint(string reader, CancellationToken cancellation);

    /// <summary>Keeps where the reader of that name has got to.</summary>
    Task SaveCheckpoint(string reader, long position, CancellationToken cancellation);
}

/// <summary>An event to be appended. <paramref name="Data"/> and <paramref name="Metadata"/> are UTF-8 JSON.</summary>
public sealed record NewEvent(Guid EventId, string Type, byte[] Data, byte[] Metadata);

/// <summary>An event as it stands in the log.</summary>
public sealed record StoredEvent(long Position, string Stream, long Revision, Guid EventId, string Type, byte[] Data, byte[] Metadata);

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
