using Shop.Contracts;
using Shop.Payment.Provider;
using Shop.Payment.Reminding;
using Shop.ServiceDefaults.Messaging;
using Shop.Testing;

namespace Shop.Payment.Tests;

/// <summary>A refund that was done is looked up for as long as it can fail, by a clock that the test moves.</summary>
public sealed class RefundAuditTests
{
    private const string Created = "order-created", Begun = "payment-auth-in-progress", Captured = "payment-captured", Cancelled = "order-cancelled",
        Refunding = "payment-refund-in-progress", Refunded = "payment-refunded", RefundFailed = "payment-refund-failed", RefundAsked = "refund-requested";

    private static readonly ProviderRefund SentBack = new("re_1", HasFailed: true, "expired_or_canceled_card");

    private OrderBook orders = null!;
    private TemporaryFolder folder = null!;
    private SettableClock clock = null!;
    private ScriptedProvider provider = null!;
    private Reminders reminders = null!;
    private PaymentProcess process = null!;
    private LogLines log = null!;

    [OneTimeSetUp]
    public async Task OpenOrders() => orders = await OrderBook.Open();

    [OneTimeTearDown]
    public async Task CloseOrders() => await orders.DisposeAsync();

    [SetUp]
    public void Open()
    {
        (folder, clock, provider, log) = (new TemporaryFolder(), new SettableClock(), new ScriptedProvider(), new LogLines());
        Reopen();
    }

    [TearDown]
    public async Task Close()
    {
        await reminders.DisposeAsync();
        folder.Dispose();
        log.Dispose();
    }

    [Test]
    public async Task A_refund_that_lasts_is_looked_up_at_growing_intervals_until_it_can_fail_no_more()
    {
        var id = await RefundedOrder();
        var looks = new List<TimeSpan>();
        var start = clock.Now;
        while (clock.Now < start + TimeSpan.FromDays(40))
        {
            var before = Looks;
            await Look();
            if (Looks > before) looks.Add(clock.Now - start);
            clock.Now += clock.Now < start + TimeSpan.FromMinutes(3) ? TimeSpan.FromSeconds(1) : TimeSpan.FromHours(1);
        }

        Assert.That(looks.Take(4), Is.EqualTo(new[] { 10, 30, 70, 150 }.Select(seconds => TimeSpan.FromSeconds(seconds))));
        Assert.That(looks.Count, Is.LessThan(60));
        Assert.That(looks[^1], Is.EqualTo(TimeSpan.FromDays(30)).Within(TimeSpan.FromHours(1)), "not given up before its time is over");
        Assert.That(looks.Zip(looks.Skip(1), (one, next) => next - one), Is.All.LessThanOrEqualTo(TimeSpan.FromHours(25)));
        await Stream(id, Created, Begun, Captured, Cancelled, Refunding, Refunded);
    }

    [Test]
    public async Task One_that_failed_is_written_and_made_again_under_another_id_and_looked_up_too()
    {
        var id = await RefundedOrder();
        await LooksAfter(TimeSpan.FromSeconds(10), SentBack);
        await Stream(id, Created, Begun, Captured, Cancelled, Refunding, Refunded, RefundFailed);
        Assert.That((await orders.Read(id)).Payment, Has.Property("Refunded").Zero.And.Property("Status").EqualTo(PaymentStatus.Refunding));

        await process.Continue(id); // as the consumer of payment-refund-failed does
        await Stream(id, Created, Begun, Captured, Cancelled, Refunding, Refunded, RefundFailed, Refunding, Refunded);
        var refunds = (await orders.Read(id)).Payment.Refunds;
        Assert.That(refunds.Select(refund => (refund.Status, refund.Attempt, refund.Amount)), Is.EqualTo(new[]
        {
            (RefundStatus.Failed, 1, 4497L), (RefundStatus.Refunded, 2, 4497L),
        }));
        Assert.That((refunds[1].RetryOf, refunds[0].FailureReason), Is.EqualTo(((Guid?)refunds[0].RefundId, "expired_or_canceled_card")));
        Assert.That(refunds[1].RefundId, Is.Not.EqualTo(refunds[0].RefundId));

        await LooksAfter(TimeSpan.FromSeconds(10), SentBack);
        Assert.That((await orders.Read(id)).Payment.Refunds[1].Status, Is.EqualTo(RefundStatus.Failed));
    }

    [Test]
    public async Task One_that_keeps_failing_is_left_to_staff_whose_next_refund_is_made()
    {
        var id = await RefundedOrder();
        for (var attempt = 1; attempt <= 3; attempt++)
        {
            await LooksAfter(TimeSpan.FromSeconds(10), SentBack);
            await process.Continue(id);
        }

        await Stream(
            id, Created, Begun, Captured, Cancelled, Refunding, Refunded, RefundFailed, Refunding, Refunded, RefundFailed, Refunding, Refunded, RefundFailed);
        var given = (await orders.Read(id)).Payment;
        Assert.That((given.Status, given.Refunded), Is.EqualTo((PaymentStatus.RefundFailed, 0L)), "visibly waiting");
        var made = Made;
        await process.Continue(id);
        Assert.That(Made, Is.EqualTo(made), "it is for staff to act");

        provider.OnFindRefund = () => Task.FromResult(new ProviderRefund("re_1"));
        await orders.Write(id, new RefundRequested(Guid.NewGuid(), 4497, "to the new card"));
        await process.Continue(id);
        given = (await orders.Read(id)).Payment;
        Assert.That((given.Status, given.Refunded, Made), Is.EqualTo((PaymentStatus.Refunded, 4497L, made + 1)));
    }

    [Test]
    public async Task A_part_that_staff_gave_back_is_made_again_as_what_it_was()
    {
        var id = await orders.Place();
        await process.OrderCreated(id);
        await orders.Write(id, new RefundRequested(Guid.NewGuid(), 1000, "damaged"));
        await process.Continue(id);
        await LooksAfter(TimeSpan.FromSeconds(10), SentBack);
        await process.Continue(id);
        await Stream(id, Created, Begun, Captured, RefundAsked, Refunding, Refunded, RefundFailed, Refunding, Refunded);
        Assert.That(
            (await orders.Read(id)).Payment.Refunds.Select(refund => (refund.Amount, refund.Cause)), Is.All.EqualTo((1000L, RefundCause.RefundRequested)));
    }

    [Test]
    public async Task One_that_was_pending_and_failed_is_made_again_at_once()
    {
        var id = await orders.Place();
        await process.OrderCreated(id);
        await orders.Cancel(id);
        provider.OnRefund = () => throw new RetryLaterException("The refund is pending at the payment provider.");
        Assert.That(async () => await process.Continue(id), Throws.TypeOf<RetryLaterException>(), "and so the message comes back until it ends");
        provider.OnRefund = () => Task.FromResult(provider.Calls.Count(call => call.StartsWith("refund", StringComparison.Ordinal)) == 2 ? SentBack : new ProviderRefund("re_2"));
        await process.Continue(id);
        await Stream(id, Created, Begun, Captured, Cancelled, Refunding, RefundFailed, Refunding, Refunded);
        Assert.That((await orders.Read(id)).Payment.Status, Is.EqualTo(PaymentStatus.Refunded));
    }

    [Test]
    public async Task What_is_to_be_looked_up_survives_a_restart()
    {
        var id = await RefundedOrder();
        await reminders.DisposeAsync();
        Reopen();
        await LooksAfter(TimeSpan.FromSeconds(10), SentBack);
        await Stream(id, Created, Begun, Captured, Cancelled, Refunding, Refunded, RefundFailed);
    }

    [Test]
    public async Task Cut_off_before_the_outcome_was_written_it_is_looked_up_all_the_same()
    {
        var id = await orders.Place();
        await process.OrderCreated(id);
        await orders.Cancel(id);
        provider.OnRefund = () => throw new RetryLaterException("away");
        Assert.That(async () => await process.Continue(id), Throws.TypeOf<RetryLaterException>());
        var refund = (await orders.Read(id)).Payment.Refunds.Single();
        await reminders.Add(new Reminder(ReminderKind.Refund, id, refund.RefundId.ToString(), Handlers.Message, clock.Now));
        await Look();
        Assert.That(Looks, Is.Zero, "the provider's id is not known yet");
        provider.OnRefund = () => Task.FromResult(new ProviderRefund("re_1"));
        await process.Continue(id);
        await LooksAfter(TimeSpan.FromMinutes(1), SentBack);
        await Stream(id, Created, Begun, Captured, Cancelled, Refunding, Refunded, RefundFailed);
    }

    [Test]
    public async Task While_the_provider_is_away_nothing_is_forgotten()
    {
        var id = await RefundedOrder();
        provider.OnFindRefund = () => throw new RetryLaterException("away");
        clock.Now += TimeSpan.FromSeconds(10);
        Assert.That(await Look(), Is.False);
        await LooksAfter(TimeSpan.Zero, SentBack);
        await Stream(id, Created, Begun, Captured, Cancelled, Refunding, Refunded, RefundFailed);
    }

    [Test]
    public async Task One_that_cannot_be_looked_up_does_not_hold_up_the_others()
    {
        var (odd, id) = (await RefundedOrder(), await RefundedOrder());
        provider.OnFindRefund = () => Looks == 1 ? throw new InvalidOperationException("odd") : Task.FromResult(SentBack);
        clock.Now += TimeSpan.FromSeconds(10);
        await Look();
        var failed = new[] { await orders.Names(odd), await orders.Names(id) }.Count(names => names[^1] == RefundFailed);
        Assert.That(failed, Is.EqualTo(1));
        clock.Now += TimeSpan.FromMinutes(1);
        await Look();
        Assert.That(new[] { (await orders.Names(odd))[^1], (await orders.Names(id))[^1] }, Is.All.EqualTo(RefundFailed));
    }

    [Test]
    public async Task A_failure_is_one_line_of_the_log_with_order_event_and_reason()
    {
        var id = await RefundedOrder();
        await LooksAfter(TimeSpan.FromSeconds(10), SentBack);
        await LooksAfter(TimeSpan.FromDays(1), SentBack);
        var lines = log.Lines.Where(line => line.Text.Contains("failed at the payment provider", StringComparison.Ordinal)).ToList();
        Assert.That(lines.Select(line => line.Level), Is.EqualTo(new[] { Microsoft.Extensions.Logging.LogLevel.Error }));
        Assert.That(lines[0].Text, Does.Contain($"{id}").And.Contain("expired_or_canceled_card").And.Contain("it is made again"));
    }

    private int Looks => provider.Calls.Count(call => call.StartsWith("find", StringComparison.Ordinal));

    private int Made => provider.Calls.Count(call => call.StartsWith("refund", StringComparison.Ordinal));

    private void Reopen()
    {
        reminders = Reminders.Open(folder.Path, clock);
        process = Handlers.Of(orders, provider, clock: clock, reminders: reminders);
    }

    private async Task<Guid> RefundedOrder()
    {
        var id = await orders.Place();
        await process.OrderCreated(id);
        await orders.Cancel(id);
        await process.Continue(id);
        return id;
    }

    private Task<bool> Look() => Handlers.Loop(orders, provider, reminders, clock, log).Run(CancellationToken.None);

    private async Task LooksAfter(TimeSpan time, ProviderRefund found)
    {
        provider.OnFindRefund = () => Task.FromResult(found);
        clock.Now += time;
        await Look();
    }

    private async Task Stream(Guid id, params string[] names) => Assert.That(await orders.Names(id), Is.EqualTo(names));
}
