using System.Collections.Frozen;
using System.Text.Json.Serialization.Metadata;
using Shop.Contracts;
using Shop.Contracts.Messages;

namespace Shop.ServiceDefaults.Messaging;

/// <summary>The published part of <see cref="EventTypes"/>, by what a message in hand offers.</summary>
internal static class MessageTypes
{
    private static readonly FrozenDictionary<Type, EventType> ByMessage =
        Published.ToFrozenDictionary(type => type.MessageJson!.Type);

    private static readonly FrozenDictionary<string, EventType> ByRoutingKey =
        Published.GroupBy(type => type.RoutingKey!)
            .ToFrozenDictionary(versions => versions.Key, versions => versions.MinBy(type => type.Version)!);

    /// <summary>Every event type that is published.</summary>
    public static IEnumerable<EventType> Published => EventTypes.All.Where(type => type.MessageJson is not null);

    /// <summary>How a message of that CLR type is written.</summary>
    public static JsonTypeInfo Json(Type message) => ByMessage[message].MessageJson!;

    /// <summary>The name of the event that a message tells of, such as <c>order-created</c>.</summary>
    public static string Name(Message message) => ByMessage.TryGetValue(message.GetType(), out var type) ? type.Name : message.GetType().Name;

    /// <summary>The first version of the event that a routing key names; null when there is none.</summary>
    public static EventType? OfRoutingKey(string routingKey) => ByRoutingKey.GetValueOrDefault(routingKey);
}
