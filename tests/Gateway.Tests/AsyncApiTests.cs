using System.Text.Json.Nodes;
using Shop.Contracts;

namespace Shop.Gateway.Tests;

public sealed class AsyncApiTests
{
    private static readonly List<EventType> Published = [.. EventTypes.All.Where(type => type.Exchange is not null)];

    private JsonNode document = null!;

    [OneTimeSetUp]
    public async Task Read()
    {
        await using var gateway = await GatewayUnderTest.Start();
        document = JsonNode.Parse(await gateway.Client.GetStringAsync("/asyncapi/v1.json"))!;
    }

    [Test]
    public void It_is_asyncapi_3() => Assert.That((string?)document["asyncapi"], Is.EqualTo("3.0.0"));

    [Test]
    public void A_channel_is_a_routing_key_on_its_topic_exchange()
    {
        var channels = document["channels"]!.AsObject().Select(channel => (channel.Key, (string)channel.Value!["bindings"]!["amqp"]!["exchange"]!["name"]!));

        Assert.That(channels, Is.EquivalentTo(Published.Select(type => (type.RoutingKey!, type.Exchange!))));
    }

    [Test]
    public void It_says_which_queue_receives_what()
    {
        var received = document["operations"]!.AsObject().Where(operation => (string)operation.Value!["action"]! == "receive").Select(operation => operation.Key);

        Assert.That(received, Is.EquivalentTo(Topology.Queues.SelectMany(queue => queue.Bindings.Select(binding => $"{queue.Name}.{binding.RoutingKey}"))));
    }

    [Test]
    public void A_message_has_the_members_of_its_contract()
    {
        foreach (var type in Published)
        {
            var message = document["components"]!["messages"]![type.Name]!;
            Assert.That((string?)message["name"], Is.EqualTo(type.StoredName));
            Assert.That(message["payload"]!["properties"]!.AsObject().Select(member => member.Key), Is.EquivalentTo(type.MessageJson!.Properties.Select(member => member.Name)));
            Assert.That(
                message["payload"]!["required"]!.AsArray().Select(member => (string)member!),
                Is.EquivalentTo(type.MessageJson.Properties.Where(member => member.IsRequired).Select(member => member.Name)), type.Name);
        }
    }

    [Test]
    public void Every_reference_leads_somewhere()
    {
        var references = References(document).ToList();

        Assert.That(references, Has.Count.GreaterThan(Published.Count));
        foreach (var reference in references)
            Assert.That(reference.Split('/').Skip(1).Aggregate((JsonNode?)document, (node, step) => node?[step]), Is.Not.Null, reference);
    }

    private static IEnumerable<string> References(JsonNode? node) => node switch
    {
        JsonObject map => map.SelectMany(member => member is { Key: "$ref", Value: JsonValue value } ? [(string)value!] : References(member.Value)),
        JsonArray array => array.SelectMany(References),
        _ => [],
    };
}
