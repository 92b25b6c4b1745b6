using Shop.Contracts;

namespace Shop.OrderEvents.Tests;

/// <summary>An order with a history, for tests that read: given what happened, when this is proposed, then that.</summary>
public sealed class Given
{
    public static readonly Guid OrderId = Guid.Parse("5f0b4f3e-6f0e-4d57-8a53-0a4a54a0f001");
    public static readonly Guid ShipmentId = Guid.Parse("5f0b4f3e-6f0e-4d57-8a53-0a4a54a0f002");
    public static readonly Guid RefundId = Guid.Parse("5f0b4f3e-6f0e-4d57-8a53-0a4a54a0f003");
    public static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    public static readonly OrderEvent
        Created = new OrderCreated("ABCD-EFGH-JKMN", "EUR", "en", [new("TEA-1", "Green tea", 2, 1999)], 3998, 499, 0, 4497,
            new PaymentMethod("stripe", "pm_card_visa"), new PersonalData("Ada Example", "ada@example.org", null, Home)),
        Updated = new PaymentUpdated(new PaymentMethod("stripe", "pm_card_mastercard")),
        Moved = new ShippingAddressUpdated(new PersonalData(ShippingAddress: Home with { Line1 = "2 Other Street" })),
        Cancelled = new OrderCancelled("customer-request"),
        Attempted = new PaymentAuthInProgress(1),
        UnderReview = new PaymentAuthPendingReview(1, "pi_1", "elevated", Noon.AddDays(7)),
        ReviewAccepted = new PaymentReviewAccepted(1, "grace"),
        ReviewDeclined = new PaymentReviewDeclined(1, "grace"),
        Captured = new PaymentCaptured(1, 4497, "EUR", "pi_1"),
        Declined = new PaymentAuthFailed(1, PaymentFailureReason.Declined, Retryable: true, "insufficient_funds"),
        HardDeclined = new PaymentAuthFailed(1, PaymentFailureReason.Declined, Retryable: false, "stolen_card"),
        Voided = new PaymentAuthVoided(1, PaymentVoidReason.OrderCancelled, "pi_1"),
        RefundAsked = new RefundRequested(RefundId, 1000, "damaged"),
        Refunding = new PaymentRefundInProgress(RefundId, 4497, "EUR", RefundCause.OrderCancelled),
        Refunded = new PaymentRefunded(RefundId, 4497, "EUR", "re_1"),
        RefundFailed = new PaymentRefundFailed(RefundId, 4497, "EUR", "re_1", "expired_or_canceled_card"),
        Preparing = new ShippingPreparationInProgress(ShipmentId),
        Prepared = new ShippingPrepared(ShipmentId, "DHL"),
        HasShipped = new Shipped(ShipmentId, "DHL", Noon, [new Package("JJD01")]);

    /// <summary>The refund of all that was captured, failed three times.</summary>
    public static readonly OrderEvent[] RefundFailedForGood =
    [
        Refunding, Refunded, RefundFailed,
        Retry(1), ((PaymentRefunded)Refunded) with { RefundId = RetryId(1) }, ((PaymentRefundFailed)RefundFailed) with { RefundId = RetryId(1) },
        Retry(2), ((PaymentRefundFailed)RefundFailed) with { RefundId = RetryId(2) },
    ];

    private readonly List<OrderEvent> history = [];

    /// <summary>The marker of the refund's retry of that number.</summary>
    public static PaymentRefundInProgress Retry(int number) => ((PaymentRefundInProgress)Refunding) with { RefundId = RetryId(number), RetryOf = RetryId(number - 1) };

    /// <summary>The id of the refund's retry of that number; that of the refund itself for 0.</summary>
    public static Guid RetryId(int number) => number == 0 ? RefundId : Guid.Parse($"5f0b4f3e-6f0e-4d57-8a53-0a4a54a0f10{number}");

    private static Address Home => new("Ada Example", "1 Example Street", "Berlin", "10115", "DE");

    /// <summary>An order to which this happened. What happened is itself checked against the rules.</summary>
    public static Given That(params OrderEvent[] happened)
    {
        var given = new Given();
        foreach (var @event in happened) given.When(@event).ThenAccepted();
        return given;
    }

    /// <summary>The order as its history tells it.</summary>
    public Order? Order => OrderEvents.Order.Fold(history.Select((@event, revision) => new RecordedEvent(
        OrderId, revision, revision + 1, Guid.NewGuid(), @event,
        new EventMetadata(new Agent(AgentKind.Service, "test"), Noon.AddMinutes(revision), Noon.AddMinutes(revision), Guid.Empty, Guid.Empty))));

    /// <summary>Somebody proposes this.</summary>
    public Proposed When(OrderEvent proposed) => new(this, proposed, OrderEvents.Order.Decide(Order, proposed));

    /// <summary>A proposed event and what the order said to it.</summary>
    public sealed record Proposed(Given Given, OrderEvent Event, Decision Decision)
    {
        public Given ThenAccepted()
        {
            Assert.That(Decision, Is.EqualTo(Decision.Accept), $"{Event} should be accepted");
            Given.history.Add(Event);
            return Given;
        }

        public Given ThenNothing()
        {
            Assert.That(Decision, Is.EqualTo(Decision.Repeat), $"{Event} should be a repeat that yields nothing");
            return Given;
        }

        public Given ThenRefused(string code, string? blockingEvent = null)
        {
            Assert.That(Decision.RefusalCode, Is.EqualTo(code), $"{Event} should be refused");
            if (blockingEvent is not null) Assert.That(Decision.BlockingEvent, Is.EqualTo(blockingEvent));
            return Given;
        }
    }
}
