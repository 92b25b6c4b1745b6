using Microsoft.Extensions.Configuration;
using Shop.ServiceDefaults.Messaging;
using Shop.Testing;

namespace Shop.ServiceDefaults.Tests.Messaging;

public sealed class InboxTests
{
    private TemporaryFolder folder = null!;

    [SetUp]
    public void Open() => folder = new TemporaryFolder();

    [TearDown]
    public void Close() => folder.Dispose();

    [Test]
    public async Task Two_deliveries_of_one_event_take_turns_and_others_do_not_wait()
    {
        await using var inbox = Open(TimeProvider.System);
        var eventId = Guid.NewGuid();
        var first = await inbox.Take(eventId, CancellationToken.None);
        var second = inbox.Take(eventId, CancellationToken.None);
        using var other = await inbox.Take(Guid.NewGuid(), CancellationToken.None);
        Assert.That(second.IsCompleted, Is.False);
        first.Dispose();
        using var taken = await second.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.That(inbox.Take(eventId, CancellationToken.None).IsCompleted, Is.False);
    }

    [Test]
    public async Task Old_events_are_forgotten_and_young_ones_are_not()
    {
        var clock = new SettableClock { Now = DateTimeOffset.UtcNow };
        await using var inbox = Open(clock);
        var old = Enumerable.Range(0, 2500).Select(_ => Guid.NewGuid()).ToList();
        await Task.WhenAll(old.Select(inbox.Complete));
        clock.Now += TimeSpan.FromDays(29);
        var young = Guid.NewGuid();
        await inbox.Complete(young);
        Assert.That(await inbox.Prune(), Is.Zero);
        clock.Now += TimeSpan.FromDays(2);
        Assert.That(await inbox.Prune(), Is.EqualTo(old.Count));
        Assert.That((inbox.IsCompleted(old[0]), inbox.IsCompleted(young)), Is.EqualTo((false, true)));
    }

    private Inbox Open(TimeProvider clock) => new(
        new ServiceName("test"), new ConfigurationBuilder().AddInMemoryCollection([new("DataDirectory", folder.Path)]).Build(), clock);

    private sealed class SettableClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; }

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
