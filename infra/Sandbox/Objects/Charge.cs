using System.Text.Json.Nodes;

namespace Shop.Sandbox.Objects;

/// <summary>
/// One attempt to take money from a card: declined, authorized, or captured. What was refunded is not kept here but follows from
/// the refunds, since a refund may fail days after it succeeded.
/// </summary>
public sealed record Charge
{
    public required string Id { get; init; }
    public required long Created { get; init; }
    public required string PaymentIntent { get; init; }
    public required long Amount { get; init; }
    public required string Currency { get; init; }
    public required IReadOnlyDictionary<string, string> Metadata { get; init; }
    public required string PaymentMethod { get; init; }
    public required string Brand { get; init; }
    public required string Last4 { get; init; }
    public required ChargeOutcome Outcome { get; init; }
    public required bool Paid { get; init; }
    public string? Description { get; init; }
    public string? FailureCode { get; init; }
    public string? FailureMessage { get; init; }
    public bool Captured { get; init; }
    public long AmountCaptured { get; init; }

    /// <summary>The authorization was given back without a capture: by a cancellation, or because it lapsed.</summary>
    public bool Released { get; init; }

    public long? CaptureBefore { get; init; }
    public string? Review { get; init; }
    public RefundCourse RefundCourse { get; init; }

    /// <summary>The object as the API shows it, with what was refunded of it.</summary>
    public JsonObject ToJson(long refunded)
    {
        if (Released) refunded = Amount;
        var card = Objects.PaymentMethod.Card(Brand, Last4);
        if (CaptureBefore is { } before) card["capture_before"] = before;
        return new JsonObject
        {
            ["id"] = Id,
            ["object"] = "charge",
            ["amount"] = Amount,
            ["amount_captured"] = AmountCaptured,
            ["amount_refunded"] = refunded,
            ["application"] = null,
            ["application_fee"] = null,
            ["application_fee_amount"] = null,
            ["balance_transaction"] = null,
            ["billing_details"] = Json.NoBillingDetails(),
            ["calculated_statement_descriptor"] = "SHOP",
            ["captured"] = Captured,
            ["created"] = Created,
            ["currency"] = Currency,
            ["customer"] = null,
            ["description"] = Description,
            ["disputed"] = false,
            ["failure_balance_transaction"] = null,
            ["failure_code"] = FailureCode,
            ["failure_message"] = FailureMessage,
            ["fraud_details"] = new JsonObject(),
            ["livemode"] = false,
            ["metadata"] = Json.Of(Metadata),
            ["on_behalf_of"] = null,
            ["outcome"] = Outcome.ToJson(),
            ["paid"] = Paid,
            ["payment_intent"] = PaymentIntent,
            ["payment_method"] = PaymentMethod,
            ["payment_method_details"] = new JsonObject { ["card"] = card, ["type"] = "card" },
            ["receipt_email"] = null,
            ["receipt_number"] = null,
            ["receipt_url"] = null,
            ["refunded"] = Released || (Captured && refunded >= AmountCaptured),
            ["review"] = Review,
            ["shipping"] = null,
            ["source_transfer"] = null,
            ["statement_descriptor"] = null,
            ["statement_descriptor_suffix"] = null,
            ["status"] = Paid ? "succeeded" : "failed",
            ["transfer_data"] = null,
            ["transfer_group"] = null,
        };
    }
}
