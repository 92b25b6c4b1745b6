using Microsoft.Extensions.DependencyInjection;
using Shop.Contracts;
using Shop.ServiceDefaults.Messaging;
using Shop.Testing;

namespace Shop.ServiceDefaults.Tests.Messaging;

/// <summary>The same without a broker.</summary>
public sealed class EmbeddedDeadLettersTests
{
    private TemporaryFolder folder = null!;
    private TestLog log = null!;
    private Script script = null!;
    private TestService service = null!;

    private IDeadLetters Letters => service.Services.GetRequiredService<IDeadLetters>();

    [SetUp]
    public async Task Open()
    {
        folder = new TemporaryFolder();
        log = await TestLog.Start();
        script = new Script { Does = (_, _) => throw new UnprocessableMessageException("never will work") };
        service = await TestService.Consumer(log.Settings(folder.Path), script);
    }

    [TearDown]
    public async Task Close()
    {
        await service.DisposeAsync();
        await log.DisposeAsync();
        folder.Dispose();
    }

    [Test]
    public async Task They_are_listed_and_looked_at()
    {
        var recorded = await Dead(1);
        var page = await Letters.List(10, CancellationToken.None);
        var letter = page.DeadLetters.Single();
        var details = (await Letters.Find(letter.Id, CancellationToken.None))!;
        Assert.Multiple(() =>
        {
            Assert.That(page.Total, Is.EqualTo(1));
            Assert.That(
                (letter.Queue, letter.Id, letter.Type, letter.OrderId, letter.Reason, letter.Message, letter.Attempts),
                Is.EqualTo(("payment", recorded[0].EventId.ToString(), "order-created/v1", (Guid?)recorded[0].OrderId, "unprocessable", "never will work", 1)));
            Assert.That(details.Body, Does.Contain(recorded[0].OrderId.ToString()).And.Not.Contain("Ada"));
            Assert.That(details.Stack, Does.Contain(nameof(Script)));
        });
        Assert.That(await Letters.Find(Guid.NewGuid().ToString(), CancellationToken.None), Is.Null);
    }

    [Test]
    public async Task What_is_replayed_runs_again_with_its_attempts_forgotten()
    {
        script.Does = (_, _) => throw new TimeoutException();
        var eventId = (await Dead(1))[0].EventId;
        Assert.That(script.RunsOf(eventId), Is.EqualTo(2), "two attempts are the limit");
        Assert.That(await Letters.Replay(eventId.ToString(), CancellationToken.None), Is.EqualTo(new Replayed("payment", 1, 0)));
        await Eventually.True(() => script.RunsOf(eventId) == 4, "it was tried twice more");
        await Eventually.True(async () => (await Letters.List(1, CancellationToken.None)).Total == 1, "it is dead again");

        script.Does = (_, _) => Task.CompletedTask;
        await Letters.Replay(eventId.ToString(), CancellationToken.None);
        await Eventually.True(() => script.RunsOf(eventId) == 5, "it ran");
        Assert.That(await Letters.Replay(eventId.ToString(), CancellationToken.None), Is.Null, "it is no dead letter any more");
    }

    [Test]
    public async Task All_are_replayed_also_after_a_restart()
    {
        var recorded = await Dead(5);
        await service.DisposeAsync();
        service = await TestService.Consumer(log.Settings(folder.Path), script);
        script.Does = (_, _) => Task.CompletedTask;
        Assert.That(await Letters.ReplayAll(CancellationToken.None), Is.EqualTo(new Replayed("payment", 5, 0)));
        await Eventually.True(() => recorded.All(one => script.RunsOf(one.EventId) == 2), "all ran");
        Assert.That((await Letters.List(10, CancellationToken.None)).Total, Is.Zero);
    }

    [Test]
    public async Task Deleting_takes_that_one_and_no_other()
    {
        var recorded = await Dead(2);
        Assert.That(await Letters.Delete(recorded[0].EventId.ToString(), CancellationToken.None));
        Assert.That(await Letters.Delete(recorded[0].EventId.ToString(), CancellationToken.None), Is.False);
        Assert.That((await Letters.List(10, CancellationToken.None)).DeadLetters.Single().Id, Is.EqualTo(recorded[1].EventId.ToString()));
    }

    private async Task<IReadOnlyList<RecordedEvent>> Dead(int count)
    {
        var recorded = Enumerable.Range(0, count).Select(_ => log.Append(Given.Created)).ToList();
        await Eventually.True(async () => (await Letters.List(1, CancellationToken.None)).Total == count, $"{count} dead letters");
        return recorded;
    }
}
