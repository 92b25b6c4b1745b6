using System.Text.Json.Nodes;

namespace Shop.Sandbox.Objects;

/// <summary>A payment from its creation to its end, as the provider keeps it. Amounts are in minor units, times in Unix seconds.</summary>
public sealed record PaymentIntent
{
    public required string Id { get; init; }
    public required long Created { get; init; }
    public required long Amount { get; init; }
    public required string Currency { get; init; }
    public required string Status { get; init; }
    public required string CaptureMethod { get; init; }
    public required string ConfirmationMethod { get; init; }
    public required string ClientSecret { get; init; }
    public required IReadOnlyDictionary<string, string> Metadata { get; init; }
    public required IReadOnlyList<string> PaymentMethodTypes { get; init; }
    public string? Description { get; init; }
    public string? ReceiptEmail { get; init; }
    public string? StatementDescriptorSuffix { get; init; }

    /// <summary>The payment method's id. As at Stripe, using a test token makes a new one, so it is not the token that was sent.</summary>
    public string? PaymentMethod { get; init; }

    /// <summary>The test token behind the payment method, which decides how the bank answers.</summary>
    public string? Token { get; init; }

    public string? LatestCharge { get; init; }
    public string? Review { get; init; }
    public long AmountCapturable { get; init; }
    public long AmountReceived { get; init; }
    public string? CancellationReason { get; init; }
    public long? CanceledAt { get; init; }
    public CardError? LastPaymentError { get; init; }
    public string? ReturnUrl { get; init; }

    /// <summary>Set while there is an authorization that can lapse.</summary>
    public long? CaptureBefore { get; init; }

    /// <summary>The object as the API shows it.</summary>
    public JsonObject ToJson() => new()
    {
        ["id"] = Id,
        ["object"] = "payment_intent",
        ["amount"] = Amount,
        ["amount_capturable"] = AmountCapturable,
        ["amount_details"] = new JsonObject { ["tip"] = new JsonObject() },
        ["amount_received"] = AmountReceived,
        ["application"] = null,
        ["application_fee_amount"] = null,
        ["automatic_payment_methods"] = null,
        ["canceled_at"] = CanceledAt,
        ["cancellation_reason"] = CancellationReason,
        ["capture_method"] = CaptureMethod,
        ["client_secret"] = ClientSecret,
        ["confirmation_method"] = ConfirmationMethod,
        ["created"] = Created,
        ["currency"] = Currency,
        ["customer"] = null,
        ["description"] = Description,
        ["last_payment_error"] = LastPaymentError?.ToJson(),
        ["latest_charge"] = LatestCharge,
        ["livemode"] = false,
        ["metadata"] = Json.Of(Metadata),
        ["next_action"] = NextAction(),
        ["on_behalf_of"] = null,
        ["payment_method"] = PaymentMethod,
        ["payment_method_options"] = new JsonObject { ["card"] = new JsonObject { ["request_three_d_secure"] = "automatic" } },
        ["payment_method_types"] = Json.Of(PaymentMethodTypes),
        ["processing"] = null,
        ["receipt_email"] = ReceiptEmail,
        ["review"] = Review,
        ["setup_future_usage"] = null,
        ["shipping"] = null,
        ["source"] = null,
        ["statement_descriptor"] = null,
        ["statement_descriptor_suffix"] = StatementDescriptorSuffix,
        ["status"] = Status,
        ["transfer_data"] = null,
        ["transfer_group"] = null,
    };

    private JsonObject? NextAction()
    {
        if (Status != PaymentIntentStatus.RequiresAction) return null;
        return ReturnUrl is null
            ? new JsonObject { ["type"] = "use_stripe_sdk", ["use_stripe_sdk"] = new JsonObject { ["type"] = "three_d_secure_redirect" } }
            : new JsonObject
            {
                ["type"] = "redirect_to_url",
                ["redirect_to_url"] = new JsonObject { ["return_url"] = ReturnUrl, ["url"] = ReturnUrl },
            };
    }
}
