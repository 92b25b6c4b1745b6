using System.Text;
using Shop.OrderEvents.Store;

namespace Shop.OrderEvents.Tests;

/// <summary>What every event store does. One subclass for each.</summary>
public abstract class EventStoreSuite
{
    private const long NoStream = -1;

    protected IEventStore Store { get; private set; } = null!;

    protected abstract Task<IEventStore> Open();

    [SetUp]
    public async Task OpenStore() => Store = await Open();

    [TearDown]
    public async Task CloseStore() => await Store.DisposeAsync();

    [Test]
    public async Task What_was_appended_is_read_back()
    {
        var stream = Stream();
        var events = new[] { Event("first"), Event("second") };
        var appended = await Appended(stream, NoStream, events);
        Assert.That(appended.Revision, Is.EqualTo(1));
        var read = await Store.ReadStream(stream, default);
        Assert.That(read.Select(e => (e.Stream, e.Revision, e.EventId, e.Type)), Is.EqualTo(events.Select((e, i) => (stream, (long)i, e.EventId, e.Type))));
        Assert.That(read.Select(e => Encoding.UTF8.GetString(e.Data)), Is.EqualTo(new[] { """{"n":"first"}""", """{"n":"second"}""" }));
        Assert.That(read[1].Position, Is.EqualTo(appended.Position).And.GreaterThan(read[0].Position));
    }

    [Test]
    public async Task A_stream_that_does_not_exist_is_empty() => Assert.That(await Store.ReadStream(Stream(), default), Is.Empty);

    [Test]
    public async Task An_append_behind_another_revision_is_refused_and_changes_nothing()
    {
        var stream = Stream();
        await Appended(stream, NoStream, Event("first"));
        Assert.That(await Store.Append(stream, NoStream, [Event("rival")], default), Is.EqualTo(new AppendResult.WrongExpectedRevision(0)));
        Assert.That(await Store.Append(stream, 5, [Event("rival")], default), Is.EqualTo(new AppendResult.WrongExpectedRevision(0)));
        Assert.That(await Store.Append(Stream(), 0, [Event("rival")], default), Is.EqualTo(new AppendResult.WrongExpectedRevision(-1)));
        Assert.That(await Store.ReadStream(stream, default), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Repeating_an_append_succeeds_and_changes_nothing()
    {
        var stream = Stream();
        var first = new[] { Event("a"), Event("b") };
        var once = await Appended(stream, NoStream, first);
        await Appended(stream, 1, Event("c"));
        var again = await Appended(stream, NoStream, first);
        Assert.That((again.Revision, again.Position), Is.EqualTo((once.Revision, once.Position)));
        Assert.That(await Store.ReadStream(stream, default), Has.Count.EqualTo(3));
    }

    [Test]
    public async Task An_append_that_is_only_partly_a_repeat_is_refused()
    {
        var stream = Stream();
        var first = Event("a");
        await Appended(stream, NoStream, first);
        Assert.That(await Store.Append(stream, NoStream, [first, Event("new")], default), Is.InstanceOf<AppendResult.WrongExpectedRevision>());
        Assert.That(await Store.ReadStream(stream, default), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Of_rivals_for_a_revision_exactly_one_wins()
    {
        var stream = Stream();
        var results = await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => Store.Append(stream, NoStream, [Event("rival")], default)));
        Assert.That(results.OfType<AppendResult.Appended>().Count(), Is.EqualTo(1));
        Assert.That(await Store.ReadStream(stream, default), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task The_log_is_read_in_order_and_by_pages()
    {
        var before = await Store.LastPosition(default);
        var ids = new List<Guid>();
        for (var i = 0; i < 25; i++)
        {
            var e = Event($"{i}");
            ids.Add(e.EventId);
            await Appended(Stream(), NoStream, e);
        }

        var read = new List<StoredEvent>();
        for (var after = before; await Store.ReadAll(after, 10, default) is { Count: > 0 } page; after = page[^1].Position)
        {
            Assert.That(page, Has.Count.LessThanOrEqualTo(10));
            read.AddRange(page);
        }

        Assert.That(read.Select(e => e.EventId), Is.EqualTo(ids));
        Assert.That(read.Select(e => e.Position), Is.Ordered);
        Assert.That(await Store.LastPosition(default), Is.EqualTo(read[^1].Position));
        Assert.That(await Store.ReadAll(read[^1].Position, 10, default), Is.Empty);
    }

    [Test]
    public async Task A_subscription_sees_what_was_there_and_what_comes()
    {
        var before = await Store.LastPosition(default);
        var (old, fresh) = (Event("old"), Event("fresh"));
        await Appended(Stream(), NoStream, old);
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await using var subscription = Store.Subscribe(before, deadline.Token).GetAsyncEnumerator();
        Assert.That(await subscription.MoveNextAsync(), Is.True);
        Assert.That(subscription.Current.EventId, Is.EqualTo(old.EventId));
        var next = subscription.MoveNextAsync();
        await Appended(Stream(), NoStream, fresh);
        Assert.That(await next, Is.True);
        Assert.That(subscription.Current.EventId, Is.EqualTo(fresh.EventId));
    }

    [Test]
    public async Task A_subscription_misses_nothing_under_fire()
    {
        var before = await Store.LastPosition(default);
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var writers = Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            for (var i = 0; i < 50; i++) await Appended(Stream(), NoStream, Event("e"));
        }));
        var seen = new List<long>();
        await foreach (var stored in Store.Subscribe(before, deadline.Token))
        {
            seen.Add(stored.Position);
            if (seen.Count == 400) break;
        }

        await writers;
        Assert.That(seen, Is.Ordered.And.Unique);
    }

    [Test]
    public async Task A_checkpoint_is_kept()
    {
        var reader = $"reader-{Guid.NewGuid():N}";
        Assert.That(await Store.ReadCheckpoint(reader, default), Is.Zero);
        await Store.SaveCheckpoint(reader, 7, default);
        await Store.SaveCheckpoint(reader, 9, default);
        Assert.That(await Store.ReadCheckpoint(reader, default), Is.EqualTo(9));
    }

    protected static string Stream() => $"order-{Guid.NewGuid()}";

    protected static NewEvent Event(string name) =>
        new(Guid.NewGuid(), "tested/v1", Encoding.UTF8.GetBytes($$"""{"n":"{{name}}"}"""), "{}"u8.ToArray());

    protected async Task<AppendResult.Appended> Appended(string stream, long expected, params NewEvent[] events)
    {
        var result = await Store.Append(stream, expected, events, default);
        Assert.That(result, Is.InstanceOf<AppendResult.Appended>());
        return (AppendResult.Appended)result;
    }
}
