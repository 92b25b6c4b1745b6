using Shop.Contracts;
using static Shop.OrderEvents.Tests.Given;

namespace Shop.OrderEvents.Tests;

/// <summary>What an order waits for in every state that it can be in.</summary>
public sealed class WaitingTests
{
    private static readonly OrderEvent PartlyRefunding = new PaymentRefundInProgress(RefundId, 1000, "EUR", RefundCause.RefundRequested);
    private static readonly OrderEvent PartlyRefunded = new PaymentRefunded(RefundId, 1000, "EUR", "re_1");
    private static readonly OrderEvent AllAsked = new RefundRequested(RefundId, 4497, "damaged");

    private static IEnumerable<TestCaseData> TheShopMustAct()
    {
        yield return Case(WaitsFor.PaymentAttempt, "a new order", Created);
        yield return Case(WaitsFor.PaymentAttempt, "a new order with another method", Created, Updated);
        yield return Case(WaitsFor.PaymentAttempt, "a next attempt that is due", Created, Attempted, Declined, Updated);
        yield return Case(WaitsFor.PaymentOutcome, "an open attempt", Created, Attempted);
        yield return Case(WaitsFor.ReviewSettlement, "an accepted review", Created, Attempted, UnderReview, ReviewAccepted);
        yield return Case(WaitsFor.ReviewSettlement, "a declined review", Created, Attempted, UnderReview, ReviewDeclined);
        yield return Case(WaitsFor.PaymentVoid, "cancelled with an open attempt", Created, Attempted, Cancelled);
        yield return Case(WaitsFor.PaymentVoid, "cancelled under review", Created, Attempted, UnderReview, Cancelled);
        yield return Case(WaitsFor.PaymentVoid, "cancelled with an accepted review", Created, Attempted, UnderReview, ReviewAccepted, Cancelled);
        yield return Case(WaitsFor.PaymentVoid, "cancelled with a declined review", Created, Attempted, UnderReview, ReviewDeclined, Cancelled);
        yield return Case(WaitsFor.Refund, "cancelled and captured", Created, Attempted, Captured, Cancelled);
        yield return Case(WaitsFor.Refund, "captured after it was cancelled", Created, Attempted, Cancelled, Captured);
        yield return Case(WaitsFor.Refund, "cancelled with an open refund", Created, Attempted, Captured, Cancelled, Refunding);
        yield return Case(WaitsFor.Refund, "a refund that was asked for", Created, Attempted, Captured, RefundAsked);
        yield return Case(WaitsFor.Refund, "a refund that failed", Created, Attempted, Captured, Cancelled, Refunding, Refunded, RefundFailed);
        yield return Case(WaitsFor.Refund, "a refund that is made again", Created, Attempted, Captured, Cancelled, Refunding, Refunded, RefundFailed, Retry(1));
        yield return Case(WaitsFor.Refund, "cancelled after a refund failed for good", [Created, Attempted, Captured, AllAsked, .. RefundFailedForGood, Cancelled]);
        yield return Case(WaitsFor.RefundByStaff, "cancelled, and its refund failed for good", [Created, Attempted, Captured, Cancelled, .. RefundFailedForGood]);
        yield return Case(WaitsFor.RefundByStaff, "a refund that failed for good", [Created, Attempted, Captured, AllAsked, .. RefundFailedForGood]);
        yield return Case(WaitsFor.Refund, "an open refund", Created, Attempted, Captured, RefundAsked, PartlyRefunding);
        yield return Case(WaitsFor.Refund, "a refund that was asked for after it was shipped", Created, Attempted, Captured, Preparing, Prepared, HasShipped, RefundAsked);
        yield return Case(WaitsFor.ShippingPreparation, "paid", Created, Attempted, Captured);
        yield return Case(WaitsFor.ShippingPreparation, "paid and partly refunded", Created, Attempted, Captured, RefundAsked, PartlyRefunding, PartlyRefunded);
        yield return Case(WaitsFor.ShippingPrepared, "preparing", Created, Attempted, Captured, Preparing);
    }

    private static IEnumerable<TestCaseData> NobodyOrAPersonMustAct()
    {
        yield return Rest("the customer pays again, or not", Created, Attempted, Declined);
        yield return Rest("a hard decline", Created, Attempted, HardDeclined);
        yield return Rest("staff decides", Created, Attempted, UnderReview);
        yield return Rest("the warehouse ships", Created, Attempted, Captured, Preparing, Prepared);
        yield return Rest("shipped", Created, Attempted, Captured, Preparing, Prepared, HasShipped);
        yield return Rest("cancelled before it was paid", Created, Cancelled);
        yield return Rest("cancelled after a decline", Created, Attempted, Declined, Cancelled);
        yield return Rest("cancelled and voided", Created, Attempted, Cancelled, Voided);
        yield return Rest("cancelled and refunded", Created, Attempted, Captured, Cancelled, Refunding, Refunded);
        yield return Rest("refunded before it was prepared", Created, Attempted, Captured, AllAsked, new PaymentRefundInProgress(RefundId, 4497, "EUR", RefundCause.RefundRequested), Refunded);
        yield return Rest("shipped and partly refunded", Created, Attempted, Captured, Preparing, Prepared, HasShipped, RefundAsked, PartlyRefunding, PartlyRefunded);
    }

    [TestCaseSource(nameof(TheShopMustAct))]
    public void It_waits_for_the_shop(WaitsFor expected, OrderEvent[] history) =>
        Assert.That(Waiting.Of(That(history).Order!), Is.EqualTo(expected));

    [TestCaseSource(nameof(NobodyOrAPersonMustAct))]
    public void It_is_at_rest_or_waits_for_a_person(OrderEvent[] history) =>
        Assert.That(Waiting.Of(That(history).Order!), Is.Null);

    [Test]
    public void There_is_a_case_for_everything_that_can_be_waited_for() =>
        Assert.That(TheShopMustAct().Select(test => test.Arguments[0]).Distinct(), Is.EquivalentTo(Enum.GetValues<WaitsFor>()));

    [Test]
    public void What_sets_it_going_is_the_last_event_that_reaches_the_service_that_must_act()
    {
        Assert.Multiple(() =>
        {
            Assert.That(Trigger(Created, Updated, Attempted), Is.EqualTo(Updated));
            Assert.That(Trigger(Created, Attempted, Captured), Is.EqualTo(Captured), "shipping's");
            Assert.That(
                Trigger(Created, Attempted, Captured, RefundAsked, PartlyRefunding, PartlyRefunded), Is.EqualTo(Captured), "the refund is nothing to shipping");
            Assert.That(Trigger(Created, Attempted, Captured, Cancelled), Is.EqualTo(Cancelled));
            Assert.That(Trigger(Created, Attempted, Captured, Cancelled, Refunding, Refunded, RefundFailed), Is.EqualTo(RefundFailed));
            Assert.That(Trigger(Created, Attempted, UnderReview, ReviewDeclined), Is.EqualTo(ReviewDeclined));
        });
    }

    [TestCaseSource(nameof(TheShopMustAct))]
    public void Whatever_it_waits_for_something_sets_it_going_but_staff(WaitsFor waitsFor, OrderEvent[] history) =>
        Assert.That(Waiting.Trigger(waitsFor, Recorded(history)), waitsFor == WaitsFor.RefundByStaff ? Is.Null : Is.Not.Null);

    private static OrderEvent? Trigger(params OrderEvent[] history) =>
        Waiting.Trigger(Waiting.Of(That(history).Order!)!.Value, Recorded(history))?.Event;

    private static List<RecordedEvent> Recorded(OrderEvent[] history) => [.. history.Select((@event, revision) => new RecordedEvent(
        OrderId, revision, revision + 1, Guid.NewGuid(), @event,
        new EventMetadata(new Agent(AgentKind.Service, "test"), Noon, Noon, Guid.Empty, Guid.Empty)))];

    private static TestCaseData Case(WaitsFor expected, string name, params OrderEvent[] history) =>
        new TestCaseData(expected, history).SetArgDisplayNames(name);

    private static TestCaseData Rest(string name, params OrderEvent[] history) => new TestCaseData([history]).SetArgDisplayNames(name);
}
