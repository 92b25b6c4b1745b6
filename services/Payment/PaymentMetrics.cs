using System.Diagnostics.Metrics;
using System.Text.Json;
using Polly.CircuitBreaker;
using Shop.Contracts;
using Shop.ServiceDefaults;

namespace Shop.Payment;

/// <summary>What came of payments, counted.</summary>
public sealed class PaymentMetrics
{
    private readonly Counter<long> succeeded;
    private readonly Counter<long> failed;
    private readonly Counter<long> voided;
    private readonly Counter<long> refunded;
    private readonly Counter<long> refundsFailed;

    public PaymentMetrics(IMeterFactory meters)
    {
        var meter = meters.ShopMeter();
        succeeded = meter.CreateCounter<long>("shop.payments.succeeded", "{payment}", "Payments captured.");
        failed = meter.CreateCounter<long>("shop.payments.failed", "{payment}", "Payment attempts that failed, by reason.");
        voided = meter.CreateCounter<long>("shop.payments.voided", "{payment}", "Authorizations given back because the order was cancelled.");
        refunded = meter.CreateCounter<long>("shop.payments.refunded", "{payment}", "Refunds that succeeded.");
        refundsFailed = meter.CreateCounter<long>("shop.payments.refunds.failed", "{refund}", "Refunds that failed at the provider, also after they had succeeded.");
        foreach (var counter in (Counter<long>[])[succeeded, voided, refunded, refundsFailed]) counter.Add(0);
        foreach (var reason in Enum.GetValues<PaymentFailureReason>()) failed.Add(0, Reason(reason));
    }

    /// <summary>An event was written.</summary>
    public void Written(OrderEvent @event)
    {
        switch (@event)
        {
            case PaymentCaptured: succeeded.Add(1); break;
            case PaymentAuthFailed failure: failed.Add(1, Reason(failure.Reason)); break;
            case PaymentAuthVoided: voided.Add(1); break;
            case PaymentRefunded: refunded.Add(1); break;
            case PaymentRefundFailed: refundsFailed.Add(1); break;
        }
    }

    private static KeyValuePair<string, object?> Reason(PaymentFailureReason reason) =>
        new("reason", JsonNamingPolicy.KebabCaseLower.ConvertName(reason.ToString()));
}

/// <summary>The payment provider's circuit breaker, as a gauge: 0 closed, 1 half open, 2 open.</summary>
public sealed class BreakerGauge
{
    public BreakerGauge(IMeterFactory meters) => meters.ShopMeter().CreateObservableGauge(
        "shop.payment.breaker.state", State, null, "The payment provider's circuit breaker: 0 closed, 1 half open, 2 open.");

    /// <summary>To be given to the breaker.</summary>
    internal CircuitBreakerStateProvider Provider { get; } = new();

    private int State() => Provider.CircuitState switch { CircuitState.Closed => 0, CircuitState.HalfOpen => 1, _ => 2 };
}
