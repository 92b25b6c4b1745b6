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
        Assert.That((await Next(subscription)).EventId, Is.EqualTo(old.EventId));
        var next = Next(subscription);
        await Appended(Stream(), NoStream, fresh);
        Assert.That((await next).EventId, Is.EqualTo(fresh.EventId));
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
        var written = new List<long>();
        await foreach (var entry in Store.Subscribe(before, deadline.Token))
        {
            seen.Add(entry.Position);
            if (entry is StoredEvent) written.Add(entry.Position);
            if (written.Count == 400) break;
        }

        await writers;
        Assert.That(seen, Is.Ordered.And.Unique);
        Assert.That((await Store.ReadAll(before, 1000, default)).Select(e => e.Position), Is.EqualTo(written));
    }

    [Test]
    public async Task A_subscription_goes_on_behind_any_position_it_gave_out()
    {
        var before = await Store.LastPosition(default);
        var ids = new List<Guid>();
        for (var i = 0; i < 5; i++)
        {
            var (first, second) = (Event("a"), Event("b"));
            ids.AddRange([first.EventId, second.EventId]);
            await Appended(Stream(), NoStream, first, second);
        }

        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var seen = new List<Guid>();
        for (var after = before; seen.Count < ids.Count;)
        {
            await using var subscription = Store.Subscribe(after, deadline.Token).GetAsyncEnumerator();
            var stored = await Next(subscription);
            seen.Add(stored.EventId);
            after = stored.Position;
        }

        Assert.That(seen, Is.EqualTo(ids));
    }

    [Test]
    public async Task The_log_is_read_backwards()
    {
        var before = await Store.LastPosition(default);
        for (var i = 0; i < 3; i++) await Appended(Stream(), NoStream, [.. Enumerable.Range(0, 200).Select(n => Event($"{n}"))]);
        var backwards = new List<StoredEvent>();
        await foreach (var stored in Store.ReadAllBackwards(default))
        {
            if (stored.Position <= before) break;
            backwards.Add(stored);
        }

        Assert.That(backwards.Select(e => e.EventId).Reverse(), Is.EqualTo((await Store.ReadAll(before, 1000, default)).Select(e => e.EventId)));
        Assert.That(backwards, Has.Count.EqualTo(600));
    }

    [Test]
    public async Task Events_are_counted_behind_a_position()
    {
        var before = await Store.LastPosition(default);
        Assert.That(await Store.CountBehind(before, default), Is.Zero);
        await Appended(Stream(), NoStream, Event("a"), Event("b"));
        var last = await Appended(Stream(), NoStream, Event("c"));
        Assert.That(await Store.CountBehind(before, default), Is.EqualTo(3));
        Assert.That(await Store.CountBehind(last.Position, default), Is.Zero);
    }

    [Test]
    public async Task What_is_appended_is_kept_byte_by_byte()
    {
        var stream = Stream();
        var written = new NewEvent(
            Guid.NewGuid(), "tested/v1", Encoding.UTF8.GetBytes("""{"n":"\u00e9 ß 漢 \\"}"""), Encoding.UTF8.GetBytes("""{"$correlationId":"7"}"""));
        await Appended(stream, NoStream, written);
        var read = (await Store.ReadStream(stream, default)).Single();
        Assert.That((read.Data, read.Metadata), Is.EqualTo((written.Data, written.Metadata)));
    }

    [Test]
    public async Task A_long_stream_is_read_whole()
    {
        var stream = Stream();
        var events = Enumerable.Range(0, 700).Select(i => Event($"{i}")).ToArray();
        await Appended(stream, NoStream, events);
        Assert.That((await Store.ReadStream(stream, default)).Select(e => e.EventId), Is.EqualTo(events.Select(e => e.EventId)));
    }

    [Test]
    public async Task A_checkpoint_is_kept()
    {
        var reader = $"reader-{Guid.NewGuid():N}";
        await using (var checkpoint = await Store.Hold(reader, _ => { }, default))
        {
            Assert.That(checkpoint.Position, Is.Zero);
            await checkpoint.Save(7, default);
            await checkpoint.Save(9, default);
            Assert.That(checkpoint.Position, Is.EqualTo(9));
        }

        await using var again = await Store.Hold(reader, _ => { }, default);
        Assert.That(again.Position, Is.EqualTo(9));
    }

    /// <summary>The next event; what lies between is passed over.</summary>
    protected static async Task<StoredEvent> Next(IAsyncEnumerator<LogEntry> subscription)
    {
        while (await subscription.MoveNextAsync())
        {
            if (subscription.Current is StoredEvent stored) return stored;
        }

        throw new InvalidOperationException("The subscription ended.");
    }

    /// <summary>How the names of the streams begin that are in the log.</summary>
    protected virtual string Prefix => OrderStreams.Category;

    protected string Stream() => $"{Prefix}{Guid.NewGuid()}";

    protected static NewEvent Event(string name) =>
        new(Guid.NewGuid(), "tested/v1", Encoding.UTF8.GetBytes($$"""{"n":"{{name}}"}"""), "{}"u8.ToArray());

    protected async Task<AppendResult.Appended> Appended(string stream, long expected, params NewEvent[] events)
    {
        var result = await Store.Append(stream, expected, events, default);
        Assert.That(result, Is.InstanceOf<AppendResult.Appended>());
        return (AppendResult.Appended)result;
    }
}
