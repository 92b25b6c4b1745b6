using Shop.Contracts;
using Shop.OrderEvents;

namespace Shop.Backoffice.Tests;

/// <summary>A log of random histories: whatever the rules of the order allow, of many orders at once. The same seed gives the same log.</summary>
public sealed class Histories(int seed)
{
    public static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly string[] Currencies = ["EUR", "USD"];

    private readonly Random random = new(seed);
    private readonly List<RecordedEvent> log = [];
    private readonly Dictionary<Guid, Order> orders = [];

    public IReadOnlyList<RecordedEvent> Log => log;

    /// <summary>Every order as its own rules tell it.</summary>
    public IReadOnlyDictionary<Guid, Order> Orders => orders;

    /// <summary>The next events, as they travel.</summary>
    public IReadOnlyList<EventEnvelope> Grow(int count)
    {
        var first = log.Count;
        while (log.Count < first + count)
        {
            var order = orders.Count > 0 && random.Next(25) > 0 ? orders.Values.ElementAt(Math.Max(0, orders.Count - 1 - random.Next(12))) : null;
            var proposed = order is null ? Created() : Proposal(order);
            if (Order.Decide(order, proposed) == Decision.Accept) Append(order, proposed);
        }

        return [.. log.Skip(first).Select(EventEnvelope.Of)];
    }

    private void Append(Order? order, OrderEvent happened)
    {
        var at = Noon.AddMinutes(log.Count * 3).AddTicks(random.Next(100_000));
        var agent = new Agent((AgentKind)random.Next(4), $"agent-{random.Next(3)}");
        var recorded = new RecordedEvent(
            order?.Id ?? Id(), (order?.Revision ?? -1) + 1, log.Count + 1, Id(), happened, new EventMetadata(agent, at.AddSeconds(-1), at, Id(), Id()));
        log.Add(recorded);
        orders[recorded.OrderId] = Order.Evolve(order, recorded);
    }

    private OrderCreated Created()
    {
        var number = random.Next(1_000_000);
        var total = 1000 + random.Next(5);
        return new(
            $"NUMB-{number}", Currencies[random.Next(2)], "en", [new($"SKU-{random.Next(9)}", "Green tea", 1 + random.Next(3), total)], total, 0, 0, total,
            new PaymentMethod("stripe", "pm_card_visa"),
            new PersonalData($"Ada {number}", $"ada{random.Next(20)}@example.org", null, new("Ada Example", $"{number} Example Street", "Berlin", "10115", "DE")),
            random.Next(3) == 0 ? null : $"c-{random.Next(8)}");
    }

    private OrderEvent Proposal(Order order)
    {
        var attempt = Math.Max(1, order.Attempts.Count);
        var refund = order.Refunds.Count > 0 && random.Next(2) == 0 ? order.Refunds[random.Next(order.Refunds.Count)] : null;
        var shipment = order.Preparation?.ShipmentId ?? Id();
        return random.Next(20) switch
        {
            0 => new PaymentUpdated(new PaymentMethod("stripe", $"pm_{random.Next(100)}")),
            1 => new ShippingAddressUpdated(new PersonalData(ShippingAddress: new("Ada Example", $"{random.Next(999)} Other Street", "Bremen", "28195", "DE"))),
            2 => new OrderCancelled("changed my mind"),
            3 or 4 => new PaymentAuthInProgress(order.Attempts.Count + 1),
            5 => new PaymentAuthPendingReview(attempt, "pi_1", "elevated", Noon.AddDays(7)),
            6 => new PaymentReviewAccepted(attempt, "grace"),
            7 => new PaymentReviewDeclined(attempt, "grace"),
            8 => new PaymentCaptured(attempt, order.Placed.Total, order.Placed.Currency, "pi_1"),
            9 => new PaymentAuthFailed(attempt, PaymentFailureReason.Declined, random.Next(4) > 0),
            10 => new PaymentAuthVoided(attempt, (PaymentVoidReason)random.Next(2), "pi_1"),
            11 => new RefundRequested(Id(), 1 + random.Next(600), "damaged"),
            12 when refund is { RetryDue: true } => new PaymentRefundInProgress(Id(), refund.Amount, order.Placed.Currency, refund.Cause, refund.RefundId),
            12 => new PaymentRefundInProgress(
                refund?.RefundId ?? Id(), refund?.Amount ?? Math.Max(1, order.Refundable), order.Placed.Currency,
                refund?.Cause ?? (order.Cancelled is null ? RefundCause.RefundRequested : RefundCause.OrderCancelled)),
            13 => new PaymentRefunded(refund?.RefundId ?? Id(), refund?.Amount ?? 1, order.Placed.Currency, "re_1"),
            17 or 18 => new PaymentRefundFailed(refund?.RefundId ?? Id(), refund?.Amount ?? 1, order.Placed.Currency, "re_1", "expired_or_canceled_card"),
            19 => new NoteAdded(new PersonalData(Note: $"Called {random.Next(9)} times.")),
            14 => new ShippingPreparationInProgress(shipment),
            15 => new ShippingPrepared(shipment, "DHL"),
            _ => new Shipped(shipment, "DHL", Noon, [new Package($"JJD{random.Next(1000)}")]),
        };
    }

    private Guid Id()
    {
        Span<byte> bytes = stackalloc byte[16];
        random.NextBytes(bytes);
        return new Guid(bytes);
    }
}
