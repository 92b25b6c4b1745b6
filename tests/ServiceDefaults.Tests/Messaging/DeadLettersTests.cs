using System.Text;
using Microsoft.Extensions.DependencyInjection;
using RabbitMQ.Client;
using Shop.Contracts;
using Shop.ServiceDefaults.Messaging;
using Shop.Testing;

namespace Shop.ServiceDefaults.Tests.Messaging;

/// <summary>What an operator can do about the dead letters of a queue of RabbitMQ's.</summary>
[Category("Broker")]
public sealed class DeadLettersTests
{
    private static readonly Guid OrderId = new("5f3f7e57-35a4-4b80-b4dc-20ae77a7a1c1");

    private TemporaryFolder folder = null!;
    private Broker broker = null!;
    private Script script = null!;
    private TestService service = null!;

    private IDeadLetters Letters => service.Services.GetRequiredService<IDeadLetters>();

    [SetUp]
    public async Task Open()
    {
        folder = new TemporaryFolder();
        broker = await Broker.Open();
        script = new Script();
        service = await TestService.Consumer(broker.Settings(folder), script);
        await BrokerShapeTests.Healthy(service);
    }

    [TearDown]
    public async Task Close()
    {
        if (service is not null) await service.DisposeAsync();
        if (broker is not null) await broker.DisposeAsync();
        folder.Dispose();
    }

    [Test]
    public async Task They_are_listed_the_oldest_first_and_stay_where_they_are()
    {
        var eventId = Guid.NewGuid();
        script.Does = (_, _) => throw new UnprocessableMessageException("never will work");
        await Dead(Body(eventId), eventId.ToString());
        await Dead("not json", "msg-1");
        await Dead("[]", null);
        await Dead("ada@example.org", "ada@example.org/../x");

        for (var look = 1; look <= 25; look++)
        {
            var page = await Letters.List(100, CancellationToken.None);
            Assert.That(page.Total, Is.EqualTo(4));
            Assert.That(page.DeadLetters.Select(letter => letter.Reason), Is.EqualTo(new[] { "unprocessable", "malformed", "malformed", "malformed" }), $"look {look}");
        }

        var letters = (await Letters.List(100, CancellationToken.None)).DeadLetters;
        Assert.Multiple(() =>
        {
            Assert.That(letters.Select(letter => letter.Queue), Is.All.EqualTo("payment"));
            Assert.That(letters[0].Id, Is.EqualTo(eventId.ToString()));
            Assert.That(letters[0].OrderId, Is.EqualTo(OrderId));
            Assert.That(letters[0].Type, Is.EqualTo("order-created/v1"));
            Assert.That(letters[0].Exception, Is.EqualTo(typeof(UnprocessableMessageException).FullName));
            Assert.That(letters[0].Message, Is.EqualTo("never will work"));
            Assert.That(letters[0].Attempts, Is.EqualTo(1));
            Assert.That(letters[0].At, Is.EqualTo(DateTimeOffset.UtcNow).Within(TimeSpan.FromMinutes(1)));
            Assert.That(letters[1].Id, Is.EqualTo("msg-1"));
            Assert.That(letters[2].Id, Does.Match("^sha256-[0-9a-f]{32}$"), "without a message id");
            Assert.That(letters[3].Id, Does.Match("^sha256-[0-9a-f]{32}$"), "with one that does not fit into a URL");
            Assert.That(letters.Select(letter => letter.Id), Is.Unique);
        });
        Assert.That(await broker.Count("payment.dead"), Is.EqualTo(4));
    }

    [Test]
    public async Task A_list_is_no_longer_than_asked_for_and_says_how_many_there_are()
    {
        for (var i = 1; i <= 3; i++) await Dead("{", $"m-{i}");
        var page = await Letters.List(2, CancellationToken.None);
        Assert.That(page.DeadLetters.Select(letter => letter.Id), Is.EqualTo(new[] { "m-1", "m-2" }));
        Assert.That(page.Total, Is.EqualTo(3));
        Assert.That((await Letters.List(3, CancellationToken.None)).DeadLetters.Select(letter => letter.Id), Is.EqualTo(new[] { "m-1", "m-2", "m-3" }), "in order as before");
    }

    [Test]
    public async Task Looked_at_closely_one_shows_its_body_and_what_travelled_beside_it()
    {
        await Dead("{ \"half\":", "m-1");
        await Dead(new string('x', 100_000), "m-2");
        var small = (await Letters.Find("m-1", CancellationToken.None))!;
        var large = (await Letters.Find("m-2", CancellationToken.None))!;
        Assert.Multiple(() =>
        {
            Assert.That(small.Body, Is.EqualTo("{ \"half\":"));
            Assert.That(small.Stack, Is.Not.Empty);
            Assert.That(small.Properties["x-original-routing-key"], Is.EqualTo("orders.order-created"));
            Assert.That(small.Properties["x-mine"], Is.EqualTo("kept"));
            Assert.That(large.BodyLength, Is.EqualTo(100_000));
            Assert.That(large.Body, Has.Length.EqualTo(8192));
        });
        Assert.That(await Letters.Find("m-3", CancellationToken.None), Is.Null);
    }

    [Test]
    public async Task What_is_replayed_runs_again_and_its_attempts_begin_anew()
    {
        var eventId = Guid.NewGuid();
        script.Does = (_, _) => throw new TimeoutException();
        await Dead(Body(eventId), eventId.ToString());
        Assert.That(script.RunsOf(eventId), Is.EqualTo(3), "three attempts are the limit");

        Assert.That(await Letters.Replay(eventId.ToString(), CancellationToken.None), Is.EqualTo(new Replayed("payment", 1, 0)));
        await Eventually.True(() => script.RunsOf(eventId) == 6, "it was tried three times more");
        await Eventually.True(async () => await broker.Count("payment.dead") == 1, "it is dead again");
        var again = (await Letters.Find(eventId.ToString(), CancellationToken.None))!;
        Assert.That((again.Attempts, again.Reason, again.Properties["x-mine"]), Is.EqualTo((3, "attempts-spent", "kept")));

        script.Does = (_, _) => Task.CompletedTask;
        await Letters.Replay(eventId.ToString(), CancellationToken.None);
        await Eventually.True(() => script.RunsOf(eventId) == 7, "it ran");
        await NothingIsLeft();
    }

    [Test]
    public async Task A_replay_of_a_completed_event_does_not_act_again()
    {
        var (eventId, next) = (Guid.NewGuid(), Guid.NewGuid());
        await broker.Publish("orders", "orders.order-created", Body(eventId), Properties(eventId.ToString()));
        await Eventually.True(() => script.RunsOf(eventId) == 1, "it ran");
        var copy = Properties(eventId.ToString());
        copy.Headers!["x-dead-reason"] = "attempts-spent";
        await broker.Publish("", "payment.dead", Body(eventId), copy);

        Assert.That(await Letters.Replay(eventId.ToString(), CancellationToken.None), Is.Not.Null);
        await broker.Publish("orders", "orders.order-created", Body(next));
        await Eventually.True(() => script.RunsOf(next) == 1, "the next ran");
        await NothingIsLeft();
        Assert.That(script.RunsOf(eventId), Is.EqualTo(1));
    }

    [Test]
    public async Task Of_two_with_the_same_id_one_is_replayed_at_a_time()
    {
        var eventId = Guid.NewGuid();
        for (var i = 0; i < 2; i++) await broker.Publish("", "payment.dead", Body(eventId), Properties(eventId.ToString()));
        await Letters.Replay(eventId.ToString(), CancellationToken.None);
        Assert.That((await Letters.List(10, CancellationToken.None)).Total, Is.EqualTo(1));
        await Letters.Replay(eventId.ToString(), CancellationToken.None);
        await Eventually.True(() => script.RunsOf(eventId) == 1, "it ran");
        await NothingIsLeft();
        Assert.That(script.RunsOf(eventId), Is.EqualTo(1), "the other is a duplicate");
    }

    [Test]
    public async Task All_are_replayed_and_what_fails_again_is_dead_again()
    {
        var events = Enumerable.Range(0, 5).Select(_ => Guid.NewGuid()).ToList();
        script.Does = (_, _) => throw new UnprocessableMessageException("not yet");
        foreach (var eventId in events) await Dead(Body(eventId), eventId.ToString());
        await Dead("{", "poison");
        script.Does = (_, _) => Task.CompletedTask;

        Assert.That(await Letters.ReplayAll(CancellationToken.None), Is.EqualTo(new Replayed("payment", 6, 0)));
        await Eventually.True(() => events.All(eventId => script.RunsOf(eventId) == 2), "all ran");
        await Eventually.True(async () => await broker.Count("payment.dead") == 1, "the poison is dead again");
        var poison = (await Letters.List(10, CancellationToken.None)).DeadLetters.Single();
        Assert.That((poison.Id, poison.Attempts), Is.EqualTo(("poison", 1)));
    }

    [Test]
    public async Task Deleting_takes_that_one_and_no_other()
    {
        for (var i = 1; i <= 3; i++) await Dead("{", $"m-{i}");
        Assert.That(await Letters.Delete("m-2", CancellationToken.None));
        Assert.That(await Letters.Delete("m-2", CancellationToken.None), Is.False, "it is gone");
        Assert.That((await Letters.List(10, CancellationToken.None)).DeadLetters.Select(letter => letter.Id), Is.EqualTo(new[] { "m-1", "m-3" }));
    }

    [Test]
    public async Task What_the_broker_itself_gave_up_on_is_replayed_as_what_it_was()
    {
        await service.DisposeAsync();
        var eventId = Guid.NewGuid();
        // Without a type, only the routing key says what it is.
        await broker.Publish("orders", "orders.order-created", Body(eventId), new BasicProperties { MessageId = eventId.ToString() });
        var got = await Eventually.Get(async () => await broker.Channel.BasicGetAsync("payment", autoAck: false), message => message is not null, "the message");
        await broker.Channel.BasicRejectAsync(got!.DeliveryTag, requeue: false);
        await Eventually.True(async () => await broker.Count("payment.dead") == 1, "the broker dead-lettered it");
        service = await TestService.Consumer(broker.Settings(folder), script);
        await BrokerShapeTests.Healthy(service);

        var letter = (await Letters.List(10, CancellationToken.None)).DeadLetters.Single();
        Assert.That((letter.Reason, letter.OrderId), Is.EqualTo(("rejected", (Guid?)OrderId)));
        await Letters.Replay(letter.Id, CancellationToken.None);
        await Eventually.True(() => script.RunsOf(eventId) == 1, "it ran");
        await NothingIsLeft();
    }

    [Test]
    public async Task Operations_at_the_same_time_do_not_hide_letters_from_each_other()
    {
        for (var i = 1; i <= 5; i++) await Dead("{", $"m-{i}");
        var pages = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Letters.List(10, CancellationToken.None)));
        Assert.That(pages.Select(page => page.DeadLetters.Count), Is.All.EqualTo(5));
    }

    [Test]
    public async Task While_the_broker_is_away_that_is_said()
    {
        using var elsewhere = new TemporaryFolder();
        var settings = broker.Settings(elsewhere);
        settings["ConnectionStrings:RabbitMq"] = "amqp://guest:guest@127.0.0.1:1";
        await using var lonely = await TestService.Consumer(settings, script);
        Assert.That(
            async () => await lonely.Services.GetRequiredService<IDeadLetters>().List(10, CancellationToken.None), Throws.InstanceOf<BrokerUnavailableException>());
    }

    /// <summary>Publishes a message that fails, and waits until it is dead.</summary>
    private async Task Dead(string body, string? messageId)
    {
        var before = await broker.Count("payment.dead");
        await broker.Publish("orders", "orders.order-created", body, Properties(messageId));
        await Eventually.True(async () => await broker.Count("payment.dead") == before + 1, "a dead letter");
    }

    private async Task NothingIsLeft()
    {
        await service.DisposeAsync();
        Assert.That(await broker.Left("payment"), Is.EqualTo((0u, 0u, 0u)), "waiting, to be retried, dead");
    }

    private static BasicProperties Properties(string? messageId)
    {
        var properties = new BasicProperties { Type = "order-created/v1", Headers = new Dictionary<string, object?> { ["x-mine"] = Encoding.UTF8.GetBytes("kept") } };
        if (messageId is not null) properties.MessageId = messageId;
        return properties;
    }

    private static string Body(Guid eventId) =>
        $$"""{"eventId":"{{eventId}}","orderId":"{{OrderId}}","revision":0,"occurredAt":"2026-01-01T00:00:00Z","orderNumber":"1001","currency":"EUR","total":1999}""";
}
