using Shop.Contracts;

namespace Shop.Payment.Provider;

/// <summary>
/// Where the money is. Each call is safe to repeat: it finds what an earlier one did. A provider that is away, slow or busy makes
/// a call throw, which says nothing of whether it was done.
/// </summary>
public interface IPaymentProvider
{
    /// <summary>Asks the provider to hold the money.</summary>
    Task<Authorization> Authorize(AuthorizationRequest request, CancellationToken cancellation);

    /// <summary>Takes the money that is held; says so too when it was taken before, or that it had been given back.</summary>
    Task<Settlement> Capture(Guid orderId, int attempt, string paymentId, CancellationToken cancellation);

    /// <summary>Gives back the money that is held; says so too when it was given back before, or that it had been taken.</summary>
    Task<Settlement> Void(Guid orderId, int attempt, string paymentId, CancellationToken cancellation);

    /// <summary>Gives back money that was taken, once for each refund id; what came of it, once the provider knows.</summary>
    Task<ProviderRefund> Refund(Guid orderId, string paymentId, Guid refundId, long amount, CancellationToken cancellation);

    /// <summary>What the provider says of a refund by now.</summary>
    Task<ProviderRefund> FindRefund(string providerRefundId, CancellationToken cancellation);
}

/// <summary>
/// What is to be held. <paramref name="MayExist"/>: an earlier try may have got through, so the payment is looked up before a new
/// one is made.
/// </summary>
public sealed record AuthorizationRequest(Guid OrderId, int Attempt, long Amount, string Currency, string MethodToken, bool MayExist);

/// <summary>What the provider said to an <see cref="AuthorizationRequest"/>.</summary>
public abstract record Authorization
{
    private Authorization() { }

    /// <summary>The money is held (or, if an earlier try got that far, taken).</summary>
    public sealed record Authorized(string PaymentId) : Authorization;

    /// <summary>The money is held, and a person is to decide before it may be taken.</summary>
    public sealed record UnderReview(string PaymentId, string RiskLevel, DateTimeOffset CaptureBefore) : Authorization;

    /// <summary>No. <paramref name="Retryable"/>: the customer may try again.</summary>
    public sealed record Declined(PaymentFailureReason Reason, bool Retryable, string? Code) : Authorization;
}

/// <summary>A refund at the provider. <paramref name="FailureReason"/> is the provider's own word.</summary>
public sealed record ProviderRefund(string Id, bool HasFailed = false, string? FailureReason = null);

/// <summary>What became of money that was held.</summary>
public enum Settlement { Captured, Voided }
