using System.Text.Json.Nodes;

namespace Shop.Sandbox.Objects;

/// <summary>Why the last attempt to pay failed: what a 402 says, and what the payment intent remembers.</summary>
public sealed record CardError(string Code, string? DeclineCode, string Message, string Charge, PaymentMethod PaymentMethod)
{
    /// <summary>The error as the API shows it.</summary>
    public JsonObject ToJson()
    {
        var json = new JsonObject
        {
            ["charge"] = Charge,
            ["code"] = Code,
            ["doc_url"] = $"https://stripe.com/docs/error-codes/{Code.Replace('_', '-')}",
            ["message"] = Message,
            ["payment_method"] = PaymentMethod.ToJson(),
            ["type"] = "card_error",
        };
        if (DeclineCode is not null) json["decline_code"] = DeclineCode;
        return json;
    }
}
