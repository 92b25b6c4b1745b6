using System.Text.Json;
using System.Text.Json.Serialization;

namespace Shop.Contracts;

/// <summary>Who brought an event about: <c>customer</c>, <c>staff</c>, <c>service</c> or <c>provider</c>, and which one.</summary>
public sealed record Agent(AgentKind Kind, string Id)
{
    /// <summary><c>kind/id</c>, as it travels in a header.</summary>
    public override string ToString() => $"{(Kind switch { AgentKind.Customer => "customer", AgentKind.Staff => "staff", AgentKind.Service => "service", _ => "provider" })}/{Id}";

    /// <summary>Reads what <see cref="ToString"/> wrote; null when it is not of that form.</summary>
    public static Agent? Parse(string? text)
    {
        var slash = text?.IndexOf('/', StringComparison.Ordinal) ?? -1;
        if (slash < 1 || slash == text!.Length - 1) return null;
        AgentKind? kind = text[..slash] switch
        {
            "customer" => AgentKind.Customer,
            "staff" => AgentKind.Staff,
            "service" => AgentKind.Service,
            "provider" => AgentKind.Provider,
            _ => null,
        };
        return kind is { } known ? new Agent(known, text[(slash + 1)..]) : null;
    }
}

/// <summary>The kinds of <see cref="Agent"/>.</summary>
[JsonConverter(typeof(Kebab<AgentKind>))]
public enum AgentKind { Customer, Staff, Service, Provider }

/// <summary>
/// What is known of an event beside what it says. The dollar names are EventStoreDB's own, so that its system projections see
/// them. <c>$causationId</c> is the id of the message or request that brought the event about, <c>$correlationId</c> that of the
/// request which started the whole flow.
/// </summary>
public sealed record EventMetadata(
    Agent Agent,
    DateTimeOffset TimeOccurred,
    DateTimeOffset TimeObserved,
    [property: JsonPropertyName("$correlationId")] Guid CorrelationId,
    [property: JsonPropertyName("$causationId")] Guid CausationId,
    string? Traceparent = null);

/// <summary>An event with its place: revision counts from 0 within the order's stream, position grows over the whole log.</summary>
public sealed record RecordedEvent(Guid OrderId, long Revision, long Position, Guid EventId, OrderEvent Event, EventMetadata Metadata);

/// <summary>A <see cref="RecordedEvent"/> as it travels over HTTP.</summary>
public sealed record EventEnvelope(
    long Position, Guid OrderId, long Revision, Guid EventId, string Type, int Version, JsonElement Data, EventMetadata Metadata)
{
    /// <summary>The event on its way out.</summary>
    public static EventEnvelope Of(RecordedEvent recorded)
    {
        var type = EventTypes.Of(recorded.Event);
        return new(recorded.Position, recorded.OrderId, recorded.Revision, recorded.EventId, type.Name, type.Version,
            JsonSerializer.SerializeToElement(recorded.Event, type.Json), recorded.Metadata);
    }

    /// <summary>The event as it came.</summary>
    /// <exception cref="UnreadableEventException">The type is unknown, or the data is not of its form.</exception>
    public RecordedEvent ToRecorded() =>
        new(OrderId, Revision, Position, EventId,
            EventTypes.Deserialize($"{Type}/v{Version}", JsonSerializer.SerializeToUtf8Bytes(Data, ContractsJson.Default.JsonElement)), Metadata);
}
