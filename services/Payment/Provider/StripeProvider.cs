using System.Globalization;
using Shop.Contracts;
using Shop.ServiceDefaults.Messaging;

namespace Shop.Payment.Provider;

/// <summary>
/// A payment provider that speaks Stripe's API: Stripe itself, or the shop's own sandbox. Idempotency keys are
/// <c>{orderId}:{operation}:{attempt or refund}</c>; when the provider remembers a failure under a key, the payment is looked up,
/// and only if there is none, the next key (<c>…:2</c>, <c>…:3</c>) is used.
/// </summary>
internal sealed class StripeProvider(StripeClient stripe) : IPaymentProvider
{
    private const int MostKeys = 4;

    public async Task<Authorization> Authorize(AuthorizationRequest request, CancellationToken cancellation)
    {
        if (request.MayExist && await Find(request, cancellation) is { } existing) return Held(existing);
        for (var number = 1; number <= MostKeys; number++)
        {
            var answer = await stripe.Post(
                "v1/payment_intents", Key(request.OrderId, "authorize", Text(request.Attempt), number), StripeJson.Default.StripePaymentIntent, cancellation,
                ("amount", Text(request.Amount)),
                ("currency", request.Currency.ToLowerInvariant()),
                ("payment_method", request.MethodToken),
                ("payment_method_types[]", "card"),
                ("capture_method", "manual"),
                ("confirm", "true"),
                ("error_on_requires_action", "true"),
                ("metadata[order_id]", request.OrderId.ToString()),
                ("metadata[attempt]", Text(request.Attempt)),
                ("expand[]", "latest_charge"));
            if (answer.Value is { } intent)
            {
                if (intent.Status == "processing") throw new RetryLaterException("The payment provider is still processing the payment.");
                return Held(intent);
            }

            var error = answer.Error!;
            if (error.Type == "card_error" && error.Code != "processing_error") return Declined(error);
            if (error is { Type: "invalid_request_error", Param: "payment_method" or "payment_method_data" })
                return new Authorization.Declined(PaymentFailureReason.ProviderRejected, Retryable: true, error.Code);
            if (error is { Code: "amount_too_small" or "amount_too_large" })
                return new Authorization.Declined(PaymentFailureReason.ProviderRejected, Retryable: false, error.Code);
            if (error.Type is "invalid_request_error" or "idempotency_error")
                throw new UnprocessableMessageException($"The payment provider refuses the request: {error.Type}, {error.Code}, {error.Param}.");

            // Neither yes nor no. The same key would give this answer for a day.
            if (!answer.IsReplay) throw new RetryLaterException("The payment provider could not process the payment.");
            if (await Find(request, cancellation) is { } made) return Held(made);
        }

        return new Authorization.Declined(PaymentFailureReason.ProviderRejected, Retryable: true, "processing_error");
    }

    public Task<Settlement> Capture(Guid orderId, int attempt, string paymentId, CancellationToken cancellation) =>
        Settle("capture", orderId, attempt, paymentId, cancellation);

    public Task<Settlement> Void(Guid orderId, int attempt, string paymentId, CancellationToken cancellation) =>
        Settle("cancel", orderId, attempt, paymentId, cancellation);

    public async Task<ProviderRefund> Refund(Guid orderId, string paymentId, Guid refundId, long amount, CancellationToken cancellation)
    {
        for (var number = 1; number <= MostKeys; number++)
        {
            // What was begun before is found here, whatever became of it.
            if (await EarlierRefund(paymentId, refundId, cancellation) is { } earlier) return Ended(earlier);
            var answer = await stripe.Post(
                "v1/refunds", Key(orderId, "refund", refundId.ToString(), number), StripeJson.Default.StripeRefund, cancellation,
                ("payment_intent", paymentId),
                ("amount", Text(amount)),
                ("metadata[order_id]", orderId.ToString()),
                ("metadata[refund_id]", refundId.ToString()));
            switch (answer)
            {
                case { IsReplay: true, Value: { } kept }:
                    return Ended(await Find(kept.Id, cancellation)); // An answer from before, kept for a day: how it stands since, only a look tells.
                case { Value: { } refund }:
                    return Ended(refund);
                case { IsReplay: true }:
                    break; // An error that is kept under the key: another key asks anew.
                default:
                    throw new RetryLaterException($"The payment provider refuses the refund: {answer.Error!.Type}, {answer.Error.Code}.");
            }
        }

        throw new RetryLaterException("The payment provider keeps refusing the refund.");
    }

    public async Task<ProviderRefund> FindRefund(string providerRefundId, CancellationToken cancellation)
    {
        var refund = await Find(providerRefundId, cancellation);
        return new ProviderRefund(refund.Id, HasFailed(refund), refund.FailureReason);
    }

    /// <summary>Captures or cancels. When the answer does not tell what became of the payment, looking at it does.</summary>
    private async Task<Settlement> Settle(string operation, Guid orderId, int attempt, string paymentId, CancellationToken cancellation)
    {
        for (var number = 1; number <= MostKeys; number++)
        {
            var answer = await stripe.Post(
                $"v1/payment_intents/{paymentId}/{operation}", Key(orderId, operation, Text(attempt), number), StripeJson.Default.StripePaymentIntentState,
                cancellation);
            if (Settled(answer) is { } settled) return settled;
            var now = await stripe.Get($"v1/payment_intents/{paymentId}", StripeJson.Default.StripePaymentIntentState, cancellation);
            if (Settled(now) is { } found) return found;
            // An error that is kept under a key is its answer for a day, whatever happens meanwhile: another key asks anew.
            if (!answer.IsReplay) throw new RetryLaterException($"The payment provider did not {operation} the payment: {answer.Error?.Type}, {answer.Error?.Code}.");
        }

        throw new RetryLaterException($"The payment provider keeps refusing to {operation} the payment.");
    }

    private async Task<StripePaymentIntent?> Find(AuthorizationRequest request, CancellationToken cancellation)
    {
        var query = Uri.EscapeDataString($"metadata['order_id']:'{request.OrderId}' AND metadata['attempt']:'{request.Attempt}'");
        var answer = await stripe.Get($"v1/payment_intents/search?query={query}&expand[]=data.latest_charge", StripeJson.Default.PaymentIntentList, cancellation);
        // Not knowing is not the same as there being none: on that, another key may be used.
        var list = answer.Value ?? throw new RetryLaterException($"The payment provider does not search payments: {answer.Error!.Type}, {answer.Error.Code}.");
        return list.Data.FirstOrDefault(intent => intent.Status is "requires_capture" or "succeeded" or "canceled");
    }

    /// <summary>The refund that was made for that id, if any.</summary>
    private async Task<StripeRefund?> EarlierRefund(string paymentId, Guid refundId, CancellationToken cancellation)
    {
        var answer = await stripe.Get($"v1/refunds?payment_intent={paymentId}&limit=100", StripeJson.Default.RefundList, cancellation);
        var list = answer.Value ?? throw new RetryLaterException($"The payment provider does not list refunds: {answer.Error!.Type}, {answer.Error.Code}.");
        var made = list.Data.Where(refund => refund.Metadata?.GetValueOrDefault("refund_id") == refundId.ToString()).ToList();
        return made.Find(refund => refund.Status == "succeeded") ?? made.FirstOrDefault();
    }

    private async Task<StripeRefund> Find(string providerRefundId, CancellationToken cancellation)
    {
        var answer = await stripe.Get($"v1/refunds/{providerRefundId}", StripeJson.Default.StripeRefund, cancellation);
        return answer.Value ?? throw new RetryLaterException($"The payment provider does not show a refund: {answer.Error!.Type}, {answer.Error.Code}.");
    }

    private static ProviderRefund Ended(StripeRefund refund) => refund switch
    {
        { Status: "succeeded" } => new(refund.Id),
        _ when HasFailed(refund) => new(refund.Id, HasFailed: true, refund.FailureReason ?? refund.Status),
        _ => throw new RetryLaterException($"The refund is {refund.Status} at the payment provider."),
    };

    private static bool HasFailed(StripeRefund refund) => refund.Status is "failed" or "canceled";

    private static Authorization Held(StripePaymentIntent intent) => intent switch
    {
        { Status: "requires_capture", LatestCharge: { Outcome: { Type: "manual_review" } outcome } charge } => new Authorization.UnderReview(
            intent.Id, outcome.RiskLevel ?? "unknown",
            charge.PaymentMethodDetails?.Card?.CaptureBefore is { } lapses
                ? DateTimeOffset.FromUnixTimeSeconds(lapses)
                : DateTimeOffset.FromUnixTimeSeconds(charge.Created).AddDays(7)),
        { Status: "requires_capture" or "succeeded" or "canceled" } => new Authorization.Authorized(intent.Id),
        _ => throw new RetryLaterException($"The payment is {intent.Status} at the payment provider."),
    };

    private static Authorization.Declined Declined(StripeError error) => error switch
    {
        { Code: "authentication_required" } or { DeclineCode: "authentication_required" } =>
            new(PaymentFailureReason.AuthenticationRequired, Retryable: true, "authentication_required"),
        { DeclineCode: "lost_card" or "stolen_card" or "fraudulent" or "pickup_card" or "restricted_card" or "merchant_blacklist" } =>
            new(PaymentFailureReason.Declined, Retryable: false, error.DeclineCode),
        _ => new(PaymentFailureReason.Declined, Retryable: true, error.DeclineCode ?? error.Code),
    };

    /// <summary>What an answer says became of the payment; null when it does not say.</summary>
    private static Settlement? Settled(StripeAnswer<StripePaymentIntentState> answer) => answer switch
    {
        { Value.Status: "succeeded" } => Settlement.Captured,
        { Value.Status: "canceled" } => Settlement.Voided,
        { Error: { Code: "payment_intent_unexpected_state", PaymentIntent.Status: "succeeded" } } => Settlement.Captured,
        { Error: { Code: "payment_intent_unexpected_state", PaymentIntent.Status: "canceled" } } => Settlement.Voided,
        _ => null,
    };

    private static string Key(Guid orderId, string operation, string subject, int number = 1) =>
        number == 1 ? $"{orderId}:{operation}:{subject}" : $"{orderId}:{operation}:{subject}:{number}";

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
