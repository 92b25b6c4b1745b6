using Shop.Contracts;
using Shop.ServiceDefaults;
using Shop.Testing;

namespace Shop.Payment.Tests;

/// <summary>A provider that is away, busy or loses its answers: nothing is lost, nothing is charged or given back twice.</summary>
public sealed class FaultTests
{
    private const string Created = "order-created", Begun = "payment-auth-in-progress", Captured = "payment-captured", Failed = "payment-auth-failed",
        Cancelled = "order-cancelled", Refunding = "payment-refund-in-progress", Refunded = "payment-refunded", Review = "payment-auth-pending-review",
        Accepted = "payment-review-accepted", RefundFailed = "payment-refund-failed";

    private ShopUnderTest shop = null!;

    private OrderBook Orders => shop.Orders;

    [SetUp]
    public async Task Open() => shop = await ShopUnderTest.Open(
        ["Payment:RefundAudit:FirstLook=00:00:00.5", "Payment:ReminderInterval=00:00:00.1"], "Sandbox:AuthorizationLifetime=00:00:02");

    [TearDown]
    public async Task Close()
    {
        try
        {
            await shop.Close();
            foreach (var secret in new[] { "pm_card", "pm_sandbox", Provider.Key, "ada@example.org" }) Assert.That(shop.Payment.Log, Does.Not.Contain(secret));
        }
        finally
        {

            await shop.DisposeAsync();
        }
    }

    [Test]
    public async Task While_the_provider_is_down_it_is_left_alone_and_afterwards_all_is_paid_once()
    {
        await shop.Provider.Fault("down");
        var ids = new List<Guid>();
        for (var i = 0; i < 6; i++) ids.Add(await Orders.Place());
        await Eventually.True(() => shop.Payment.Log.Contains("The payment provider keeps failing"), "the breaker opens");
        await Eventually.True(() => shop.Payment.Log.Contains("the breaker is open"), "a message is handed back for later");
        foreach (var id in ids) Assert.That(await Orders.Names(id), Is.EqualTo(new[] { Created, Begun }), "no outcome is made up");

        await shop.Provider.Fault("none");
        foreach (var id in ids) await shop.Ends(id, Money.Taken, Created, Begun, Captured);
        Assert.That(shop.Payment.Log, Does.Contain("The payment provider answers again"));
    }

    [TestCase("rate-limit")]
    [TestCase("errors")]
    public async Task A_provider_that_refuses_for_now_is_asked_again_later(string mode)
    {
        await shop.Provider.Fault(mode);
        var id = await Orders.Place();
        await Eventually.True(() => shop.Payment.Log.Contains("payment parked order-created/v1"), "the message waits");
        await shop.Provider.Fault("none");
        await shop.Ends(id, Money.Taken, Created, Begun, Captured);
    }

    [Test]
    public async Task When_every_second_request_fails_an_order_is_charged_once()
    {
        await shop.Provider.Fault("errors", 0.5);
        var id = await Orders.Place();
        await shop.Ends(id, Money.Taken, Created, Begun, Captured);
    }

    [Test]
    public async Task When_every_answer_is_lost_an_order_is_charged_once_and_refunded_once()
    {
        await shop.Provider.Fault("lost-reply");
        var id = await Orders.Place();
        await Orders.Becomes(id, Created, Begun, Captured);
        await Orders.Cancel(id);
        await shop.Ends(id, Money.GivenBack, Created, Begun, Captured, Cancelled, Refunding, Refunded);
        Assert.That(await shop.Provider.Movements(id, "refund"), Is.EqualTo(1));
    }

    [Test]
    public async Task A_refund_that_failed_before_anybody_heard_of_it_is_made_again()
    {
        var id = await Orders.Place("pm_sandbox_refund_fails_once");
        await Orders.Becomes(id, Created, Begun, Captured);
        // As by a handler that ended between the provider's answer and the outcome.
        var payment = (await Orders.Last<PaymentCaptured>(id)).ProviderPaymentId;
        await shop.Stripe.Refund(id, payment, NameBasedId.Of("refund", id.ToString(), "order-cancelled"), 4497, CancellationToken.None);
        await Eventually.Get(() => shop.Provider.Ledger(id), money => money.RefundsFailed > 0, "the refund fails");

        await Orders.Cancel(id);
        await shop.Ends(
            id, Money.GivenBack with { RefundsFailed = 4497 },
            Created, Begun, Captured, Cancelled, Refunding, RefundFailed, Refunding, Refunded);
        Assert.That(shop.Payment.Lines("PROCESSING_ERROR").Single().GetProperty("orderId").GetGuid(), Is.EqualTo(id));
    }

    [Test]
    public async Task A_refund_that_fails_after_it_was_done_is_made_again_also_when_the_service_was_killed_meanwhile()
    {
        var id = await Orders.Place("pm_sandbox_refund_fails_once");
        await Orders.Becomes(id, Created, Begun, Captured);
        await Orders.Cancel(id);
        await Eventually.True(async () => (await Orders.Names(id)).Contains(Refunded), "the provider says that it was done");
        shop.Payment.Kill();
        await Eventually.Get(() => shop.Provider.Ledger(id), money => money.RefundsFailed > 0, "the refund fails");
        await shop.Payment.Start();
        await shop.Ends(
            id, Money.GivenBack with { RefundsFailed = 4497 }, Created, Begun, Captured, Cancelled, Refunding, Refunded, RefundFailed, Refunding, Refunded);
    }

    [Test]
    public async Task Refunds_that_keep_failing_end_and_the_order_says_so()
    {
        var id = await Orders.Place("pm_card_refundFail");
        await Orders.Becomes(id, Created, Begun, Captured);
        await Orders.Cancel(id);
        await shop.Ends(
            id, new Money(4497, 4497, RefundsFailed: 3 * 4497, Authorizations: 1),
            Created, Begun, Captured, Cancelled, Refunding, Refunded, RefundFailed, Refunding, Refunded, RefundFailed, Refunding, Refunded, RefundFailed);
        Assert.That((await Orders.Read(id)).Payment.Status, Is.EqualTo(PaymentStatus.RefundFailed));
        Assert.That(
            shop.Payment.Lines("PROCESSING_ERROR").Select(line => line.GetProperty("next").GetString()),
            Is.EqualTo(new[] { "it is made again", "it is made again", "staff must act" }));
    }

    [Test]
    public async Task A_review_that_is_accepted_too_late_fails_and_the_customer_can_pay_again()
    {
        var id = await Orders.Place("pm_card_riskLevelElevated");
        await Orders.Becomes(id, Created, Begun, Review);
        await shop.Payment.Stop();
        // Its time is over, and the provider has not noticed yet: its refusal is kept under the key, and must not hold for a day.
        var lapses = (await Orders.Last<PaymentAuthPendingReview>(id)).CaptureBefore;
        await Eventually.True(() => DateTimeOffset.UtcNow >= lapses, "the authorization lapses");
        await Orders.Write(id, new PaymentReviewAccepted(1, "grace"));
        await shop.Payment.Start();
        await shop.Ends(id, Money.Released, Created, Begun, Review, Accepted, Failed);
        Assert.That(await Orders.Last<PaymentAuthFailed>(id), Is.EqualTo(new PaymentAuthFailed(1, PaymentFailureReason.AuthorizationExpired, Retryable: true)));
        Assert.That((await Orders.Pay(id, "pm_card_visa")).Status, Is.EqualTo(200));
        await shop.Ends(
            id, new Money(8994, 4497, 4497, Authorizations: 2), Created, Begun, Review, Accepted, Failed, "payment-updated", Begun, Captured);
    }
}
