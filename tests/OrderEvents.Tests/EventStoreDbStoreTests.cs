using Shop.OrderEvents.Store;
using Shop.OrderEvents.Store.EventStoreDb;
using Shop.Testing.EventStoreDb;

namespace Shop.OrderEvents.Tests;

/// <summary>The suite over EventStoreDB, or over its double where there is none; and what both must do beside it.</summary>
public sealed class EventStoreDbStoreTests : EventStoreSuite
{
    private EventStoreDbServer server = null!;

    [OneTimeSetUp]
    public async Task StartServer() => server = await EventStoreDbServer.Start();

    [OneTimeTearDown]
    public async Task StopServer() => await server.DisposeAsync();

    /// <summary>Of its own, so that on a server that others use too nobody meets these events.</summary>
    protected override string Prefix { get; } = $"tested{Guid.NewGuid():N}-";

    protected override Task<IEventStore> Open() => Task.FromResult<IEventStore>(Connect(holdFor: null));

    [Test]
    public async Task A_subscription_says_how_far_it_has_got_also_where_no_order_has_an_event()
    {
        var before = await Appended(Stream(), -1, Event("before"));
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await using var subscription = Store.Subscribe(before.Position, deadline.Token).GetAsyncEnumerator();
        var met = subscription.MoveNextAsync();
        for (var i = 0; i < 4; i++) await Appended($"other-{Guid.NewGuid()}", -1, [.. Enumerable.Range(0, 400).Select(n => Event($"{n}"))]);
        Assert.That(await met, Is.True);
        Assert.That(subscription.Current, Is.InstanceOf<NothingUpTo>());
        var upTo = subscription.Current.Position;
        Assert.That(upTo, Is.GreaterThan(before.Position));

        var after = Event("after");
        await Appended(Stream(), -1, after);
        await using var again = Store.Subscribe(upTo, deadline.Token).GetAsyncEnumerator();
        Assert.That((await Next(again)).EventId, Is.EqualTo(after.EventId));
    }

    [Test]
    public async Task A_log_without_an_event_is_empty_however_it_is_read()
    {
        await using var empty = new EventStoreDbStore(EventStoreDbSettings.Parse(server.ConnectionString), prefix: $"none{Guid.NewGuid():N}-");
        Assert.That(await empty.LastPosition(default), Is.Zero);
        Assert.That(await empty.CountBehind(0, default), Is.Zero);
        Assert.That(await empty.ReadAll(0, 10, default), Is.Empty);
        await foreach (var stored in empty.ReadAllBackwards(default)) Assert.Fail($"There is {stored}.");
    }

    [Test]
    public async Task Behind_the_end_of_the_log_there_is_nothing()
    {
        var last = await Appended(Stream(), -1, Event("last"));
        Assert.That(await Store.ReadAll(last.Position + 1_000_000_000, 10, default), Is.Empty);
    }

    [Test]
    public async Task What_is_in_other_streams_is_none_of_the_orders_log()
    {
        var before = await Store.LastPosition(default);
        await Appended($"other-{Guid.NewGuid()}", -1, Event("not an order's"));
        Assert.That(await Store.LastPosition(default), Is.EqualTo(before));
        Assert.That(await Store.ReadAll(before, 10, default), Is.Empty);
    }

    [Test]
    public async Task A_position_that_was_never_given_out_is_refused()
    {
        var first = await Appended(Stream(), -1, Event("first"));
        await Appended(Stream(), -1, Event("second"));
        Assert.That(
            async () => await Store.ReadAll(first.Position + 1, 10, default),
            Throws.TypeOf<EventStoreRefusedException>().With.Property("Reason").EqualTo(EventStoreRefusal.NoSuchPosition));
    }

    [Test]
    public void Events_that_are_too_large_are_refused() => Assert.That(
        async () => await Store.Append(Stream(), -1, [Event(new string('x', 1_500_000))], default),
        Throws.TypeOf<EventStoreRefusedException>().With.Property("Reason").EqualTo(EventStoreRefusal.TooLarge));

    [Test]
    public async Task A_checkpoint_is_held_by_one_process_at_a_time()
    {
        var reader = $"reader-{Guid.NewGuid():N}";
        await using var other = await Open();
        var first = await Store.Hold(reader, _ => { }, default);
        await first.Save(5, default);
        var told = new TaskCompletionSource<long>();
        var second = other.Hold(reader, position => told.TrySetResult(position), default);
        Assert.That(await told.Task, Is.EqualTo(5), "who waits knows how far the other one is");
        Assert.That(second.IsCompleted, Is.False);
        await first.Save(8, default);
        await first.DisposeAsync();
        await using var taken = await second.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.That(taken.Position, Is.EqualTo(8));
    }

    [Test]
    public async Task The_checkpoint_of_a_process_that_died_is_taken_over()
    {
        var reader = $"reader-{Guid.NewGuid():N}";
        var dead = Connect(holdFor: TimeSpan.FromSeconds(2));
        var held = await dead.Hold(reader, _ => { }, default);
        await held.Save(5, default);
        await using var heir = Connect(holdFor: TimeSpan.FromSeconds(2));
        var waiting = heir.Hold(reader, _ => { }, default);
        await dead.DisposeAsync(); // it can say nothing any more, as if it had been killed
        await using var taken = await waiting.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.That(taken.Position, Is.EqualTo(5));
        await taken.Save(6, default);
    }

    [Test]
    public async Task A_holder_that_was_taken_for_dead_is_told()
    {
        var reader = $"reader-{Guid.NewGuid():N}";
        await using var slow = Connect(holdFor: TimeSpan.FromHours(1)); // renews never
        await using var heir = Connect(holdFor: TimeSpan.FromSeconds(0.2));
        var held = await slow.Hold(reader, _ => { }, default);
        await using var taken = await heir.Hold(reader, _ => { }, default).WaitAsync(TimeSpan.FromSeconds(60));
        Assert.That(async () => await held.Save(9, default), Throws.TypeOf<CheckpointLostException>());
        Assert.That(held.Lost.IsCancellationRequested, Is.True);
        await held.DisposeAsync();
        Assert.That(taken.Position, Is.Zero);
        await taken.Save(3, default);
    }

    private EventStoreDbStore Connect(TimeSpan? holdFor) => new(EventStoreDbSettings.Parse(server.ConnectionString), holdFor, Prefix);
}
