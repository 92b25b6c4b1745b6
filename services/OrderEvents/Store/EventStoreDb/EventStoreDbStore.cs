using System.Runtime.CompilerServices;
using Shop.OrderEvents.Store.EventStoreDb.Protocol;

namespace Shop.OrderEvents.Store.EventStoreDb;

/// <summary>
/// The orders' log in EventStoreDB: what its streams <c>order-…</c> hold. A position is that of an event in <c>$all</c>, a byte offset.
/// Everything is asked of the leader, so that who has written reads what he wrote.
/// </summary>
public sealed class EventStoreDbStore : IEventStore
{
    /// <summary>How many events are counted at most.</summary>
    internal const int MostCounted = 1000;

    private const string ReadMethod = "/event_store.client.streams.Streams/Read";

    private const int PageSize = 256;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly Cluster cluster;
    private readonly TimeSpan holdFor;
    private readonly string prefix;

    /// <summary>
    /// A store that connects when it is first asked. <paramref name="holdFor"/>: see <see cref="EventStoreDbCheckpoint"/>. Tests that
    /// share a server have logs of their own, of streams with another <paramref name="prefix"/>.
    /// </summary>
    public EventStoreDbStore(EventStoreDbSettings settings, TimeSpan? holdFor = null, string prefix = OrderStreams.Category)
    {
        cluster = new Cluster(settings);
        this.holdFor = holdFor ?? TimeSpan.FromSeconds(10);
        this.prefix = prefix;
    }

    /// <exception cref="EventStoreRefusedException">The stream was deleted, access is denied, or the events are too large.</exception>
    public async Task<AppendResult> Append(string stream, long expectedRevision, IReadOnlyList<NewEvent> events, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return await cluster.Ask((node, deadline) => node.Append(stream, expectedRevision, events, deadline, cancellation), cancellation);
    }

    /// <exception cref="EventStoreRefusedException">The stream was deleted, or access is denied.</exception>
    public async ValueTask<IReadOnlyList<StoredEvent>> ReadStream(string stream, CancellationToken cancellation)
    {
        var events = await Read(Messages.ReadStream(stream), cancellation);
        for (var i = 0; i < events.Count; i++)
        {
            if (events[i].Revision != i) throw new EventStoreCorruptException($"Stream {stream} has no revision {i}.");
        }

        return events;
    }

    public async ValueTask<IReadOnlyList<StoredEvent>> ReadAll(long after, int limit, CancellationToken cancellation)
    {
        // The server begins with the event at the position.
        var events = await Read(Messages.ReadAll(prefix, after, (ulong)limit + 1), cancellation);
        return [.. events.Where(stored => stored.Position > after).Take(limit)];
    }

    public async IAsyncEnumerable<StoredEvent> ReadAllBackwards([EnumeratorCancellation] CancellationToken cancellation)
    {
        for (long? before = null; await Read(Messages.ReadAllBackwards(prefix, before, PageSize), cancellation) is { Count: > 0 } page; before = page[^1].Position)
        {
            foreach (var stored in page) yield return stored;
        }
    }

    public async IAsyncEnumerable<LogEntry> Subscribe(long after, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var pause = FirstPause;
        while (true)
        {
            var node = cluster.Current;
            await using var answers = node.Grpc
                .Stream(ReadMethod, Messages.Subscribe(prefix, after), ReadResp.Parser, deadline: null, cancellation)
                .GetAsyncEnumerator(cancellation);
            while (await Next(answers, node))
            {
                pause = FirstPause;
                LogEntry? met = answers.Current switch
                {
                    { ContentCase: ReadResp.ContentOneofCase.Event } answer => Messages.Stored(answer.Event.Event),
                    { ContentCase: ReadResp.ContentOneofCase.Checkpoint } answer => new NothingUpTo((long)answer.Checkpoint.CommitPosition),
                    _ => null,
                };
                if (met is null || met.Position <= after) continue;
                after = met.Position;
                yield return met;
            }

            await Task.Delay(pause, cancellation);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    public async ValueTask<long> LastPosition(CancellationToken cancellation) =>
        await Read(Messages.ReadAllBackwards(prefix, before: null, count: 1), cancellation) is [var last] ? last.Position : 0;

    public async ValueTask<long> CountBehind(long position, CancellationToken cancellation) =>
        (await ReadAll(position, MostCounted, cancellation)).Count;

    public async Task<ICheckpoint> Hold(string reader, Action<long> elsewhere, CancellationToken cancellation) =>
        await EventStoreDbCheckpoint.Hold(this, reader, holdFor, elsewhere, cancellation);

    public ValueTask DisposeAsync()
    {
        cluster.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>The last event of a stream; null when there is none.</summary>
    internal async Task<StoredEvent?> ReadLastOf(string stream, CancellationToken cancellation) =>
        await Read(Messages.ReadLastOf(stream), cancellation) is [var last] ? last : null;

    private Task<List<StoredEvent>> Read(ReadReq request, CancellationToken cancellation) => cluster.Ask(
        async (node, deadline) =>
        {
            var events = new List<StoredEvent>();
            await foreach (var answer in node.Grpc.Stream(ReadMethod, request, ReadResp.Parser, deadline, cancellation))
            {
                if (answer.ContentCase == ReadResp.ContentOneofCase.Event) events.Add(Messages.Stored(answer.Event.Event));
            }

            return events;
        },
        cancellation);

    /// <summary>False when the subscription was dropped, or its node is gone: then it is begun again behind what it has met.</summary>
    private async Task<bool> Next(IAsyncEnumerator<ReadResp> answers, Cluster.Node node)
    {
        try
        {
            return await answers.MoveNextAsync();
        }
        catch (GrpcException exception)
        {
            cluster.Failed(node, exception);
            if (Cluster.Translated(exception) is EventStoreRefusedException refused) throw refused;
            return false;
        }
    }
}
