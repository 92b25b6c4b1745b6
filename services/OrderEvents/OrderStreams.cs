using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using Shop.Contracts;
using Shop.OrderEvents.Store;

namespace Shop.OrderEvents;

/// <summary>The event store in the shop's own terms: one stream <c>order-{id}</c> for each order, events instead of bytes.</summary>
public sealed class OrderStreams(IEventStore store)
{
    /// <summary>How the names of the orders' streams begin, and of no others.</summary>
    public const string Category = "order-";

    /// <summary>The whole stream of an order; empty when there is no such order.</summary>
    public async ValueTask<IReadOnlyList<RecordedEvent>> Read(Guid orderId, CancellationToken cancellation)
    {
        var stored = await store.ReadStream(StreamOf(orderId), cancellation);
        var events = new RecordedEvent[stored.Count];
        for (var i = 0; i < events.Length; i++) events[i] = Recorded(stored[i]);
        return events;
    }

    /// <summary>
    /// Appends one event behind <paramref name="expectedRevision"/>. The event as recorded, or null when the stream has moved on,
    /// be it by the same event from another hand: then read again.
    /// </summary>
    public async Task<RecordedEvent?> Append(
        Guid orderId, long expectedRevision, Guid eventId, OrderEvent @event, EventMetadata metadata, CancellationToken cancellation)
    {
        var appending = new NewEvent(
            eventId, EventTypes.Of(@event).StoredName, EventTypes.Serialize(@event),
            JsonSerializer.SerializeToUtf8Bytes(metadata, ContractsJson.Default.EventMetadata));
        var result = await store.Append(StreamOf(orderId), expectedRevision, [appending], cancellation);
        return result is AppendResult.Appended { IsRepeat: false } appended
            ? new RecordedEvent(orderId, appended.Revision, appended.Position, eventId, @event, metadata)
            : null;
    }

    /// <summary>At most <paramref name="limit"/> events of all orders behind a position, in order.</summary>
    public async ValueTask<IReadOnlyList<RecordedEvent>> ReadAll(long after, int limit, CancellationToken cancellation) =>
        [.. (await store.ReadAll(after, limit, cancellation)).Select(Recorded)];

    /// <summary>The position behind which everything was recorded at that time or later.</summary>
    public async ValueTask<long> PositionBefore(DateTimeOffset time, CancellationToken cancellation)
    {
        // From the end: whoever asks reads all of that anyway, and positions between events mean nothing.
        await foreach (var stored in store.ReadAllBackwards(cancellation))
        {
            if (Metadata(stored).TimeObserved < time) return stored.Position;
        }

        return 0;
    }

    /// <summary>The name of an order's stream.</summary>
    public static string StreamOf(Guid orderId) => $"{Category}{orderId}";

    /// <summary>The order whose stream has that name.</summary>
    public static bool TryParseStream(string stream, [NotNullWhen(true)] out Guid? orderId)
    {
        orderId = stream.StartsWith(Category, StringComparison.Ordinal) && Guid.TryParseExact(stream.AsSpan(Category.Length), "D", out var id) ? id : null;
        return orderId is not null;
    }

    /// <summary>An event as it travels over HTTP: its data as it is stored, also of a type that this version of the shop does not know.</summary>
    /// <exception cref="UnreadableEventException">It is no order's, or not of the form of any event.</exception>
    public static EventEnvelope Envelope(StoredEvent stored)
    {
        var orderId = OrderOf(stored);
        var version = stored.Type.LastIndexOf("/v", StringComparison.Ordinal);
        if (version < 1 || !int.TryParse(stored.Type.AsSpan(version + 2), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            throw new UnreadableEventException($"'{stored.Type}' is not the name of an event.");
        try
        {
            var data = JsonSerializer.Deserialize(stored.Data, ContractsJson.Default.JsonElement);
            return new(stored.Position, orderId, stored.Revision, stored.EventId, stored.Type[..version], number, data, Metadata(stored));
        }
        catch (JsonException exception)
        {
            throw new UnreadableEventException($"The data of event {stored.EventId} is not JSON.", exception);
        }
    }

    /// <summary>What a stored event says.</summary>
    /// <exception cref="UnreadableEventException">It is not an order's, or not of a form that is known here.</exception>
    public static RecordedEvent Recorded(StoredEvent stored) =>
        new(OrderOf(stored), stored.Revision, stored.Position, stored.EventId, EventTypes.Deserialize(stored.Type, stored.Data), Metadata(stored));

    private static Guid OrderOf(StoredEvent stored) => TryParseStream(stored.Stream, out var orderId)
        ? orderId.Value
        : throw new UnreadableEventException($"Stream '{stored.Stream}' is not an order's.");

    private static EventMetadata Metadata(StoredEvent stored)
    {
        try
        {
            return JsonSerializer.Deserialize(stored.Metadata, ContractsJson.Default.EventMetadata)
                ?? throw new UnreadableEventException($"Event {stored.EventId} has no metadata.");
        }
        catch (JsonException exception)
        {
            throw new UnreadableEventException($"The metadata of event {stored.EventId} cannot be read.", exception);
        }
    }
}
