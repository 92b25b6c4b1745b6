using Shop.Contracts;
using Shop.Payment.Provider;
using Shop.ServiceDefaults.Messaging;

namespace Shop.Histories.Tests;

/// <summary>
/// A payment provider that keeps its promises, one key for each order and attempt or refund, and its books. What it says to a
/// method follows from the method's token. Every call waits twice: a request can be lost, and so can an answer to what was done.
/// </summary>
internal sealed class Bank(Scheduler scheduler, Landmarks landmarks, Func<long> position) : IPaymentProvider
{
    private readonly Dictionary<(Guid Order, int Attempt), AuthorizationRequest> keys = [];

    public List<Intent> Intents { get; } = [];

    public List<Given> Refunds { get; } = [];

    /// <summary>What it was asked that it should never have been asked.</summary>
    public List<string> Complaints { get; } = [];

    public Task<Authorization> Authorize(AuthorizationRequest request, CancellationToken cancellation) =>
        Call($"authorize attempt {request.Attempt} of {Names.Of(request.OrderId)} by {request.MethodToken}", () => Decide(request));

    public Task<Settlement> Capture(Guid orderId, int attempt, string paymentId, CancellationToken cancellation) =>
        Call($"capture {paymentId}", () => Settle(paymentId, Settlement.Captured));

    public Task<Settlement> Void(Guid orderId, int attempt, string paymentId, CancellationToken cancellation) =>
        Call($"void {paymentId}", () => Settle(paymentId, Settlement.Voided));

    public Task<ProviderRefund> Refund(Guid orderId, string paymentId, Guid refundId, long amount, CancellationToken cancellation) =>
        Call($"refund {amount} of {paymentId}", () => Refund(paymentId, refundId, amount));

    public Task<ProviderRefund> FindRefund(string providerRefundId, CancellationToken cancellation) =>
        Call($"look {providerRefundId} up", () => Find(providerRefundId));

    /// <summary>An authorization that was neither captured nor voided lapses; false when there is none.</summary>
    public bool Lapse(int which)
    {
        var held = Intents.FindAll(intent => intent.Settled is null);
        if (held.Count == 0) return false;
        held[which % held.Count].Settled = Settlement.Voided;
        landmarks.Reach(Landmark.AuthorizationLapsed);
        return true;
    }

    /// <summary>A day later no key is remembered; what was made under it still is.</summary>
    public bool ForgetKeys()
    {
        var knew = keys.Count > 0;
        keys.Clear();
        return knew;
    }

    private async Task<T> Call<T>(string what, Func<Task<T>> act)
    {
        if (!await scheduler.Pause($"asks the provider to {what}")) throw new RetryLaterException("The provider is away.");
        var answer = act();
        if (!await scheduler.Pause($"is answered by the provider, asked to {what}")) throw new RetryLaterException("The provider's answer was lost.");
        return await answer;
    }

    private Task<Authorization> Decide(AuthorizationRequest request)
    {
        var (key, asked) = ((request.OrderId, request.Attempt), request with { MayExist = false });
        var isKnown = !keys.TryAdd(key, asked);
        if (keys[key] != asked) Complaints.Add($"another request under the key of attempt {request.Attempt}: {asked}, not {keys[key]}");
        var made = Intents.Find(intent => (intent.Order, intent.Attempt) == key);
        if (made is not null && (isKnown || request.MayExist)) return Held(made);
        return request.MethodToken switch
        {
            "pm_card_visa_chargeDeclined" => No(retryable: true),
            "pm_card_visa_chargeDeclinedLostCard" => No(retryable: false),
            _ => Held(Made(request)),
        };
    }

    private Intent Made(AuthorizationRequest request)
    {
        var intent = new Intent($"pi_{Intents.Count + 1}", request.OrderId, request.Attempt, request.Amount, request.MethodToken, position());
        Intents.Add(intent);
        return intent;
    }

    private Task<Authorization> No(bool retryable)
    {
        if (!retryable) landmarks.Reach(Landmark.DeclinedForGood);
        return Task.FromResult<Authorization>(new Authorization.Declined(PaymentFailureReason.Declined, retryable, "generic_decline"));
    }

    private static Task<Authorization> Held(Intent intent) => Task.FromResult<Authorization>(
        intent is { MethodToken: "pm_card_riskLevelElevated", Settled: null }
            ? new Authorization.UnderReview(intent.Id, "elevated", DateTimeOffset.UnixEpoch)
            : new Authorization.Authorized(intent.Id));

    private Task<Settlement> Settle(string paymentId, Settlement wanted)
    {
        var intent = Intents.Single(intent => intent.Id == paymentId);
        return Task.FromResult(intent.Settled ??= wanted);
    }

    private Task<ProviderRefund> Refund(string paymentId, Guid refundId, long amount)
    {
        var intent = Intents.Single(intent => intent.Id == paymentId);
        var earlier = Refunds.FindAll(refund => refund.Intent == intent);
        if (earlier.Find(refund => refund.RefundId == refundId) is { } begun)
        {
            if (begun.Status == GivenStatus.Pending) begun.Status = GivenStatus.Succeeded;
            return Ended(begun);
        }

        var left = (intent.Settled == Settlement.Captured ? intent.Amount : 0)
            - earlier.Where(refund => refund.Status != GivenStatus.Failed).Sum(refund => refund.Amount);
        if (amount > left)
        {
            Complaints.Add($"a refund of {amount}, where {left} is left of {paymentId}");
            throw new RetryLaterException("The provider refuses the refund.");
        }

        var refund = new Given($"re_{Refunds.Count + 1}", intent, refundId, amount)
        {
            Status = (intent.MethodToken, earlier.Count) switch
            {
                ("pm_card_pendingRefund", _) => GivenStatus.Pending,
                ("pm_card_refundFail", 0) => GivenStatus.Failed,
                _ => GivenStatus.Succeeded,
            },
        };
        Refunds.Add(refund);
        if (refund.Status != GivenStatus.Pending) return Ended(refund);
        landmarks.Reach(Landmark.RefundWaited);
        throw new RetryLaterException("The refund is pending.");
    }

    /// <summary>A customer's bank may send the money back: by the time that somebody looks, it has.</summary>
    private Task<ProviderRefund> Find(string id)
    {
        var refund = Refunds.Single(refund => refund.Id == id);
        if (refund.Intent.MethodToken == "pm_sandbox_refund_fails_once" && Refunds.Find(other => other.Intent == refund.Intent) == refund)
        {
            refund.Status = GivenStatus.Failed;
            landmarks.Reach(Landmark.RefundFailedLater);
        }

        return Ended(refund);
    }

    private static Task<ProviderRefund> Ended(Given refund) =>
        Task.FromResult(new ProviderRefund(refund.Id, refund.Status == GivenStatus.Failed, refund.Status == GivenStatus.Failed ? "card_closed" : null));
}

/// <summary>Money that was authorized when the log had come to that position, and what became of it: null while it is held.</summary>
internal sealed record Intent(string Id, Guid Order, int Attempt, long Amount, string MethodToken, long Position)
{
    public Settlement? Settled { get; set; }

    public override string ToString() => $"{Id}: {Amount} for attempt {Attempt} of {Names.Of(Order)}, {Settled?.ToString() ?? "Held"}";
}

/// <summary>Money that was given back, or is to be.</summary>
internal sealed record Given(string Id, Intent Intent, Guid RefundId, long Amount)
{
    public GivenStatus Status { get; set; }

    public override string ToString() => $"{Id}: {Amount} of {Intent.Id} given back, {Status}";
}

internal enum GivenStatus { Pending, Failed, Succeeded }
