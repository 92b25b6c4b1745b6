using Shop.Contracts;

namespace Shop.Payment.Tests;

/// <summary>What may happen to a payment, with the real Order Event Service and the real sandbox.</summary>
public sealed class PaymentTests
{
    private const string Created = "order-created", Begun = "payment-auth-in-progress", Captured = "payment-captured", Failed = "payment-auth-failed",
        Voided = "payment-auth-voided", Cancelled = "order-cancelled", Updated = "payment-updated", Review = "payment-auth-pending-review",
        Accepted = "payment-review-accepted", Declined = "payment-review-declined", RefundAsked = "refund-requested",
        Refunding = "payment-refund-in-progress", Refunded = "payment-refunded";

    private ShopUnderTest shop = null!;

    private OrderBook Orders => shop.Orders;

    [OneTimeSetUp]
    public async Task Open() => shop = await ShopUnderTest.Open([]);

    [OneTimeTearDown]
    public async Task Close()
    {
        await shop.Close();
        await shop.DisposeAsync();
    }

    [TestCase("pm_card_visa")]
    [TestCase("pm_card_mastercard")]
    [TestCase("pm_sandbox_500_once", Description = "fails once before anything is begun")]
    [TestCase("pm_sandbox_500_kept", Description = "charged, and the key answers 500 for a day")]
    [TestCase("pm_sandbox_lost_reply", Description = "charged, and the answer is lost")]
    [TestCase("pm_sandbox_timeout", Description = "charged, and the answer comes after the time-out")]
    [TestCase("pm_sandbox_slow")]
    public async Task An_order_is_charged_once(string token)
    {
        var id = await Orders.Place(token);
        await shop.Ends(id, Money.Taken, Created, Begun, Captured);
        var captured = await Orders.Last<PaymentCaptured>(id);
        Assert.That((captured.Attempt, captured.Amount, captured.Currency), Is.EqualTo((1, 4497, "EUR")));
        Assert.That(captured.ProviderPaymentId, Does.StartWith("pi_"));
    }

    [TestCase("pm_card_visa_chargeDeclined", "generic_decline", true)]
    [TestCase("pm_card_visa_chargeDeclinedInsufficientFunds", "insufficient_funds", true)]
    [TestCase("pm_card_chargeDeclinedExpiredCard", "expired_card", true)]
    [TestCase("pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc", true)]
    [TestCase("pm_card_visa_chargeDeclinedLostCard", "lost_card", false)]
    [TestCase("pm_card_visa_chargeDeclinedStolenCard", "stolen_card", false)]
    [TestCase("pm_card_radarBlock", "fraudulent", false)]
    public async Task A_declined_card_is_not_charged(string token, string code, bool retryable)
    {
        var id = await Orders.Place(token);
        await shop.Ends(id, Money.None, Created, Begun, Failed);
        Assert.That(await Orders.Last<PaymentAuthFailed>(id), Is.EqualTo(new PaymentAuthFailed(1, PaymentFailureReason.Declined, retryable, code)));
    }

    [Test]
    public async Task A_card_that_wants_its_holder_is_not_charged()
    {
        var id = await Orders.Place("pm_card_authenticationRequired");
        await shop.Ends(id, Money.None, Created, Begun, Failed);
        Assert.That(
            await Orders.Last<PaymentAuthFailed>(id),
            Is.EqualTo(new PaymentAuthFailed(1, PaymentFailureReason.AuthenticationRequired, Retryable: true, "authentication_required")));
    }

    [Test]
    public async Task A_token_that_the_provider_does_not_know_can_be_replaced()
    {
        var id = await Orders.Place("pm_card_of_nobody");
        await Orders.Becomes(id, Created, Begun, Failed);
        var failed = await Orders.Last<PaymentAuthFailed>(id);
        Assert.That((failed.Reason, failed.Retryable), Is.EqualTo((PaymentFailureReason.ProviderRejected, true)));
        Assert.That((await Orders.Pay(id, "pm_card_visa")).Status, Is.EqualTo(200));
        await shop.Ends(id, Money.Taken, Created, Begun, Failed, Updated, Begun, Captured);
    }

    [Test]
    public async Task An_amount_that_the_provider_does_not_take_fails_for_good()
    {
        var id = await Orders.Place(price: 10);
        await shop.Ends(id, Money.None, Created, Begun, Failed);
        Assert.That(
            await Orders.Last<PaymentAuthFailed>(id),
            Is.EqualTo(new PaymentAuthFailed(1, PaymentFailureReason.ProviderRejected, Retryable: false, "amount_too_small")));
    }

    [Test]
    public async Task A_processing_error_is_tried_again_under_other_keys_and_then_the_customer_may()
    {
        var id = await Orders.Place("pm_card_visa_chargeDeclinedProcessingError");
        await shop.Ends(id, Money.None, Created, Begun, Failed);
        var failed = await Orders.Last<PaymentAuthFailed>(id);
        Assert.That((failed.Reason, failed.Retryable, failed.DeclineCode), Is.EqualTo((PaymentFailureReason.ProviderRejected, true, "processing_error")));
        Assert.That(await shop.Provider.Movements(id, "decline"), Is.EqualTo(4), "one for each key");
    }

    [Test]
    public async Task After_a_decline_the_customer_pays_again()
    {
        var id = await Orders.Place("pm_card_visa_chargeDeclined");
        await Orders.Becomes(id, Created, Begun, Failed);
        Assert.That((await Orders.Pay(id, "pm_card_visa_chargeDeclinedInsufficientFunds")).Status, Is.EqualTo(200));
        await Orders.Becomes(id, Created, Begun, Failed, Updated, Begun, Failed);
        Assert.That((await Orders.Pay(id, "pm_card_mastercard")).Status, Is.EqualTo(200));
        await shop.Ends(id, Money.Taken, Created, Begun, Failed, Updated, Begun, Failed, Updated, Begun, Captured);
        Assert.That((await Orders.Last<PaymentCaptured>(id)).Attempt, Is.EqualTo(3));
    }

    [Test]
    public async Task An_accepted_review_is_captured()
    {
        var id = await Orders.Place("pm_card_riskLevelElevated");
        await Orders.Becomes(id, Created, Begun, Review);
        var pending = await Orders.Last<PaymentAuthPendingReview>(id);
        Assert.That(pending.RiskLevel, Is.EqualTo("elevated"));
        Assert.That(pending.CaptureBefore, Is.EqualTo(DateTimeOffset.UtcNow.AddDays(7)).Within(TimeSpan.FromMinutes(5)));
        Assert.That((await shop.Provider.Ledger(id)).Captured, Is.Zero, "nobody has decided");
        await Orders.Write(id, new PaymentReviewAccepted(1, "grace"));
        await shop.Ends(id, Money.Taken, Created, Begun, Review, Accepted, Captured);
    }

    [Test]
    public async Task A_declined_review_is_voided_and_can_not_be_paid_again()
    {
        var id = await Orders.Place("pm_card_riskLevelElevated");
        await Orders.Becomes(id, Created, Begun, Review);
        await Orders.Write(id, new PaymentReviewDeclined(1, "grace"));
        await shop.Ends(id, Money.Released, Created, Begun, Review, Declined, Failed);
        Assert.That(await Orders.Last<PaymentAuthFailed>(id), Is.EqualTo(new PaymentAuthFailed(1, PaymentFailureReason.ReviewDeclined, Retryable: false)));
        Assert.That((await Orders.Pay(id, "pm_card_visa")).Code, Is.EqualTo("payment-update-not-allowed"));
    }

    [Test]
    public async Task An_order_cancelled_under_review_is_voided()
    {
        var id = await Orders.Place("pm_card_riskLevelElevated");
        await Orders.Becomes(id, Created, Begun, Review);
        await Orders.Cancel(id);
        await shop.Ends(id, Money.Released, Created, Begun, Review, Cancelled, Voided);
    }

    [Test]
    public async Task An_order_cancelled_while_the_provider_thinks_is_voided()
    {
        var id = await Orders.Place("pm_sandbox_slow");
        await Orders.Becomes(id, Created, Begun);
        await Orders.Cancel(id);
        await shop.Ends(id, Money.Released, Created, Begun, Cancelled, Voided);
    }

    [Test]
    public async Task An_order_cancelled_before_its_payment_is_never_charged()
    {
        await shop.Payment.Stop();
        var id = await Orders.Place();
        await Orders.Cancel(id);
        await shop.Payment.Start();
        var later = await Orders.Place();
        await shop.Ends(later, Money.Taken, Created, Begun, Captured);
        await shop.Ends(id, Money.None, Created, Cancelled);
    }

    [Test]
    public async Task An_order_cancelled_after_its_payment_is_refunded()
    {
        var id = await Orders.Place();
        await Orders.Becomes(id, Created, Begun, Captured);
        await Orders.Cancel(id);
        await shop.Ends(id, Money.GivenBack, Created, Begun, Captured, Cancelled, Refunding, Refunded);
        var refunding = await Orders.Last<PaymentRefundInProgress>(id);
        Assert.That((refunding.Amount, refunding.Currency, refunding.Cause), Is.EqualTo((4497, "EUR", RefundCause.OrderCancelled)));
        Assert.That((await Orders.Last<PaymentRefunded>(id)).ProviderRefundId, Does.StartWith("re_"));
    }

    [Test]
    public async Task Staff_give_back_a_part_and_a_cancellation_gives_back_the_rest()
    {
        var id = await Orders.Place();
        await Orders.Becomes(id, Created, Begun, Captured);
        var asked = Guid.NewGuid();
        await Orders.Write(id, new RefundRequested(asked, 1000, "damaged"));
        await Orders.Becomes(id, Created, Begun, Captured, RefundAsked, Refunding, Refunded);
        var refunding = await Orders.Last<PaymentRefundInProgress>(id);
        Assert.That((refunding.RefundId, refunding.Amount, refunding.Cause), Is.EqualTo((asked, 1000, RefundCause.RefundRequested)));
        Assert.That((await shop.Provider.Ledger(id)).Refunded, Is.EqualTo(1000));
        await Orders.Cancel(id);
        await shop.Ends(id, Money.GivenBack, Created, Begun, Captured, RefundAsked, Refunding, Refunded, Cancelled, Refunding, Refunded);
        Assert.That((await Orders.Last<PaymentRefunded>(id)).Amount, Is.EqualTo(3497));
    }

    [Test]
    public async Task A_pending_refund_is_waited_for_and_made_once()
    {
        var id = await Orders.Place("pm_card_pendingRefund");
        await Orders.Becomes(id, Created, Begun, Captured);
        await Orders.Cancel(id);
        await Orders.Becomes(id, Created, Begun, Captured, Cancelled, Refunding);
        Assert.That((await Orders.Read(id)).Payment.Status, Is.EqualTo(PaymentStatus.Refunding), "visible while it is not done");
        await shop.Ends(id, Money.GivenBack, Created, Begun, Captured, Cancelled, Refunding, Refunded);
        Assert.That(await shop.Provider.Movements(id, "refund"), Is.EqualTo(1));
    }

    [Test]
    public async Task A_duplicate_of_every_message_changes_nothing()
    {
        var id = await Orders.Place();
        await Orders.Becomes(id, Created, Begun, Captured);
        await Orders.Cancel(id);
        await Orders.Becomes(id, Created, Begun, Captured, Cancelled, Refunding, Refunded);
        var process = shop.Process;
        await process.Begin(id, 1, new(Guid.NewGuid(), Guid.NewGuid()), CancellationToken.None);
        await process.Advance(id, new(Guid.NewGuid(), Guid.NewGuid()), CancellationToken.None);
        await shop.Ends(id, Money.GivenBack, Created, Begun, Captured, Cancelled, Refunding, Refunded);
    }

    [Test]
    public async Task Killed_while_the_provider_thinks_the_payment_is_finished_after_the_restart()
    {
        var id = await Orders.Place("pm_sandbox_slow");
        await Orders.Becomes(id, Created, Begun);
        shop.Payment.Kill();
        Assert.That(await Orders.Names(id), Is.EqualTo(new[] { Created, Begun }), "cut off between the marker and the outcome");
        await shop.Payment.Start();
        await shop.Ends(id, Money.Taken, Created, Begun, Captured);
    }

    [Test]
    public async Task Killed_while_the_provider_thinks_and_cancelled_before_the_restart_the_payment_is_voided()
    {
        var id = await Orders.Place("pm_sandbox_slow");
        await Orders.Becomes(id, Created, Begun);
        shop.Payment.Kill();
        await Orders.Cancel(id);
        await shop.Payment.Start();
        await shop.Ends(id, Money.Released, Created, Begun, Cancelled, Voided);
    }
}
