using System.Text.Json;
using Shop.Contracts;

namespace Shop.Backoffice.Projections;

/// <summary>An event of the log as it came, and, read once for all who want it, as what it says.</summary>
public sealed class LogEvent(EventEnvelope envelope)
{
    private RecordedEvent? recorded;

    public EventEnvelope Envelope => envelope;

    public long Position => envelope.Position;

    /// <summary>The name under which it is stored, such as <c>shipped/v1</c>.</summary>
    public string StoredName { get; } = EventTypes.Find($"{envelope.Type}/v{envelope.Version}")?.StoredName ?? $"{envelope.Type}/v{envelope.Version}";

    /// <summary>What happened.</summary>
    /// <exception cref="UnreadableEventException">This version of the shop does not know the type, or the data is not of its form.</exception>
    public RecordedEvent Recorded => recorded ??= Read();

    private RecordedEvent Read()
    {
        var type = EventTypes.Find(StoredName) ?? throw new UnreadableEventException($"Unknown event type '{StoredName}'.");
        try
        {
            var happened = (OrderEvent?)envelope.Data.Deserialize(type.Json) ?? throw new UnreadableEventException($"The data of a '{StoredName}' is null.");
            return new(envelope.OrderId, envelope.Revision, envelope.Position, envelope.EventId, happened, envelope.Metadata);
        }
        catch (JsonException exception)
        {
            throw new UnreadableEventException($"The data of a '{StoredName}' cannot be read: at {exception.Path ?? "$"}.", exception);
        }
    }
}
