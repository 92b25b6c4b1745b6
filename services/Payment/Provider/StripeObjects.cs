using System.Text.Json;
using System.Text.Json.Serialization;

namespace Shop.Payment.Provider;

/// <summary>The members of Stripe's objects that the shop reads (Stripe API reference: payment intents, charges, refunds, errors).</summary>
internal sealed record StripePaymentIntent(string Id, string Status, StripeCharge? LatestCharge = null);

internal sealed record StripeCharge(StripeOutcome? Outcome = null, StripeMethodDetails? PaymentMethodDetails = null, long Created = 0);

internal sealed record StripeOutcome(string? Type = null, string? RiskLevel = null);

internal sealed record StripeMethodDetails(StripeCard? Card = null);

internal sealed record StripeCard(long? CaptureBefore = null);

internal sealed record StripeRefund(string Id, string Status, Dictionary<string, string>? Metadata = null, string? FailureReason = null);

internal sealed record StripeList<T>(IReadOnlyList<T> Data);

internal sealed record StripeFailure(StripeError? Error = null);

internal sealed record StripeError(
    string Type, string? Code = null, string? DeclineCode = null, string? Param = null, StripePaymentIntentState? PaymentIntent = null);

/// <summary>A payment intent where its charge is not expanded: then <c>latest_charge</c> is an id.</summary>
internal sealed record StripePaymentIntentState(string Id, string Status);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(StripePaymentIntent))]
[JsonSerializable(typeof(StripePaymentIntentState))]
[JsonSerializable(typeof(StripeRefund))]
[JsonSerializable(typeof(StripeList<StripePaymentIntent>), TypeInfoPropertyName = "PaymentIntentList")]
[JsonSerializable(typeof(StripeList<StripeRefund>), TypeInfoPropertyName = "RefundList")]
[JsonSerializable(typeof(StripeFailure))]
internal sealed partial class StripeJson : JsonSerializerContext;
