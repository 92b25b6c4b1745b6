using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Data.Sqlite;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Sqlite;

namespace Shop.OrderEvents.Store;

/// <summary>
/// The embedded event store: one append-only SQLite table. Appends that arrive together share a flush of the disk; each is
/// answered when it is durable. There is one writer, so positions are in the order of commits and have no gaps. Every row
/// carries a checksum, and every read checks it and that no revision or position is missing.
/// </summary>
public sealed class SqliteEventStore : IEventStore
{
    private const int PageSize = 256;

    private const string Schema = """
        CREATE TABLE events(
          position INTEGER PRIMARY KEY AUTOINCREMENT,
          stream   TEXT    NOT NULL,
          revision INTEGER NOT NULL,
          event_id BLOB    NOT NULL,
          type     TEXT    NOT NULL,
          data     BLOB    NOT NULL,
          metadata BLOB    NOT NULL,
          checksum INTEGER NOT NULL,
          UNIQUE(stream, revision),
          UNIQUE(event_id));
        CREATE TRIGGER events_are_not_changed BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
        CREATE TRIGGER events_are_not_removed BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
        CREATE TABLE checkpoints(reader TEXT PRIMARY KEY, position INTEGER NOT NULL) WITHOUT ROWID
        """;

    private const string Columns = "position, stream, revision, event_id, type, data, metadata, checksum";

    private readonly SqliteDatabase database;
    private readonly Signal appended = new();
    private readonly StoredEvent?[] recent = new StoredEvent?[1024];
    private long lastPosition;

    private SqliteEventStore(SqliteDatabase database) => this.database = database;

    /// <summary>Opens the store, and creates it when it is new.</summary>
    /// <exception cref="ConfigurationException">The file is in use by another process, is damaged, or is no event store.</exception>
    public static SqliteEventStore Open(string path)
    {
        var store = new SqliteEventStore(SqliteDatabase.Open(path, Schema));
        try
        {
            store.lastPosition = store.database.Read(CheckThatNothingIsMissing);
            return store;
        }
        catch (Exception exception) when (exception is EventStoreCorruptException or SqliteException)
        {
            store.database.DisposeAsync().AsTask().GetAwaiter().GetResult();
            throw new ConfigurationException($"The event store {path} is damaged: {exception.Message} Restore it from a backup.");
        }
    }

    public async Task<AppendResult> Append(string stream, long expectedRevision, IReadOnlyList<NewEvent> events, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        AppendResult result;
        try
        {
            result = await database.Write(session => Append(session, stream, expectedRevision, events));
        }
        catch (SqliteException exception)
        {
            throw new EventStoreUnavailableException($"The event store cannot write: {exception.Message}", exception);
        }

        if (result is AppendResult.Appended done)
        {
            if (!done.IsRepeat) Keep(stream, done, events);
            Announce(done.Position);
        }

        return result;
    }

    public ValueTask<IReadOnlyList<StoredEvent>> ReadStream(string stream, CancellationToken cancellation)
    {
        var events = Read($"SELECT {Columns} FROM events WHERE stream = $stream ORDER BY revision", ("$stream", stream));
        for (var i = 0; i < events.Count; i++)
        {
            if (events[i].Revision != i) throw new EventStoreCorruptException($"Stream {stream} has no revision {i}.");
        }

        return new(events);
    }

    public ValueTask<IReadOnlyList<StoredEvent>> ReadAll(long after, int limit, CancellationToken cancellation)
    {
        var events = Read($"SELECT {Columns} FROM events WHERE position > $after ORDER BY position LIMIT $limit", ("$after", after), ("$limit", limit));
        for (var i = 0; i < events.Count; i++)
        {
            if (events[i].Position != after + i + 1) throw new EventStoreCorruptException($"The log has no position {after + i + 1}.");
        }

        return new(events);
    }

    public async IAsyncEnumerable<StoredEvent> ReadAllBackwards([EnumeratorCancellation] CancellationToken cancellation)
    {
        for (var before = Volatile.Read(ref lastPosition) + 1; before > 1;)
        {
            cancellation.ThrowIfCancellationRequested();
            var first = Math.Max(1, before - PageSize);
            foreach (var stored in (await ReadAll(first - 1, (int)(before - first), cancellation)).Reverse()) yield return stored;
            before = first;
        }
    }

    public async IAsyncEnumerable<LogEntry> Subscribe(long after, [EnumeratorCancellation] CancellationToken cancellation)
    {
        while (true)
        {
            var next = appended.Next;
            var page = Recent(after) is { } kept ? [kept]
                : Volatile.Read(ref lastPosition) > after ? await ReadAll(after, PageSize, cancellation)
                : [];
            foreach (var stored in page)
            {
                yield return stored;
                after = stored.Position;
            }

            if (page.Count == 0) await next.WaitAsync(cancellation);
            cancellation.ThrowIfCancellationRequested();
        }
    }

    public ValueTask<long> LastPosition(CancellationToken cancellation) => new(Volatile.Read(ref lastPosition));

    public ValueTask<long> CountBehind(long position, CancellationToken cancellation) =>
        new(Math.Max(0, Volatile.Read(ref lastPosition) - position));

    /// <remarks>No other process has the file open, and within this one nobody competes: it is free.</remarks>
    public Task<ICheckpoint> Hold(string reader, Action<long> elsewhere, CancellationToken cancellation) => Task.FromResult<ICheckpoint>(
        new Checkpoint(this, reader, Guard(session =>
            session.Scalar<long>("SELECT position FROM checkpoints WHERE reader = $reader", ("$reader", reader)))));

    public ValueTask DisposeAsync() => database.DisposeAsync();

    private static AppendResult Append(SqliteSession session, string stream, long expected, IReadOnlyList<NewEvent> events)
    {
        var actual = session.Scalar<long?>("SELECT max(revision) FROM events WHERE stream = $stream", ("$stream", stream)) ?? -1;
        if (actual != expected)
        {
            return AlreadyAppended(session, stream, expected, events) is { } first
                ? first
                : new AppendResult.WrongExpectedRevision(actual);
        }

        var position = 0L;
        foreach (var (offset, appending) in events.Index())
        {
            var revision = expected + 1 + offset;
            session.Execute(
                """
                INSERT INTO events(stream, revision, event_id, type, data, metadata, checksum)
                VALUES ($stream, $revision, $id, $type, $data, $metadata, $checksum)
                """,
                ("$stream", stream), ("$revision", revision), ("$id", Bytes(appending.EventId)), ("$type", appending.Type),
                ("$data", appending.Data), ("$metadata", appending.Metadata), ("$checksum", Checksum(stream, revision, appending)));
            position = session.LastInsertRowId;
        }

        return new AppendResult.Appended(expected + events.Count, position);
    }

    /// <summary>The result of the first time, when exactly these events already follow that revision; else null.</summary>
    private static AppendResult.Appended? AlreadyAppended(SqliteSession session, string stream, long expected, IReadOnlyList<NewEvent> events)
    {
        var position = 0L;
        foreach (var (offset, appending) in events.Index())
        {
            position = session.Scalar<long>(
                "SELECT position FROM events WHERE stream = $stream AND revision = $revision AND event_id = $id",
                ("$stream", stream), ("$revision", expected + 1 + offset), ("$id", Bytes(appending.EventId)));
            if (position == 0) return null;
        }

        return new AppendResult.Appended(expected + events.Count, position, IsRepeat: true);
    }

    private List<StoredEvent> Read(string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        var bound = parameters.ToArray();
        return Guard(session => session.Query(sql, Row, bound));
    }

    private T Guard<T>(Func<SqliteSession, T> read)
    {
        try
        {
            return database.Read(read);
        }
        catch (SqliteException exception) when (exception.SqliteErrorCode is 11 or 26)
        {
            throw new EventStoreCorruptException(exception.Message);
        }
        catch (SqliteException exception)
        {
            throw new EventStoreUnavailableException($"The event store cannot be read: {exception.Message}", exception);
        }
    }

    private static StoredEvent Row(SqliteDataReader row)
    {
        var stored = new StoredEvent(
            row.GetInt64(0), row.GetString(1), row.GetInt64(2), new Guid(row.GetFieldValue<byte[]>(3), bigEndian: true), row.GetString(4),
            row.GetFieldValue<byte[]>(5), row.GetFieldValue<byte[]>(6));
        var written = new NewEvent(stored.EventId, stored.Type, stored.Data, stored.Metadata);
        if (row.GetInt64(7) != Checksum(stored.Stream, stored.Revision, written))
            throw new EventStoreCorruptException($"The event at position {stored.Position} is not as it was written.");
        return stored;
    }

    /// <summary>A row that was removed leaves a gap in the positions, or, at the end, a counter that is ahead of them.</summary>
    private static long CheckThatNothingIsMissing(SqliteSession session)
    {
        var count = session.Scalar<long>("SELECT count(*) FROM events");
        var last = session.Scalar<long>("SELECT max(position) FROM events");
        var given = session.Scalar<long>("SELECT seq FROM sqlite_sequence WHERE name = 'events'");
        if (count != last || given != last)
            throw new EventStoreCorruptException($"It gave out {given} positions and holds {count} events up to position {last}.");
        return last;
    }

    /// <summary>
    /// The event behind a position, if it was appended just now: who follows the log need not read again what this process has
    /// written. It is kept only once it is durable; what is not kept any more, or not yet, is read.
    /// </summary>
    private StoredEvent? Recent(long after) =>
        Volatile.Read(ref recent[(after + 1) % recent.Length]) is { } kept && kept.Position == after + 1 ? kept : null;

    private void Keep(string stream, AppendResult.Appended done, IReadOnlyList<NewEvent> events)
    {
        for (var i = 0; i < events.Count; i++)
        {
            var (back, written) = (events.Count - 1 - i, events[i]);
            var stored = new StoredEvent(
                done.Position - back, stream, done.Revision - back, written.EventId, written.Type, written.Data, written.Metadata);
            Volatile.Write(ref recent[stored.Position % recent.Length], stored);
        }
    }

    private void Announce(long position)
    {
        var seen = Volatile.Read(ref lastPosition);
        while (position > seen)
        {
            var before = Interlocked.CompareExchange(ref lastPosition, position, seen);
            if (before == seen) break;
            seen = before;
        }

        appended.Raise();
    }

    private static byte[] Bytes(Guid id) => id.ToByteArray(bigEndian: true);

    /// <summary>CRC-32C over all that a row says. It finds accidents, and hands that do not know of it; it is no signature.</summary>
    private static long Checksum(string stream, long revision, NewEvent appending)
    {
        Span<byte> head = stackalloc byte[24];
        BinaryPrimitives.WriteInt64BigEndian(head, revision);
        appending.EventId.TryWriteBytes(head[8..], bigEndian: true, out _);
        var crc = Crc(uint.MaxValue, head);
        crc = Crc(crc, Encoding.UTF8.GetBytes(stream));
        crc = Crc(crc, Encoding.UTF8.GetBytes(appending.Type));
        crc = Crc(crc, appending.Data);
        return ~Crc(crc, appending.Metadata);
    }

    private static uint Crc(uint crc, ReadOnlySpan<byte> bytes)
    {
        crc = BitOperations.Crc32C(crc, (uint)bytes.Length);
        foreach (var word in MemoryMarshal.Cast<byte, ulong>(bytes)) crc = BitOperations.Crc32C(crc, word);
        foreach (var rest in bytes[(bytes.Length & ~7)..]) crc = BitOperations.Crc32C(crc, rest);
        return crc;
    }

    private sealed class Checkpoint(SqliteEventStore store, string reader, long position) : ICheckpoint
    {
        public long Position { get; private set; } = position;

        public TimeSpan Interval => TimeSpan.FromMilliseconds(100);

        public CancellationToken Lost => CancellationToken.None;

        public async Task Save(long position, CancellationToken cancellation)
        {
            try
            {
                await store.database.Write(session => session.Execute(
                    "INSERT INTO checkpoints VALUES ($reader, $position) ON CONFLICT(reader) DO UPDATE SET position = $position",
                    ("$reader", reader), ("$position", position)));
            }
            catch (SqliteException exception)
            {
                throw new EventStoreUnavailableException($"The event store cannot write: {exception.Message}", exception);
            }

            Position = position;
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
