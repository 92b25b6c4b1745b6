using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Shop.OrderEvents.Store.EventStoreDb;

/// <summary>
/// A reader's checkpoint as the last event of the stream <c>checkpoint-{reader}</c>, and at the same time the lease on it: whoever
/// holds it appends, at least every third of <c>holdFor</c>, behind the revision that he appended last. Who waits watches the stream;
/// when it has not grown for all of <c>holdFor</c>, by his own clock, or was given back, he appends his own name. Of two who do that
/// at once one finds the revision taken, and so does a holder who was taken for dead. No clock is compared with another.
/// </summary>
internal sealed class EventStoreDbCheckpoint : ICheckpoint
{
    private const string EventType = "checkpoint/v1";
    private const int Kept = 10;

    private readonly EventStoreDbStore store;
    private readonly string reader;
    private readonly TimeSpan holdFor;
    private readonly Guid holder;
    private readonly CancellationTokenSource lost = new();
    private readonly CancellationTokenSource disposed = new();
    private readonly SemaphoreSlim saving = new(1, 1);
    private readonly Task renewing;
    private long revision;
    private long renewed;

    private EventStoreDbCheckpoint(EventStoreDbStore store, string reader, TimeSpan holdFor, Guid holder, long revision, long position, long renewed)
    {
        (this.store, this.reader, this.holdFor, this.holder) = (store, reader, holdFor, holder);
        (this.revision, Position, this.renewed) = (revision, position, renewed);
        Lost = lost.Token;
        renewing = Renew();
    }

    public long Position { get; private set; }

    public TimeSpan Interval => TimeSpan.FromSeconds(1);

    public CancellationToken Lost { get; }

    /// <summary>Waits until nobody holds it.</summary>
    public static async Task<EventStoreDbCheckpoint> Hold(
        EventStoreDbStore store, string reader, TimeSpan holdFor, Action<long> elsewhere, CancellationToken cancellation)
    {
        var holder = Guid.NewGuid();
        var (seen, seenAt) = (long.MinValue, 0L);
        while (true)
        {
            var (revision, last) = await Read(store, reader, cancellation);
            if (revision != seen) (seen, seenAt) = (revision, Stopwatch.GetTimestamp());
            if (last.Holder is null || Stopwatch.GetElapsedTime(seenAt) >= holdFor)
            {
                if (revision < 0) await KeepFew(store, reader, cancellation);
                var started = Stopwatch.GetTimestamp();
                var taken = await Append(store, reader, revision, last with { Holder = holder }, cancellation);
                if (taken) return new EventStoreDbCheckpoint(store, reader, holdFor, holder, revision + 1, last.Position, started);
                continue;
            }

            elsewhere(last.Position);
            await Task.Delay(holdFor / 10, cancellation);
        }
    }

    public async Task Save(long position, CancellationToken cancellation)
    {
        await saving.WaitAsync(cancellation);
        try
        {
            var started = Stopwatch.GetTimestamp();
            if (lost.IsCancellationRequested || !await Append(store, reader, revision, new State(position, holder), cancellation))
            {
                // An append whose answer was lost may be the one in the way: then the name there is this one.
                var (actual, last) = lost.IsCancellationRequested ? default : await Read(store, reader, cancellation);
                if (last?.Holder != holder || !await Append(store, reader, revision = actual, new State(position, holder), cancellation))
                {
                    await lost.CancelAsync();
                    throw new CheckpointLostException(reader);
                }
            }

            revision++;
            renewed = started;
            Position = position;
        }
        finally
        {
            saving.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await disposed.CancelAsync();
        await renewing;
        try
        {
            // Given back, so that nobody has to wait for it.
            if (!lost.IsCancellationRequested) await Append(store, reader, revision, new State(Position, null), CancellationToken.None);
        }
        catch (Exception exception) when (exception is EventStoreUnavailableException or EventStoreRefusedException)
        {
            // Then the next one waits.
        }

        disposed.Dispose();
        lost.Dispose();
        saving.Dispose();
    }

    /// <summary>Says now and then that the holder lives; gives up when nothing could be said for so long that another one may have come.</summary>
    private async Task Renew()
    {
        while (true)
        {
            await Task.Delay(holdFor / 6, disposed.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (disposed.IsCancellationRequested || lost.IsCancellationRequested) return;
            var silent = Stopwatch.GetElapsedTime(Volatile.Read(ref renewed));
            if (silent < holdFor / 3) continue;
            try
            {
                using var limit = CancellationTokenSource.CreateLinkedTokenSource(disposed.Token);
                if (silent < holdFor) limit.CancelAfter(holdFor - silent);
                else await limit.CancelAsync();
                await Save(Position, limit.Token);
            }
            catch (Exception exception) when (exception is EventStoreUnavailableException or EventStoreRefusedException or OperationCanceledException or CheckpointLostException)
            {
                if (!disposed.IsCancellationRequested && Stopwatch.GetElapsedTime(Volatile.Read(ref renewed)) >= holdFor) await lost.CancelAsync();
            }
        }
    }

    private static async Task<(long Revision, State Last)> Read(EventStoreDbStore store, string reader, CancellationToken cancellation)
    {
        if (await store.ReadLastOf(StreamOf(reader), cancellation) is not { } last) return (-1, new State(0, null));
        return (last.Revision, JsonSerializer.Deserialize(last.Data, CheckpointJson.Default.State)
            ?? throw new EventStoreCorruptException($"The checkpoint of '{reader}' cannot be read."));
    }

    private static async Task<bool> Append(EventStoreDbStore store, string reader, long expected, State state, CancellationToken cancellation)
    {
        var appending = new NewEvent(Guid.NewGuid(), EventType, JsonSerializer.SerializeToUtf8Bytes(state, CheckpointJson.Default.State), "{}"u8.ToArray());
        return await store.Append(StreamOf(reader), expected, [appending], cancellation) is AppendResult.Appended;
    }

    /// <summary>The stream needs its end only: the server forgets the rest when it scavenges.</summary>
    private static Task<AppendResult> KeepFew(EventStoreDbStore store, string reader, CancellationToken cancellation) => store.Append(
        $"$${StreamOf(reader)}", -1,
        [new NewEvent(Guid.NewGuid(), "$metadata", JsonSerializer.SerializeToUtf8Bytes(new Limits(Kept), CheckpointJson.Default.Limits), "{}"u8.ToArray())],
        cancellation);

    private static string StreamOf(string reader) => $"checkpoint-{reader}";

    internal sealed record State(long Position, Guid? Holder);

    internal sealed record Limits([property: JsonPropertyName("$maxCount")] int MaxCount);
}

/// <summary>How <see cref="EventStoreDbCheckpoint"/> is stored.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(EventStoreDbCheckpoint.State))]
[JsonSerializable(typeof(EventStoreDbCheckpoint.Limits))]
internal sealed partial class CheckpointJson : JsonSerializerContext;
