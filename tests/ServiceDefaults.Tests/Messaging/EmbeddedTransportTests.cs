using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Shop.Contracts;
using Shop.ServiceDefaults.Messaging;
using Shop.Testing;

namespace Shop.ServiceDefaults.Tests.Messaging;

/// <summary>The same consumers without a broker, fed by a cursor over the log.</summary>
public sealed class EmbeddedTransportTests
{
    private const string Traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    private TemporaryFolder folder = null!;
    private TestLog log = null!;
    private Script script = null!;
    private TestService service = null!;

    [SetUp]
    public async Task Open()
    {
        folder = new TemporaryFolder();
        log = await TestLog.Start();
        script = new Script();
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
    public async Task Bound_events_reach_the_consumers_with_their_cause_and_trace_and_others_do_not()
    {
        var created = log.Append(Given.Created, Traceparent);
        log.Append(new PaymentAuthInProgress(1));
        log.Append(new PaymentCaptured(1, 1999, "EUR", "pi_1"));
        var cancelled = log.Append(Given.Cancelled);
        await Eventually.True(() => script.Runs.Count == 2, "both ran");
        Assert.Multiple(() =>
        {
            var first = script.Runs.Single(run => run.Message.EventId == created.EventId);
            Assert.That(first.Message, Is.EqualTo(Contracts.Messages.Message.Of(created)));
            Assert.That(first.Cause, Is.EqualTo(new Cause(created.EventId, created.Metadata.CorrelationId)));
            Assert.That(first.Traceparent, Does.StartWith("00-0af7651916cd43dd8448eb211c80319c-"));
            Assert.That(script.RunsOf(cancelled.EventId), Is.EqualTo(1));
        });
        await Eventually.Get(service.Health, report => report.Status == HealthStatus.Healthy, "ready");
    }

    [Test]
    public async Task After_a_restart_the_log_is_read_from_the_checkpoint()
    {
        log.Append(Given.Created);
        var last = log.Append(new PaymentAuthInProgress(1));
        await Eventually.True(() => script.Runs.Count == 1, "the first ran");
        await Eventually.True(() => Scalar("SELECT position FROM cursors") == last.Position, "the checkpoint is past what is not for this queue");
        await Restart();
        var next = log.Append(Given.Created);
        await Eventually.True(() => script.RunsOf(next.EventId) == 1, "the next ran");
        Assert.That(log.Connections.Last(), Is.EqualTo(last.Position));
        Assert.That(script.Runs, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task The_checkpoint_stays_before_an_event_in_hand_whatever_is_completed_after_it()
    {
        var release = new TaskCompletionSource();
        var (before, slow) = (Given.Recorded(Given.Created), Given.Recorded(Given.Created));
        script.Does = (message, _) => message.EventId == slow.EventId ? release.Task : Task.CompletedTask;
        log.Append(before);
        log.Append(slow);
        var rest = Enumerable.Range(0, 20).Select(_ => log.Append(Given.Created)).ToList();
        await Eventually.True(() => script.Runs.Count == 22, "all others ran beside it");
        var checkpoint = await Eventually.Get(() => Task.FromResult(Scalar("SELECT coalesce(max(position), 0) FROM cursors")), at => at > 0, "a checkpoint");
        Assert.That(checkpoint, Is.EqualTo(before.Position));
        release.SetResult();
        await Eventually.True(() => Scalar("SELECT position FROM cursors") == rest[^1].Position, "the checkpoint follows");
    }

    [Test]
    public async Task What_was_completed_is_not_run_again_when_the_checkpoint_is_lost()
    {
        var created = log.Append(Given.Created);
        await Eventually.True(() => Scalar("SELECT count(*) FROM completed") == 1, "it is completed");
        await service.DisposeAsync();
        Execute("DELETE FROM cursors");
        service = await TestService.Consumer(log.Settings(folder.Path), script);
        var next = log.Append(Given.Created);
        await Eventually.True(() => script.RunsOf(next.EventId) == 1, "the next ran");
        Assert.That(log.Connections.Last(), Is.Zero);
        Assert.That(script.RunsOf(created.EventId), Is.EqualTo(1));
    }

    [Test]
    public async Task A_transient_failure_is_parked_and_others_flow_meanwhile()
    {
        var failing = log.Append(Given.Created);
        script.Does = (message, run) => message.EventId == failing.EventId && run == 1 ? throw new TimeoutException() : Task.CompletedTask;
        await Eventually.True(() => Scalar("SELECT count(*) FROM parked") == 1, "it is parked");
        var other = log.Append(Given.Created);
        await Eventually.True(() => script.RunsOf(other.EventId) == 1, "the other ran");
        await Eventually.True(() => script.RunsOf(failing.EventId) == 2, "it came back");
        await Eventually.True(() => Scalar("SELECT count(*) FROM parked") == 0, "it is parked no more");
    }

    [Test]
    public async Task What_is_parked_runs_when_it_is_due_also_after_a_restart()
    {
        script.Does = (_, _) => throw new RetryLaterException("not there yet");
        var created = log.Append(Given.Created);
        await Eventually.True(() => Scalar("SELECT count(*) FROM parked") == 1, "it is parked");
        await service.DisposeAsync();
        Assert.That(Scalar("SELECT position FROM cursors"), Is.EqualTo(created.Position), "the checkpoint is past it");
        var before = script.RunsOf(created.EventId);
        script.Does = (_, _) => Task.CompletedTask;
        service = await TestService.Consumer(log.Settings(folder.Path), script);
        await Eventually.True(() => script.RunsOf(created.EventId) == before + 1, "it came back");
        await Eventually.True(() => Scalar("SELECT count(*) FROM parked") == 0, "it is parked no more");
        Assert.That(Scalar("SELECT count(*) FROM completed"), Is.EqualTo(1));
    }

    [Test]
    public async Task What_can_never_work_is_a_dead_letter_at_once_and_what_is_spent_in_the_end()
    {
        var never = log.Append(Given.Created);
        var spent = log.Append(Given.Cancelled);
        script.Does = (message, _) => message.EventId == never.EventId
            ? throw new UnprocessableMessageException("never will work")
            : throw new TimeoutException("ada@example.org");
        await Eventually.True(() => Scalar("SELECT count(*) FROM dead_letters") == 2, "two dead letters");
        Assert.Multiple(() =>
        {
            Assert.That(Text($"SELECT reason || ' ' || attempts || ' ' || message FROM dead_letters WHERE event_id='{never.EventId}'"), Is.EqualTo("unprocessable 1 never will work"));
            Assert.That(Text($"SELECT reason || ' ' || attempts || ' ' || message FROM dead_letters WHERE event_id='{spent.EventId}'"), Is.EqualTo("attempts-spent 2 [e-mail]"));
            Assert.That(Text("SELECT group_concat(body) FROM dead_letters"), Does.Not.Contain("Ada"));
            Assert.That(Scalar("SELECT count(*) FROM parked"), Is.Zero);
        });
        await Eventually.True(() => Scalar("SELECT position FROM cursors") == spent.Position, "the checkpoint is past them");
        Assert.That(script.RunsOf(never.EventId), Is.EqualTo(1));
    }

    [Test]
    public async Task A_bound_event_that_nothing_consumes_is_a_dead_letter_and_not_forgotten()
    {
        log.Append(new PaymentUpdated(new PaymentMethod("sandbox", "pm_card_visa")));
        await Eventually.True(() => Scalar("SELECT count(*) FROM dead_letters WHERE reason='no-consumer'") == 1, "a dead letter");
    }

    [Test]
    public async Task When_the_log_goes_away_the_cursor_comes_again_and_misses_nothing()
    {
        var first = log.Append(Given.Created);
        await Eventually.True(() => script.RunsOf(first.EventId) == 1, "the first ran");
        await log.Disconnect();
        var second = log.Append(Given.Created);
        await Eventually.True(() => script.RunsOf(second.EventId) == 1, "the second ran");
        Assert.That(log.Connections, Is.EqualTo(new[] { 0, first.Position }));
    }

    [TestCase("""{"position":1}""")]
    [TestCase("not json")]
    public async Task An_event_that_cannot_be_read_stops_the_cursor_and_is_not_skipped(string unreadable)
    {
        var first = log.Append(Given.Created);
        var broken = Given.Recorded(Given.Created);
        log.Append(broken.Position, unreadable);
        var after = log.Append(Given.Created);
        await Eventually.Get(service.Health, report => report.Entries["order-log"].Status == HealthStatus.Unhealthy
            && report.Entries["order-log"].Description!.Contains($"stopped after position {first.Position}", StringComparison.Ordinal), "red");
        await Eventually.True(() => script.RunsOf(first.EventId) == 1, "what came before it ran");
        await service.DisposeAsync();
        Assert.That(script.RunsOf(after.EventId), Is.Zero);

        log.Replace(broken);
        service = await TestService.Consumer(log.Settings(folder.Path), script);
        await Eventually.True(() => script.RunsOf(broken.EventId) == 1 && script.RunsOf(after.EventId) == 1, "with a log that can be read it goes on");
    }

    [Test]
    public async Task Many_events_are_handled_side_by_side_up_to_the_limit()
    {
        var (now, most) = (0, 0);
        script.Does = async (_, _) =>
        {
            lock (script) most = Math.Max(most, ++now);
            await Task.Delay(5);
            lock (script) now--;
        };
        var events = Enumerable.Range(0, 200).Select(_ => log.Append(Given.Created)).ToList();
        await Eventually.True(() => Scalar("SELECT count(*) FROM completed") == events.Count, "all completed");
        Assert.That(most, Is.InRange(2, 16));
        Assert.That(script.Runs, Has.Count.EqualTo(events.Count));
    }

    private async Task Restart()
    {
        await service.DisposeAsync();
        service = await TestService.Consumer(log.Settings(folder.Path), script);
    }

    private long Scalar(string sql) => (long)(Query(sql) ?? 0L);

    private string Text(string sql) => (string)Query(sql)!;

    private void Execute(string sql) => Query(sql);

    private object? Query(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={folder.Path}/inbox.db;Pooling=false");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
}
