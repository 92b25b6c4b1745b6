using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Shop.Contracts;

namespace Shop.Infra.Tests;

/// <summary>The broker's definitions against the contract; whether a broker takes them, <see cref="LeastRightsTests"/> tries.</summary>
public sealed class DefinitionsTests
{
    private static readonly JsonNode All = Definitions.Read();

    [Test]
    public void They_hold_the_contracts_exchanges_queues_and_bindings_and_nothing_else()
    {
        string[] extras = [".dead", ".retry.1", ".retry.5", ".retry.30", ".retry.120", ".retry.600"];
        Assert.Multiple(() =>
        {
            Assert.That(Texts("exchanges", "name"), Is.EquivalentTo(Topology.Exchanges));
            Assert.That(Texts("queues", "name"), Is.EquivalentTo(
                Topology.Queues.SelectMany(queue => extras.Select(extra => queue.Name + extra).Prepend(queue.Name))));
            Assert.That(
                Each("bindings").Select(one => (Text(one, "destination"), Text(one, "source"), Text(one, "routing_key"))),
                Is.EquivalentTo(Topology.Queues.SelectMany(queue => queue.Bindings.Select(binding => (queue.Name, binding.Exchange, binding.RoutingKey)))));
            foreach (var section in All.AsObject().Where(section => section.Key != "vhosts"))
                Assert.That(section.Value!.AsArray().Select(one => Text(one!, "vhost")), Is.All.EqualTo("shop"), section.Key);
        });
    }

    [Test]
    public void Every_queue_has_a_limit_at_which_it_refuses_instead_of_forgetting()
    {
        foreach (var queue in Each("queues"))
        {
            var policy = Each("policies").Single(one => Regex.IsMatch(Text(queue, "name"), Text(one, "pattern")))["definition"]!;
            Assert.That((long)policy["max-length-bytes"]!, Is.Positive);
            Assert.That((policy["overflow"] ?? queue["arguments"]!["x-overflow"])?.ToString(), Is.EqualTo("reject-publish"), Text(queue, "name"));
        }
    }

    [Test]
    public void Only_the_Order_Event_Service_may_publish_events()
    {
        foreach (var user in Topology.Queues.Select(queue => queue.Name))
        {
            Assert.That(
                Each("topic_permissions").Where(one => Text(one, "user") == user).Select(one => (Text(one, "exchange"), Text(one, "write"))),
                Is.EquivalentTo(Topology.Exchanges.Select(exchange => (exchange, "^$"))), user);
        }

        foreach (var type in EventTypes.All.Where(type => type.Exchange is not null))
        {
            var permission = Each("topic_permissions").Single(one => Text(one, "user") == "order-events" && Text(one, "exchange") == type.Exchange);
            Assert.That(type.RoutingKey, Does.Match(Text(permission, "write")));
        }
    }

    [Test]
    public void There_is_no_password_in_them() =>
        Assert.That(File.ReadAllText(Definitions.File), Does.Not.Contain("password").And.Not.Contain("\"users\""));

    [Test]
    public async Task Users_are_made_from_the_environment_as_salted_hashes()
    {
        var (exit, output, error) = await Definitions.Users(Definitions.Passwords);
        Assert.That(exit, Is.Zero, error);
        Assert.That(output, Does.Not.Contain(Definitions.Password));
        var users = JsonNode.Parse(output)!["users"]!.AsArray();
        Assert.That(users.Select(user => Text(user!, "name")), Is.EquivalentTo(Texts("permissions", "user")));
        foreach (var user in users)
        {
            var hash = Convert.FromBase64String(Text(user!, "password_hash"));
            Assert.That(hash[4..], Is.EqualTo(SHA256.HashData([.. hash[..4], .. Encoding.UTF8.GetBytes(Definitions.Password)])), "RabbitMQ's own form");
            Assert.That(Text(user!, "tags"), Does.Not.Contain("administrator"));
        }

        Assert.That(users.Select(user => Text(user!, "password_hash")), Is.Unique, "each has a salt of its own");
    }

    [TestCase("")]
    [TestCase("two words")]
    [TestCase("slash/es")]
    public async Task A_password_that_is_missing_or_would_break_a_URL_is_refused(string password)
    {
        var (exit, _, error) = await Definitions.Users(Definitions.Passwords.Select(
            pair => pair.Key == "SHOP_RABBITMQ_SHIPPING_PASSWORD" ? new(pair.Key, password) : pair));
        Assert.That(exit, Is.EqualTo(1));
        Assert.That(error, Does.StartWith("error: SHOP_RABBITMQ_SHIPPING_PASSWORD "));
    }

    private static IEnumerable<JsonNode> Each(string section) => All[section]!.AsArray().Select(one => one!);

    private static IEnumerable<string> Texts(string section, string name) => Each(section).Select(one => Text(one, name));

    private static string Text(JsonNode node, string name) => node[name]!.ToString();
}
