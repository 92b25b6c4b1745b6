using Shop.Contracts;
using Shop.Payment.Provider;
using Shop.Payment.Reminding;
using Shop.ServiceDefaults.Messaging;
using Shop.Testing;

namespace Shop.Payment.Tests;

/// <summary>A review that nobody decides is given up before its authorization lapses, by a clock that the test moves.</summary>
public sealed class ReviewDeadlineTests
{
    private const string Created = "order-created", Begun = "payment-auth-in-progress", Captured = "payment-captured", Failed = "payment-auth-failed",
        Voided = "payment-auth-voided", Cancelled = "order-cancelled", Review = "payment-auth-pending-review", Accepted = "payment-review-accepted",
        Declined = "payment-review-declined";

    private static readonly PaymentAuthFailed Expired = new(1, PaymentFailureReason.AuthorizationExpired, Retryable: true);

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
        provider.OnAuthorize = () => Task.FromResult<Authorization>(
            new Authorization.UnderReview(ScriptedProvider.PaymentId, "elevated", clock.Now.AddDays(7)));
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
    public async Task Undecided_an_hour_before_it_lapses_the_money_is_given_back_and_the_customer_can_pay_again()
    {
        var id = await UnderReview();
        await After(TimeSpan.FromDays(7) - TimeSpan.FromMinutes(61));
        await Stream(id, Created, Begun, Review);
        await After(TimeSpan.FromMinutes(1));
        await Stream(id, Created, Begun, Review, Failed);
        Assert.That(await orders.Last<PaymentAuthFailed>(id), Is.EqualTo(Expired));
        Assert.That(provider.Calls.Last(), Is.EqualTo("void pi_1"));

        provider.OnAuthorize = () => Task.FromResult<Authorization>(new Authorization.Authorized("pi_2"));
        Assert.That((await orders.Pay(id, "pm_card_visa")).Status, Is.EqualTo(200));
        await process.Continue(id);
        await Stream(id, Created, Begun, Review, Failed, "payment-updated", Begun, Captured);
    }

    [Test]
    public async Task The_deadline_survives_a_restart_and_one_that_passed_meanwhile_is_noticed()
    {
        var id = await UnderReview();
        await reminders.DisposeAsync();
        Reopen();
        await After(TimeSpan.FromDays(30));
        await Stream(id, Created, Begun, Review, Failed);
    }

    [Test]
    public async Task A_decided_review_is_left_alone()
    {
        var (accepted, declined) = (await UnderReview(), await UnderReview());
        await orders.Write(accepted, new PaymentReviewAccepted(1, "grace"));
        await orders.Write(declined, new PaymentReviewDeclined(1, "grace"));
        await process.Continue(accepted);
        await process.Continue(declined);
        var calls = provider.Calls.Count;
        await After(TimeSpan.FromDays(7));
        await Stream(accepted, Created, Begun, Review, Accepted, Captured);
        await Stream(declined, Created, Begun, Review, Declined, Failed);
        Assert.That(provider.Calls, Has.Count.EqualTo(calls));
    }

    [Test]
    public async Task A_review_of_a_cancelled_order_is_left_to_the_cancellation()
    {
        var id = await UnderReview();
        await orders.Cancel(id);
        await After(TimeSpan.FromDays(7));
        await process.Continue(id);
        await Stream(id, Created, Begun, Review, Cancelled, Voided);
    }

    [Test]
    public async Task Accepted_at_the_very_moment_it_is_given_up_the_order_fails_and_is_not_charged()
    {
        var id = await UnderReview();
        provider.OnVoid = async () =>
        {
            await orders.Write(id, new PaymentReviewAccepted(1, "grace"));
            return Settlement.Voided;
        };
        provider.OnCapture = () => Task.FromResult(Settlement.Voided);
        await After(TimeSpan.FromDays(7));
        await process.Continue(id); // payment-review-accepted
        await Stream(id, Created, Begun, Review, Accepted, Failed);
        Assert.That(await orders.Last<PaymentAuthFailed>(id), Is.EqualTo(Expired));
    }

    [Test]
    public async Task Accepted_and_captured_at_the_very_moment_it_is_given_up_the_order_is_paid()
    {
        var id = await UnderReview();
        provider.OnVoid = async () =>
        {
            await orders.Write(id, new PaymentReviewAccepted(1, "grace"));
            await process.Continue(id);
            return Settlement.Captured;
        };
        await After(TimeSpan.FromDays(7));
        await Stream(id, Created, Begun, Review, Accepted, Captured);
    }

    [Test]
    public async Task Declined_at_the_very_moment_it_is_given_up_the_customer_can_not_pay_again()
    {
        var id = await UnderReview();
        provider.OnVoid = async () =>
        {
            if ((await orders.Names(id))[^1] == Review) await orders.Write(id, new PaymentReviewDeclined(1, "grace"));
            return Settlement.Voided;
        };
        await After(TimeSpan.FromDays(7));
        await Stream(id, Created, Begun, Review, Declined, Failed);
        Assert.That(await orders.Last<PaymentAuthFailed>(id), Is.EqualTo(new PaymentAuthFailed(1, PaymentFailureReason.ReviewDeclined, Retryable: false)));
        Assert.That((await orders.Pay(id, "pm_card_visa")).Code, Is.EqualTo("payment-update-not-allowed"));
    }

    [Test]
    public async Task Cancelled_at_the_very_moment_it_is_given_up_it_is_voided()
    {
        var id = await UnderReview();
        provider.OnVoid = async () =>
        {
            await orders.Cancel(id);
            return Settlement.Voided;
        };
        await After(TimeSpan.FromDays(7));
        await process.Continue(id);
        await Stream(id, Created, Begun, Review, Cancelled, Voided);
    }

    [Test]
    public async Task While_the_provider_is_away_it_is_tried_again()
    {
        var id = await UnderReview();
        provider.OnVoid = () => throw new RetryLaterException("away");
        await After(TimeSpan.FromDays(7));
        await Stream(id, Created, Begun, Review);
        provider.OnVoid = () => Task.FromResult(Settlement.Voided);
        await After(TimeSpan.FromSeconds(1));
        await Stream(id, Created, Begun, Review, Failed);
    }

    [Test]
    public async Task One_that_was_captured_at_the_provider_itself_is_said_to_be_and_stays_to_be_decided()
    {
        var id = await UnderReview();
        provider.OnVoid = () => Task.FromResult(Settlement.Captured);
        await After(TimeSpan.FromDays(7));
        await Stream(id, Created, Begun, Review);
        Assert.That(log.Lines.Select(line => line.Text), Has.Some.Contains("decide the review"));
        await orders.Write(id, new PaymentReviewAccepted(1, "grace"));
        await process.Continue(id);
        await Stream(id, Created, Begun, Review, Accepted, Captured);
    }

    [Test]
    public async Task With_the_real_provider_and_a_service_that_was_killed_a_review_is_given_up_in_time()
    {
        await using var shop = await ShopUnderTest.Open(["Payment:ReviewMargin=00:00:04", "Payment:ReminderInterval=00:00:00.1"], "Sandbox:AuthorizationLifetime=00:00:06");
        var id = await shop.Orders.Place("pm_card_riskLevelElevated");
        await shop.Orders.Becomes(id, Created, Begun, Review);
        shop.Payment.Kill();
        await shop.Payment.Start();
        await shop.Ends(id, Money.Released, Created, Begun, Review, Failed);
        Assert.That(await shop.Orders.Last<PaymentAuthFailed>(id), Is.EqualTo(Expired));
    }

    private void Reopen()
    {
        reminders = Reminders.Open(folder.Path, clock);
        process = Handlers.Of(orders, provider, clock: clock, reminders: reminders);
    }

    private async Task<Guid> UnderReview()
    {
        var id = await orders.Place();
        await process.OrderCreated(id);
        await Stream(id, Created, Begun, Review);
        return id;
    }

    private async Task After(TimeSpan time)
    {
        clock.Now += time;
        await Handlers.Loop(orders, provider, reminders, clock, log).Run(CancellationToken.None);
    }

    private async Task Stream(Guid id, params string[] names) => Assert.That(await orders.Names(id), Is.EqualTo(names));
}
