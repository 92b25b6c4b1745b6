using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using Shop.Contracts;

namespace Shop.Gateway;

/// <summary>
/// The messages on the broker as an AsyncAPI 3.0 document, for whoever binds a queue of their own. It is made from the contracts, so
/// it cannot say anything else than what is published.
/// </summary>
internal static class AsyncApi
{
    public static byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(Document());

    private static JsonObject Document()
    {
        var published = EventTypes.All.Where(type => type.MessageJson is not null).ToList();
        return new JsonObject
        {
            ["asyncapi"] = "3.0.0",
            ["info"] = new JsonObject
            {
                ["title"] = "Shop: events",
                ["version"] = "1",
                ["description"] = "What happened to orders, published over RabbitMQ at least once and in order. Bodies hold ids, amounts "
                    + "and enumerations, and nothing personal. Money is in minor units. message-id is the event's id: what was seen before is to be discarded.",
                ["license"] = new JsonObject { ["name"] = "MIT" },
            },
            ["defaultContentType"] = "application/json",
            ["channels"] = Map(published, type => type.RoutingKey!, Channel),
            ["operations"] = Map(
                [
                    .. published.Select(type => ($"publish.{type.RoutingKey}", Operation("send", type.RoutingKey!, "Published by the Order Event Service."))),
                    .. Topology.Queues.SelectMany(queue => queue.Bindings.Select(binding =>
                        ($"{queue.Name}.{binding.RoutingKey}", Operation("receive", binding.RoutingKey, $"The queue {queue.Name} is bound to it.")))),
                ],
                operation => operation.Item1, operation => operation.Item2),
            ["components"] = new JsonObject
            {
                ["messages"] = Map(published, type => type.Name, Message),
                ["schemas"] = new JsonObject { ["Headers"] = Headers() },
            },
        };
    }

    private static JsonObject Channel(EventType type) => new()
    {
        ["address"] = type.RoutingKey,
        ["messages"] = new JsonObject { [type.Name] = Reference($"components/messages/{type.Name}") },
        ["bindings"] = new JsonObject
        {
            ["amqp"] = new JsonObject
            {
                ["is"] = "routingKey",
                ["exchange"] = new JsonObject { ["name"] = type.Exchange, ["type"] = "topic", ["durable"] = true, ["autoDelete"] = false },
                ["bindingVersion"] = "0.3.0",
            },
        },
    };

    private static JsonObject Operation(string action, string routingKey, string summary) => new()
    {
        ["action"] = action,
        ["channel"] = Reference($"channels/{routingKey}"),
        ["summary"] = summary,
    };

    private static JsonObject Message(EventType type) => new()
    {
        ["name"] = type.StoredName,
        ["title"] = type.Name,
        ["contentType"] = "application/json",
        ["correlationId"] = new JsonObject { ["location"] = "$message.header#/x-correlation-id" },
        ["headers"] = Reference("components/schemas/Headers"),
        ["payload"] = JsonSchemaExporter.GetJsonSchemaAsNode(type.MessageJson!, new() { TreatNullObliviousAsNonNullable = true }),
        ["bindings"] = new JsonObject { ["amqp"] = new JsonObject { ["messageType"] = type.StoredName, ["bindingVersion"] = "0.3.0" } },
    };

    private static JsonObject Headers() => new()
    {
        ["type"] = "object",
        ["properties"] = new JsonObject
        {
            ["x-correlation-id"] = Text("The request that started the whole flow."),
            ["traceparent"] = Text("W3C trace context."),
        },
    };

    private static JsonObject Text(string description) => new() { ["type"] = "string", ["description"] = description };

    private static JsonObject Reference(string path) => new() { ["$ref"] = $"#/{path}" };

    private static JsonObject Map<T>(IEnumerable<T> items, Func<T, string> name, Func<T, JsonNode> value) =>
        new(items.Select(item => KeyValuePair.Create(name(item), (JsonNode?)value(item))));
}
