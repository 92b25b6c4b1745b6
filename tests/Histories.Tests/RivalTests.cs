using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.Logging.Abstractions;
using Shop.Contracts;
using Shop.OrderEvents;
using Shop.OrderEvents.Store;
using Shop.ServiceDefaults;
using Shop.Testing;

namespace Shop.Histories.Tests;

/// <summary>Rivals on threads of their own, the real handler and the real store: of what rules one another out, exactly one wins.</summary>
public sealed class RivalTests
{
    private static readonly Agent Somebody = new(AgentKind.Customer, "c-17");

    private TemporaryFolder folder = null!;
    private SqliteEventStore store = null!;
    private OrderHandler handler = null!;
    private OrderStreams streams = null!;

    [OneTimeSetUp]
    public void Open()
    {
        folder = new TemporaryFolder();
        store = SqliteEventStore.Open(Path.Combine(folder.Path, "events.db"));
        streams = new OrderStreams(store);
        handler = new OrderHandler(streams, TimeProvider.System, new StoreMetrics(new TestMeters()), NullLogger<OrderHandler>.Instance);
    }

    [OneTimeTearDown]
    public async Task Close()
    {
        await store.DisposeAsync();
        folder.Dispose();
    }

    [Test]
    public void Of_cancels_and_preparations_at_once_exactly_one_wins() => For(async rivals =>
    {
        var id = await Order(new PaymentAuthInProgress(1), new PaymentCaptured(1, 4497, "EUR", "pi_1"));
        var results = await AtOnce(rivals, rival => Propose(id, rival % 2 == 0
            ? new OrderCancelled("customer-request")
            : new ShippingPreparationInProgress(NameBasedId.Of("shipment", $"{rival}"))));
        return await OneWon(id, results, before: 3);
    });

    [Test]
    public void Of_cancels_and_payment_markers_at_once_no_more_than_the_rules_allow_win() => For(async rivals =>
    {
        var id = await Order();
        await AtOnce(rivals, rival => Propose(id, rival % 2 == 0 ? new OrderCancelled("customer-request") : new PaymentAuthInProgress(1)));
        var names = (await streams.Read(id, default)).Select(recorded => EventTypes.Of(recorded.Event).Name).ToList();
        return names is ["order-created", "order-cancelled"] or ["order-created", "payment-auth-in-progress", "order-cancelled"];
    });

    [Test]
    public void Of_changes_that_expect_one_revision_exactly_one_wins() => For(async rivals =>
    {
        var id = await Order();
        var results = await AtOnce(rivals, rival => Propose(id, new PaymentUpdated(PaymentMethods.Of($"pm_{rival}")), expectedRevision: 0));
        return await OneWon(id, results, before: 1);
    });

    [Test]
    public void One_proposal_from_many_hands_is_one_event() => For(async rivals =>
    {
        var id = await Order();
        var one = Guid.NewGuid();
        var results = await AtOnce(rivals, _ => Propose(id, new OrderCancelled("customer-request"), one));
        return results.All(handled => handled is { Event.EventId: var written } && written == one)
            && results.Count(handled => !handled!.IsReplay) == 1 && (await streams.Read(id, default)).Count == 2;
    });

    /// <summary>From two to sixteen at a time.</summary>
    private static void For(Func<int, Task<bool>> holds) =>
        FsCheck.Check.One(Config.QuickThrowOnFailure.WithMaxTest(60).WithQuietOnSuccess(true), Prop.ForAll(Gen.Choose(2, 16).ToArbitrary(), holds));

    private async Task<bool> OneWon(Guid id, IReadOnlyList<Handled?> results, int before)
    {
        var stream = await streams.Read(id, default);
        return results.Count(handled => handled?.Event is not null) == 1 && stream.Count == before + 1
            && stream.Select(recorded => recorded.Revision).SequenceEqual(Enumerable.Range(0, stream.Count).Select(revision => (long)revision));
    }

    /// <summary>All start together; what each was told, or null when it was refused.</summary>
    private static async Task<IReadOnlyList<Handled?>> AtOnce(int rivals, Func<int, Task<Handled?>> act)
    {
        using var start = new Barrier(rivals);
        return await Task.WhenAll(Enumerable.Range(0, rivals).Select(rival => Task.Factory.StartNew(
            () =>
            {
                start.SignalAndWait();
                return act(rival);
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap()));
    }

    private async Task<Guid> Order(params OrderEvent[] happened)
    {
        var id = Guid.NewGuid();
        var placed = new OrderCreated(
            "ABCD-EFGH-JKMN", "EUR", "en", [new("TEA-1", "Green tea", 2, 1999)], 3998, 499, 0, 4497, PaymentMethods.Of("pm_card_visa"));
        foreach (var @event in happened.Prepend(placed)) await Propose(id, @event);
        return id;
    }

    private async Task<Handled?> Propose(Guid order, OrderEvent @event, Guid? eventId = null, long? expectedRevision = null)
    {
        try
        {
            return await handler.Handle(
                order, new Proposal(@event, eventId ?? Guid.NewGuid(), Somebody, order, order, ExpectedRevision: expectedRevision), default);
        }
        catch (ProblemException refused) when (refused.Status is 409 or 412)
        {
            return null;
        }
    }
}
