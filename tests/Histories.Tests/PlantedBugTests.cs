using FsCheck;

namespace Shop.Histories.Tests;

/// <summary>The property finds each of these bugs, and shows it in a few steps: what it says of the code without them is worth something.</summary>
public sealed class PlantedBugTests
{
    private const int Histories = 10000;

    private InProcessServer server = null!;

    [OneTimeSetUp]
    public async Task Start() => server = await InProcessServer.Start();

    [OneTimeTearDown]
    public async Task Stop() => await server.Stop();

    [Test]
    public void The_expected_revision_is_ignored() =>
        Finds(new Sabotage { Store = store => new AnyRevision(store) }, "as it was shown then", "order-cancelled twice", "after order-cancelled");

    [Test]
    public void The_marker_is_written_after_the_charge() =>
        Finds(new Sabotage { Wire = wire => new MarkerAfterTheCharge(wire) }, "the marker of attempt 1 came before its authorization");

    [Test]
    public void Each_try_has_another_idempotency_key() =>
        Finds(new Sabotage { Provider = bank => new FreshKeys(bank) }, "it is charged at most once, not 2 times", "no money is held for good");

    [Test]
    public void Nobody_looks_again_before_the_capture() => Finds(
        new Sabotage { Wire = wire => new NoLookAtTheCancel(wire, beforeTheCapture: true) }, "cancelled before its money was even authorized, it is not charged");

    [Test]
    public void The_refund_of_a_cancelled_order_is_forgotten() =>
        Finds(new Sabotage { Wire = wire => new NoLookAtTheCancel(wire, afterTheCapture: true) }, "cancelled, its money is given back");

    [Test]
    public void Each_try_has_another_refund_id() =>
        Finds(new Sabotage { Provider = bank => new FreshRefundIds(bank) }, "the provider and the stream tell of the same refunds", "a refund of");

    [Test]
    public void A_message_is_acknowledged_before_its_work_is_done() =>
        Finds(new Sabotage { AcknowledgesFirst = true }, "it is at rest, not");

    [Test]
    public void The_checkpoint_moves_before_the_broker_has_the_message() =>
        Finds(new Sabotage { ChecksFirst = true }, "reached the broker");

    private void Finds(Sabotage sabotage, params string[] violations)
    {
        // A fixed seed: what is found is found each time.
        var property = new HistoryProperty(server, sabotage);
        var found = property.Check(Histories, new Replay(new Rnd(5), null));
        Assert.That(found, Is.Not.Null, $"{Histories} histories did not find it");
        TestContext.Out.WriteLine($"{string.Join("; ", found.History.Violations)} - after {string.Join(", ", found.Steps)}");
        Assert.That(found.History.Violations, Has.Some.Matches<string>(violation => violations.Any(violation.Contains)));
        Assert.That(found.Steps, Has.Count.LessThanOrEqualTo(25), "it is shown shortened");
        Assert.That(property.Check(1, HistoryTests.Parse(found.Seed))!.History.Story, Is.EqualTo(found.History.Story), "its seed plays it again");
    }
}
