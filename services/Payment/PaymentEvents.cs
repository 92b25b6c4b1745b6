using System.Globalization;
using Shop.Contracts;
using Shop.ServiceDefaults;

namespace Shop.Payment;

/// <summary>Writes what happened to a payment, each act under an id that follows from it, and counts it once.</summary>
public sealed class PaymentEvents(OrdersClient orders, PaymentMetrics metrics)
{
    /// <summary>Writes what happened to an attempt.</summary>
    public Task<AppendOutcome> Append(Guid orderId, OrderEvent @event, int attempt, Cause cause, CancellationToken cancellation) =>
        Append(orderId, @event, attempt.ToString(CultureInfo.InvariantCulture), cause, cancellation);

    /// <summary>Writes what happened to a refund.</summary>
    public Task<AppendOutcome> Append(Guid orderId, OrderEvent @event, Guid refundId, Cause cause, CancellationToken cancellation) =>
        Append(orderId, @event, refundId.ToString(), cause, cancellation);

    private async Task<AppendOutcome> Append(Guid orderId, OrderEvent @event, string subject, Cause cause, CancellationToken cancellation)
    {
        var eventId = NameBasedId.Of(EventTypes.Of(@event).Name, orderId.ToString(), subject);
        var outcome = await orders.Append(orderId, @event, eventId, cause, cancellation);
        // Counted when it is written for the first time: what is repeated after a crash is the same payment.
        if (outcome is AppendOutcome.Written { IsReplay: false }) metrics.Written(@event);
        return outcome;
    }
}
