using Shop.OrderEvents.Store.EventStoreDb;
using Shop.ServiceDefaults;

namespace Shop.OrderEvents.Tests;

/// <summary>The connection string of EventStoreDB.</summary>
public sealed class EventStoreDbSettingsTests
{
    [Test]
    public void It_names_nodes_credentials_and_options()
    {
        var settings = EventStoreDbSettings.Parse("esdb://shop:secret@one:2114,two?tls=false&defaultDeadline=500&keepAliveInterval=20000&connectionName=a%20b");
        Assert.That(settings.Nodes, Is.EqualTo(new[] { new Uri("http://one:2114"), new Uri("http://two:2113") }));
        Assert.That(settings.Authorization, Is.EqualTo("Basic c2hvcDpzZWNyZXQ="));
        Assert.That((settings.Deadline, settings.KeepAliveInterval, settings.ConnectionName), Is.EqualTo((TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(20), "a b")));
    }

    [Test]
    public void Tls_is_the_default() => Assert.That(EventStoreDbSettings.Parse("esdb+discover://cluster.example").Nodes.Single(), Is.EqualTo(new Uri("https://cluster.example:2113")));

    [TestCase("http://host:2113", "must begin with esdb://")]
    [TestCase("esdb://", "is not a host")]
    [TestCase("esdb://one,,two", "is not a host")]
    [TestCase("esdb://host:port", "is not a host")]
    [TestCase("esdb://host/path", "is not a host")]
    [TestCase("esdb://s3cr3t@host", "credentials must be user:password")]
    [TestCase("esdb://host?tls=maybe", "'tls' must be true or false")]
    [TestCase("esdb://host?tls=true&tls=false", "'tls' must be given once")]
    [TestCase("esdb://host?defaultDeadline=-1", "'defaultDeadline' must be a number of milliseconds")]
    [TestCase("esdb://host?nodePreference=follower", "'nodePreference' is not an option")]
    [TestCase("esdb://host?tlsCaFile=/does/not/exist.pem", "does not exist")]
    public void What_is_wrong_with_it_is_said(string text, string what) => Assert.That(
        () => EventStoreDbSettings.Parse(text),
        Throws.TypeOf<ConfigurationException>().With.Message.Contains(what).And.Message.Contains("ConnectionStrings:EventStore").And.Message.Not.Contains("s3cr3t"));

    [Test]
    public void A_service_with_a_wrong_one_does_not_start() => Assert.That(
        () => OrderEventsService.Build(["--ConnectionStrings:EventStore=nonsense", "--environment=Development"]), Throws.TypeOf<ConfigurationException>());
}
