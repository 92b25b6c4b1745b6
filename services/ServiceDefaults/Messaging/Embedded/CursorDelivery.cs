using System.Text.Json;
using Shop.Contracts;
using Shop.Contracts.Messages;

namespace Shop.ServiceDefaults.Messaging.Embedded;

/// <summary>
/// An event of the log on its way to a queue's consumers, as a broker would hold it: the message, which holds nothing personal, and
/// what travels beside it.
/// </summary>
internal sealed record CursorDelivery(long Position, EventType Type, Message Message, Guid CorrelationId, string? Traceparent, Tries Tries)
{
    public string Body => JsonSerializer.Serialize(Message, Type.MessageJson!);

    /// <summary>The delivery of an event just read; null when its type is not published.</summary>
    /// <exception cref="UnreadableEventException">This version of the shop cannot read the event.</exception>
    public static CursorDelivery? Of(EventEnvelope envelope)
    {
        var recorded = envelope.ToRecorded();
        if (Message.Of(recorded) is not { } message) return null;
        var (type, metadata) = (EventTypes.Of(recorded.Event), recorded.Metadata);
        return new(recorded.Position, type, message, metadata.CorrelationId, metadata.Traceparent, default);
    }

    /// <summary>The delivery of what was set aside.</summary>
    /// <exception cref="UnreadableEventException">This version of the shop cannot read the message.</exception>
    public static CursorDelivery Restore(long position, string type, string body, Guid correlationId, string? traceparent, Tries tries)
    {
        var known = EventTypes.Find(type) is { MessageJson: not null } found
            ? found
            : throw new UnreadableEventException($"Unknown message type '{type}'.");
        return new(position, known, (Message)JsonSerializer.Deserialize(body, known.MessageJson!)!, correlationId, traceparent, tries);
    }
}
