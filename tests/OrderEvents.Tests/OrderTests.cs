using Shop.Contracts;
using static Shop.OrderEvents.Tests.Given;

namespace Shop.OrderEvents.Tests;

/// <summary>Every rule of the order, and every repeat.</summary>
public sealed class OrderTests
{
    private static readonly OrderEvent Attempted2 = new PaymentAuthInProgress(2);
    private static readonly OrderEvent Captured2 = new PaymentCaptured(2, 4497, "EUR", "pi_2");

    [Test]
    public void An_order_is_created_once() => That(Created).When(Created).ThenRefused("order-already-exists", "order-created");

    [Test]
    public void Nothing_happens_to_an_order_that_does_not_exist()
    {
        foreach (var type in new[] { Updated, Moved, Cancelled, Attempted, Captured, Declined, Voided, Preparing, Prepared, HasShipped, Refunding, Refunded, RefundAsked })
            That().When(type).ThenRefused("order-not-found");
    }

    [Test]
    public void The_happy_path_is_six_events()
    {
        var order = That(Created, Attempted, Captured, Preparing, Prepared, HasShipped).Order!;
        Assert.That((order.Status, order.Revision), Is.EqualTo((OrderStatus.Shipped, 5L)));
    }

    [Test]
    public void The_status_follows_the_history()
    {
        void Is(OrderStatus status, params OrderEvent[] history) => Assert.That(That(history).Order!.Status, NUnit.Framework.Is.EqualTo(status));
        Is(OrderStatus.Created, Created);
        Is(OrderStatus.PaymentInProgress, Created, Attempted);
        Is(OrderStatus.PaymentReview, Created, Attempted, UnderReview);
        Is(OrderStatus.PaymentReview, Created, Attempted, UnderReview, ReviewAccepted);
        Is(OrderStatus.PaymentFailed, Created, Attempted, Declined);
        Is(OrderStatus.Created, Created, Attempted, Declined, Updated);
        Is(OrderStatus.PaymentInProgress, Created, Attempted, Declined, Updated, Attempted2);
        Is(OrderStatus.Paid, Created, Attempted, Captured);
        Is(OrderStatus.PreparingShipment, Created, Attempted, Captured, Preparing);
        Is(OrderStatus.ShipmentPrepared, Created, Attempted, Captured, Preparing, Prepared);
        Is(OrderStatus.Shipped, Created, Attempted, Captured, Preparing, Prepared, HasShipped);
        Is(OrderStatus.Cancelled, Created, Attempted, Captured, Cancelled);
    }

    [Test]
    public void The_payment_method_may_change_before_the_first_attempt()
    {
        var given = That(Created, Updated);
        Assert.That(given.Order!.Method.MethodToken, Is.EqualTo("pm_card_mastercard"));
        given.When(Updated).ThenNothing();
    }

    [Test]
    public void The_payment_method_may_not_change_while_an_attempt_is_open() =>
        That(Created, Attempted).When(Updated).ThenRefused("payment-update-not-allowed", "payment-auth-in-progress");

    [Test]
    public void The_payment_method_may_not_change_under_review() =>
        That(Created, Attempted, UnderReview).When(Updated).ThenRefused("payment-update-not-allowed", "payment-auth-pending-review");

    [Test]
    public void The_payment_method_may_not_change_once_captured() =>
        That(Created, Attempted, Captured).When(Updated).ThenRefused("payment-update-not-allowed", "payment-captured");

    [Test]
    public void The_payment_method_may_not_change_once_cancelled() =>
        That(Created, Cancelled).When(Updated).ThenRefused("order-cancelled", "order-cancelled");

    [Test]
    public void After_a_decline_a_new_method_makes_the_next_attempt_due()
    {
        var given = That(Created, Attempted, Declined);
        given.When(Attempted2).ThenRefused("attempt-not-due");
        given.When(Updated).ThenAccepted();
        Assert.That(given.Order!.NextAttemptDue, Is.True);
        given.When(Updated).ThenNothing();
        given.When(Attempted2).ThenAccepted().When(Captured2).ThenAccepted();
        Assert.That(given.Order!.Attempts.Select(attempt => attempt.Status), Is.EqualTo(new[] { AttemptStatus.Failed, AttemptStatus.Captured }));
    }

    [Test]
    public void After_a_decline_the_same_method_may_be_tried_again() =>
        That(Created, Attempted, Declined).When(new PaymentUpdated(new PaymentMethod("stripe", "pm_card_visa"))).ThenAccepted();

    [Test]
    public void After_a_hard_decline_there_is_no_further_attempt() =>
        That(Created, Attempted, HardDeclined).When(Updated).ThenRefused("payment-update-not-allowed", "payment-auth-failed");

    [Test]
    public void There_are_at_most_five_attempts()
    {
        var given = That(Created);
        for (var attempt = 1; attempt <= Order.MaxAttempts; attempt++)
        {
            if (attempt > 1) given.When(Updated).ThenAccepted();
            given.When(new PaymentAuthInProgress(attempt)).ThenAccepted();
            given.When(new PaymentAuthFailed(attempt, PaymentFailureReason.Declined, Retryable: true)).ThenAccepted();
        }

        given.When(Updated).ThenRefused("attempts-exhausted");
        Assert.That(given.Order!.AllowedActions(), Does.Not.Contain(OrderAction.UpdatePayment));
    }

    [Test]
    public void The_address_may_change_until_preparation_begins()
    {
        That(Created, Moved).When(Moved).ThenNothing();
        var given = That(Created, Attempted, Captured, Moved);
        Assert.That(given.Order!.ShippingAddress!.Line1, Is.EqualTo("2 Other Street"));
        given.When(Preparing).ThenAccepted().When(Moved).ThenRefused("shipping-address-locked", "shipping-preparation-in-progress");
        That(Created, Cancelled).When(Moved).ThenRefused("order-cancelled");
    }

    [Test]
    public void An_order_may_be_cancelled_until_preparation_begins()
    {
        That(Created).When(Cancelled).ThenAccepted();
        That(Created, Attempted).When(Cancelled).ThenAccepted();
        That(Created, Attempted, UnderReview).When(Cancelled).ThenAccepted();
        That(Created, Attempted, Declined).When(Cancelled).ThenAccepted();
        That(Created, Attempted, Captured).When(Cancelled).ThenAccepted();
        That(Created, Attempted, Captured, Preparing).When(Cancelled).ThenRefused("order-not-cancellable", "shipping-preparation-in-progress");
        That(Created, Attempted, Captured, Preparing, Prepared, HasShipped).When(Cancelled).ThenRefused("order-not-cancellable");
    }

    [Test]
    public void An_order_is_cancelled_once() => That(Created, Cancelled).When(Cancelled).ThenRefused("order-already-cancelled", "order-cancelled");

    [Test]
    public void A_cancelled_order_is_not_attempted() => That(Created, Cancelled).When(Attempted).ThenRefused("order-cancelled", "order-cancelled");

    [Test]
    public void A_marker_that_stands_is_a_repeat_whatever_came_after()
    {
        That(Created, Attempted).When(Attempted).ThenNothing();
        That(Created, Attempted, Cancelled).When(Attempted).ThenNothing();
        That(Created, Attempted, Captured).When(Attempted).ThenNothing();
    }

    [Test]
    public void Attempts_are_numbered_without_gaps()
    {
        That(Created).When(Attempted2).ThenRefused("attempt-not-due");
        That(Created).When(new PaymentAuthInProgress(0)).ThenRefused("attempt-not-due");
        That(Created, Attempted, Captured).When(Attempted2).ThenRefused("payment-already-captured", "payment-captured");
    }

    [Test]
    public void A_capture_is_a_fact_also_when_the_order_was_cancelled_meanwhile() =>
        That(Created, Attempted, Cancelled).When(Captured).ThenAccepted().When(Captured).ThenNothing();

    [Test]
    public void A_capture_needs_an_open_attempt()
    {
        That(Created).When(Captured).ThenRefused("attempt-not-begun");
        That(Created, Attempted, Declined).When(Captured).ThenRefused("attempt-closed", "payment-auth-failed");
        That(Created, Attempted, Cancelled, Voided).When(Captured).ThenRefused("attempt-closed", "payment-auth-voided");
        That(Created, Attempted, UnderReview).When(Captured).ThenRefused("payment-under-review");
        That(Created, Attempted, Captured).When(new PaymentCaptured(1, 4497, "EUR", "pi_other")).ThenRefused("payment-already-captured");
    }

    [Test]
    public void Exactly_the_order_s_total_is_captured()
    {
        That(Created, Attempted).When(new PaymentCaptured(1, 4496, "EUR", "pi_1")).ThenRefused("amount-mismatch");
        That(Created, Attempted).When(new PaymentCaptured(1, 4497, "USD", "pi_1")).ThenRefused("amount-mismatch");
    }

    [Test]
    public void A_payment_under_review_is_decided_once()
    {
        var given = That(Created, Attempted, UnderReview);
        given.When(UnderReview).ThenNothing();
        given.When(ReviewAccepted).ThenAccepted();
        given.When(ReviewAccepted).ThenNothing();
        given.When(ReviewDeclined).ThenRefused("review-already-decided", "payment-review-accepted");
        given.When(Captured).ThenAccepted();
        given.When(ReviewAccepted).ThenNothing();
        given.When(ReviewDeclined).ThenRefused("review-already-decided", "payment-review-accepted");
        That(Created, Attempted, UnderReview, ReviewAccepted, Cancelled).When(ReviewAccepted).ThenNothing();
        That(Created, Attempted, UnderReview, ReviewDeclined).When(ReviewAccepted).ThenRefused("review-already-decided", "payment-review-declined");
        That(Created, Attempted, UnderReview, ReviewDeclined).When(Captured).ThenRefused("attempt-closed", "payment-review-declined");
        That(Created, Attempted).When(ReviewAccepted).ThenRefused("payment-not-under-review");
        That(Created, Attempted, UnderReview, Cancelled).When(ReviewAccepted).ThenRefused("order-cancelled");
        That(Created, Attempted, Cancelled).When(UnderReview).ThenRefused("order-cancelled");
        That(Created, Attempted, Declined).When(UnderReview).ThenRefused("attempt-closed");
    }

    [Test]
    public void A_declined_review_ends_as_a_failure_that_cannot_be_retried()
    {
        var failed = new PaymentAuthFailed(1, PaymentFailureReason.ReviewDeclined, Retryable: false);
        That(Created, Attempted, UnderReview, ReviewDeclined, failed).When(Updated).ThenRefused("payment-update-not-allowed");
        That(Created, Attempted, UnderReview, ReviewDeclined)
            .When(failed with { Reason = PaymentFailureReason.AuthorizationExpired, Retryable = true })
            .ThenRefused("review-already-decided", "payment-review-declined");
    }

    [Test]
    public void A_failure_closes_an_attempt_once_also_when_cancelled()
    {
        That(Created, Attempted, Cancelled).When(Declined).ThenAccepted().When(Declined).ThenNothing();
        That(Created, Attempted, UnderReview).When(Declined).ThenAccepted();
        That(Created).When(Declined).ThenRefused("attempt-not-begun");
        That(Created, Attempted, Captured).When(Declined).ThenRefused("payment-already-captured");
    }

    [Test]
    public void An_authorization_is_voided_when_the_order_is_cancelled_or_it_expires()
    {
        That(Created, Attempted, Cancelled).When(Voided).ThenAccepted().When(Voided).ThenNothing();
        That(Created, Attempted, UnderReview, Cancelled).When(Voided).ThenAccepted();
        That(Created, Attempted).When(Voided).ThenRefused("order-not-cancelled");
        That(Created, Attempted).When(new PaymentAuthVoided(1, PaymentVoidReason.AuthorizationExpired, "pi_1")).ThenAccepted();
        That(Created, Attempted, Captured, Cancelled).When(Voided).ThenRefused("payment-already-captured");
    }

    [Test]
    public void A_cancelled_order_s_money_is_refunded_once()
    {
        var given = That(Created, Attempted, Captured, Cancelled, Refunding);
        given.When(Refunding).ThenNothing();
        given.When(new PaymentRefundInProgress(Guid.NewGuid(), 1, "EUR", RefundCause.OrderCancelled)).ThenRefused("refund-exceeds-captured");
        given.When(Refunded).ThenAccepted().When(Refunded).ThenNothing();
        Assert.That(given.Order!.ToView().Payment, Has.Property("Refunded").EqualTo(4497L).And.Property("Status").EqualTo(PaymentStatus.Refunded));
    }

    [Test]
    public void An_order_that_was_never_charged_is_not_refunded()
    {
        That(Created, Cancelled).When(Refunding).ThenRefused("payment-not-captured");
        That(Created, Attempted, Cancelled, Voided).When(Refunding).ThenRefused("payment-not-captured");
    }

    [Test]
    public void Without_a_cancel_or_a_request_nothing_is_refunded()
    {
        That(Created, Attempted, Captured).When(Refunding).ThenRefused("order-not-cancelled");
        That(Created, Attempted, Captured).When(Refunded).ThenRefused("refund-not-open");
    }

    [Test]
    public void Staff_may_refund_what_is_left()
    {
        var given = That(Created, Attempted, Captured, RefundAsked);
        given.When(RefundAsked).ThenNothing();
        given.When(new RefundRequested(RefundId, 1, "other")).ThenRefused("refund-already-requested");
        given.When(new RefundRequested(Guid.NewGuid(), 3498, "more")).ThenRefused("refund-exceeds-captured");
        given.When(new RefundRequested(Guid.NewGuid(), 0, "none")).ThenRefused("refund-exceeds-captured");
        given.When(new PaymentRefundInProgress(RefundId, 999, "EUR", RefundCause.RefundRequested)).ThenRefused("amount-mismatch");
        given.When(new PaymentRefundInProgress(RefundId, 1000, "EUR", RefundCause.RefundRequested)).ThenAccepted();
        given.When(new PaymentRefunded(RefundId, 1000, "EUR", "re_1")).ThenAccepted();
        Assert.That(given.Order!.Refundable, Is.EqualTo(3497));
        That(Created).When(RefundAsked).ThenRefused("payment-not-captured");
    }

    [Test]
    public void A_refund_that_fails_also_after_it_was_done_is_made_again_under_another_id()
    {
        That(Created, Attempted, Captured, Cancelled, Refunding).When(RefundFailed).ThenAccepted().When(RefundFailed).ThenNothing();
        var given = That(Created, Attempted, Captured, Cancelled, Refunding, Refunded, RefundFailed);
        given.When(RefundFailed).ThenNothing();
        given.When(Refunding).ThenNothing();
        given.When(Refunded).ThenRefused("refund-not-open", "payment-refund-failed");
        Assert.That(given.Order!.ToView().Payment, Has.Property("Refunded").Zero.And.Property("Status").EqualTo(PaymentStatus.Refunding));
        given.When(new PaymentRefundInProgress(Guid.NewGuid(), 1, "EUR", RefundCause.OrderCancelled)).ThenRefused("refund-exceeds-captured");
        given.When(Retry(1) with { Amount = 4496 }).ThenRefused("refund-retry-not-due");
        given.When(Retry(1)).ThenAccepted().When(Retry(1)).ThenNothing();
        given.When(Retry(2)).ThenRefused("refund-retry-not-due", "payment-refund-failed");
        given.When(Retry(1) with { RefundId = Guid.NewGuid() }).ThenRefused("refund-retry-not-due");
    }

    [Test]
    public void Only_a_refund_that_was_begun_can_fail()
    {
        That(Created, Attempted, Captured, Cancelled).When(RefundFailed).ThenRefused("refund-not-open");
        That(Created, Attempted, Captured, RefundAsked).When(((PaymentRefundFailed)RefundFailed) with { Amount = 1000 }).ThenRefused("refund-not-open");
        That(Created, Attempted, Captured, Cancelled, Refunding).When(((PaymentRefundFailed)RefundFailed) with { Amount = 1 }).ThenRefused("amount-mismatch");
    }

    [Test]
    public void After_its_last_attempt_a_refund_is_for_staff_to_ask_for_again()
    {
        var given = That([Created, Attempted, Captured, Cancelled, .. RefundFailedForGood]);
        Assert.That((given.Order!.Refundable, given.Order.ToView().Payment.Status), Is.EqualTo((4497L, PaymentStatus.RefundFailed)));
        given.When(Retry(3)).ThenRefused("refund-retry-not-due", "payment-refund-failed");
        given.When(new RefundRequested(Guid.NewGuid(), 4498, "more")).ThenRefused("refund-exceeds-captured");
        given.When(new RefundRequested(Guid.NewGuid(), 4497, "to the new card")).ThenAccepted();
        Assert.That((given.Order!.Refundable, given.Order.ToView().Payment.Status), Is.EqualTo((0L, PaymentStatus.Refunding)));
    }

    [Test]
    public void An_order_whose_refund_in_full_failed_is_not_shipped() =>
        That([Created, Attempted, Captured, new RefundRequested(RefundId, 4497, "all"), .. RefundFailedForGood])
            .When(Preparing).ThenRefused("order-fully-refunded");

    [Test]
    public void A_note_changes_nothing_and_customers_do_not_see_it()
    {
        var note = new NoteAdded(new PersonalData(Note: "called"));
        var given = That(Created, note, Attempted, note, Captured, Cancelled, note);
        Assert.That((given.Order!.Status, given.Order.Revision), Is.EqualTo((OrderStatus.Cancelled, 6)));
        given.When(note).ThenAccepted();
    }

    [Test]
    public void Only_a_paid_order_is_prepared()
    {
        That(Created).When(Preparing).ThenRefused("payment-not-captured");
        That(Created, Attempted, Captured, Cancelled).When(Preparing).ThenRefused("order-cancelled", "order-cancelled");
        That(Created, Attempted, Captured).When(Preparing).ThenAccepted().When(Preparing).ThenNothing();
        That(Created, Attempted, Captured, Preparing).When(new ShippingPreparationInProgress(Guid.NewGuid())).ThenRefused("preparation-already-begun");
        That(Created, Attempted, Captured, new RefundRequested(RefundId, 4497, "all")).When(Preparing).ThenRefused("order-fully-refunded");
    }

    [Test]
    public void Shipped_follows_prepared_follows_preparing()
    {
        That(Created, Attempted, Captured).When(Prepared).ThenRefused("preparation-not-begun");
        That(Created, Attempted, Captured).When(HasShipped).ThenRefused("shipment-not-prepared");
        That(Created, Attempted, Captured, Preparing).When(HasShipped).ThenRefused("shipment-not-prepared", "shipping-preparation-in-progress");
        That(Created, Attempted, Captured, Preparing, Prepared).When(Prepared).ThenNothing();
        That(Created, Cancelled).When(HasShipped).ThenRefused("order-cancelled");
    }

    [Test]
    public void An_order_is_shipped_once()
    {
        var given = That(Created, Attempted, Captured, Preparing, Prepared, HasShipped);
        given.When(((Shipped)HasShipped) with { ShippedAt = Noon.AddHours(1), Packages = [new Package("JJD01")] }).ThenNothing();
        given.When(((Shipped)HasShipped) with { Packages = [new Package("JJD02")] }).ThenRefused("already-shipped", "shipped");
    }

    [Test]
    public void What_a_customer_may_do_follows_from_the_rules()
    {
        Assert.That(That(Created).Order!.AllowedActions(), Is.EqualTo(new[] { OrderAction.UpdatePayment, OrderAction.UpdateShippingAddress, OrderAction.Cancel }));
        Assert.That(That(Created, Attempted).Order!.AllowedActions(), Is.EqualTo(new[] { OrderAction.UpdateShippingAddress, OrderAction.Cancel }));
        Assert.That(That(Created, Attempted, Captured, Preparing).Order!.AllowedActions(), Is.Empty);
        Assert.That(That(Created, Cancelled).Order!.AllowedActions(), Is.Empty);
    }

    [Test]
    public void Every_event_type_has_a_rule()
    {
        foreach (var type in EventTypes.All.Where(type => type.Json.Type != typeof(OrderCreated)))
        {
            var empty = (OrderEvent)System.Runtime.CompilerServices.RuntimeHelpers.GetUninitializedObject(type.Json.Type);
            Assert.DoesNotThrow(() => Order.Decide(That(Created).Order, empty), type.Name);
        }
    }
}
