using System.Text;
using Shop.OrderEvents.Store;
using Shop.OrderEvents.Store.EventStoreDb;
using Shop.Testing;
using Shop.Testing.EventStoreDb;

namespace Shop.OrderEvents.Tests;

/// <summary>What the adapter makes of an EventStoreDB that misbehaves: over its double, which does so on demand.</summary>
[TestFixture(false)]
[TestFixture(true)]
public sealed class EventStoreDbFaultTests(bool serverIsOld)
{
    private EventStoreDbDouble server = null!;
    private EventStoreDbStore store = null!;

    [SetUp]
    public async Task Start()
    {
        server = await EventStoreDbDouble.Start();
        server.Faults.IsOld = serverIsOld;
        store = Store(server.Url);
    }

    [TearDown]
    public async Task Stop()
    {
        await store.DisposeAsync();
        await server.DisposeAsync();
    }

    [Test]
    public async Task Appends_go_by_the_method_that_the_server_has()
    {
        await Append();
        Assert.That(server.Calls, Does.Contain(serverIsOld ? "Append" : "BatchAppend").And.Not.Contain(serverIsOld ? "BatchAppend" : "Append"));
    }

    [Test]
    public async Task Frames_that_come_in_pieces_are_put_together()
    {
        server.Faults.CutsFrames = true;
        var stream = await Append();
        Assert.That(await store.ReadStream(stream, default), Has.Count.EqualTo(1));
        using var deadline = Deadline();
        await foreach (var entry in store.Subscribe(0, deadline.Token))
        {
            Assert.That(entry, Is.InstanceOf<StoredEvent>().With.Property("Stream").EqualTo(stream));
            break;
        }
    }

    [Test]
    public async Task A_subscription_that_is_dropped_goes_on_and_neither_misses_nor_repeats_an_event()
    {
        var ids = new List<Guid>();
        for (var i = 0; i < 20; i++) ids.Add(await AppendId());
        server.Faults.SubscriptionsToDrop = 4;
        using var deadline = Deadline();
        var seen = new List<Guid>();
        await foreach (var entry in store.Subscribe(0, deadline.Token))
        {
            if (entry is StoredEvent stored) seen.Add(stored.EventId);
            if (seen.Count == 20) ids.Add(await AppendId());
            if (seen.Count == 21) break;
        }

        Assert.That(seen, Is.EqualTo(ids));
        Assert.That(server.Faults.SubscriptionsToDrop, Is.Zero, "it was dropped");
    }

    [Test]
    public async Task An_append_whose_answer_was_lost_is_asked_again_and_written_once()
    {
        server.Faults.AnswersToLose = 2;
        var stream = await Append();
        Assert.That(server.Faults.AnswersToLose, Is.Zero);
        Assert.That(server.Log.Stream(stream), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task What_is_not_answered_in_time_may_have_happened()
    {
        await Append(); // so that it is known what the server can
        server.Faults.Delay = TimeSpan.FromMinutes(1);
        await using var impatient = Store(server.Url, "&defaultDeadline=300");
        Assert.That(async () => await impatient.Append(Stream(), -1, [Event()], default), Throws.TypeOf<EventStoreUnavailableException>());
        Assert.That(async () => await impatient.ReadStream(Stream(), default), Throws.TypeOf<EventStoreUnavailableException>());
        Assert.That(async () => await impatient.LastPosition(default), Throws.TypeOf<EventStoreUnavailableException>());
    }

    [Test]
    public async Task A_server_that_is_away_is_unavailable_until_it_is_back()
    {
        var stream = await Append();
        await using var impatient = Store(server.Url, "&defaultDeadline=500");
        await server.DisposeAsync();
        Assert.That(async () => await impatient.ReadStream(stream, default), Throws.TypeOf<EventStoreUnavailableException>());
        server = await EventStoreDbDouble.Start(server.Log, server.Url.Port);
        server.Faults.IsOld = serverIsOld;
        Assert.That(await impatient.ReadStream(stream, default), Has.Count.EqualTo(1));
        await Append();
    }

    [Test]
    public async Task A_node_that_is_no_leader_says_who_is()
    {
        await using var follower = await EventStoreDbDouble.Start(server.Log);
        follower.Faults.Leader = server.Url;
        await using var throughFollower = Store(follower.Url);
        var stream = Stream();
        Assert.That(await throughFollower.Append(stream, -1, [Event()], default), Is.InstanceOf<AppendResult.Appended>());
        Assert.That(await throughFollower.ReadStream(stream, default), Has.Count.EqualTo(1));
        Assert.That(follower.Calls, Has.Count.LessThanOrEqualTo(2), "it is left for the leader");
    }

    [Test]
    public async Task Another_leader_is_found_and_a_subscription_goes_on_there()
    {
        await using var follower = await EventStoreDbDouble.Start(server.Log);
        follower.Faults.IsOld = serverIsOld;
        follower.Faults.Leader = server.Url;
        await using var cluster = new EventStoreDbStore(
            EventStoreDbSettings.Parse($"esdb://127.0.0.1:{server.Url.Port},127.0.0.1:{follower.Url.Port}?tls=false"));
        var ids = new List<Guid> { await AppendId(cluster) };
        using var deadline = Deadline();
        await using var subscription = cluster.Subscribe(0, deadline.Token).GetAsyncEnumerator();
        Assert.That(await subscription.MoveNextAsync(), Is.True);

        await server.DisposeAsync();
        follower.Faults.Leader = null;
        ids.Add(await AppendId(cluster));
        Assert.That(await subscription.MoveNextAsync(), Is.True);
        Assert.That(((StoredEvent)subscription.Current).EventId, Is.EqualTo(ids[1]));

        // The old one is back, as a follower.
        server = await EventStoreDbDouble.Start(follower.Log, server.Url.Port);
        server.Faults.Leader = follower.Url;
        ids.Add(await AppendId(cluster));
        Assert.That((await cluster.ReadAll(0, 10, default)).Select(e => e.EventId), Is.EqualTo(ids));
    }

    [Test]
    public async Task While_a_leader_is_elected_it_is_asked_again()
    {
        await using var patient = Store(server.Url);
        server.Faults.SeesNoLeader = true;
        var appending = patient.Append(Stream(), -1, [Event()], default);
        await Eventually.True(() => server.Calls.Count > 2, "it was asked several times");
        Assert.That(appending.IsCompleted, Is.False);
        server.Faults.SeesNoLeader = false;
        Assert.That(await appending, Is.InstanceOf<AppendResult.Appended>());
    }

    [Test]
    public async Task A_leader_that_is_lost_while_appends_are_on_their_way_loses_none()
    {
        await using var next = await EventStoreDbDouble.Start(server.Log);
        next.Faults.IsOld = serverIsOld;
        var appends = Enumerable.Range(0, 200).Select(async i =>
        {
            if (i == 100)
            {
                server.Faults.Leader = next.Url;
                server.Faults.AnswersToLose = 1;
            }

            var stream = Stream();
            Assert.That(await store.Append(stream, -1, [Event()], default), Is.InstanceOf<AppendResult.Appended>());
            return stream;
        }).ToList();
        foreach (var stream in await Task.WhenAll(appends)) Assert.That(server.Log.Stream(stream), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Who_has_no_access_is_told_so()
    {
        server.Faults.DeniesAccess = true;
        Refused(async () => await store.Append(Stream(), -1, [Event()], default), EventStoreRefusal.AccessDenied);
        Refused(async () => await store.ReadStream(Stream(), default), EventStoreRefusal.AccessDenied);
        Refused(
            async () =>
            {
                await foreach (var _ in store.Subscribe(0, default)) break;
            },
            EventStoreRefusal.AccessDenied);
        server.Faults.DeniesAccess = false;
        await Append();
    }

    [Test]
    public async Task Access_that_is_denied_in_the_middle_of_a_batch_is_told()
    {
        await Append();
        server.Faults.DeniesAccess = true;
        Refused(async () => await store.Append(Stream(), -1, [Event()], default), EventStoreRefusal.AccessDenied);
    }

    [Test]
    public async Task The_credentials_are_shown()
    {
        server.Faults.Credentials = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("shop:p@ss:word+"));
        await using var known = new EventStoreDbStore(
            EventStoreDbSettings.Parse($"esdb://shop:p%40ss:word+@127.0.0.1:{server.Url.Port}?tls=false"));
        Assert.That(await known.Append(Stream(), -1, [Event()], default), Is.InstanceOf<AppendResult.Appended>());
        Refused(async () => await store.LastPosition(default), EventStoreRefusal.AccessDenied);
    }

    [Test]
    public async Task A_stream_that_was_deleted_for_good_is_refused()
    {
        var stream = await Append();
        server.Log.Tombstone(stream);
        Refused(async () => await store.ReadStream(stream, default), EventStoreRefusal.StreamDeleted);
        Refused(async () => await store.Append(stream, 0, [Event()], default), EventStoreRefusal.StreamDeleted);
    }

    [Test]
    public async Task An_append_that_is_too_large_is_refused_and_the_others_are_not()
    {
        server.Faults.MaxAppendSize = 1000;
        var others = Enumerable.Range(0, 20).Select(_ => Append()).ToList();
        Refused(async () => await store.Append(Stream(), -1, [Event(2000)], default), EventStoreRefusal.TooLarge);
        await Task.WhenAll(others);
    }

    [Test]
    public async Task A_cancelled_append_is_cancelled_and_no_time_out()
    {
        server.Faults.Delay = TimeSpan.FromMinutes(1);
        using var cancellation = new CancellationTokenSource();
        var appending = store.Append(Stream(), -1, [Event()], cancellation.Token);
        await Eventually.True(() => server.Calls.Count > 0, "it is on its way");
        await cancellation.CancelAsync();
        Assert.That(async () => await appending, Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public async Task Events_say_that_they_are_JSON()
    {
        var stream = await Append();
        Assert.That(server.Log.Stream(stream).Single().ContentType, Is.EqualTo("application/json"));
    }

    private static void Refused(Func<Task> act, EventStoreRefusal reason) =>
        Assert.That(act, Throws.TypeOf<EventStoreRefusedException>().With.Property("Reason").EqualTo(reason));

    private static EventStoreDbStore Store(Uri node, string options = "") =>
        new(EventStoreDbSettings.Parse($"esdb://127.0.0.1:{node.Port}?tls=false{options}"));

    private async Task<string> Append()
    {
        var stream = Stream();
        Assert.That(await store.Append(stream, -1, [Event()], default), Is.InstanceOf<AppendResult.Appended>());
        return stream;
    }

    private async Task<Guid> AppendId(EventStoreDbStore? to = null)
    {
        var appending = Event();
        Assert.That(await (to ?? store).Append(Stream(), -1, [appending], default), Is.InstanceOf<AppendResult.Appended>());
        return appending.EventId;
    }

    private static string Stream() => $"order-{Guid.NewGuid()}";

    private static NewEvent Event(int size = 10) => new(Guid.NewGuid(), "tested/v1", Encoding.UTF8.GetBytes($"\"{new string('x', size)}\""), "{}"u8.ToArray());

    private static CancellationTokenSource Deadline() => new(TimeSpan.FromSeconds(30));
}
