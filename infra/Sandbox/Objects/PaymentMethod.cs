using System.Text.Json.Nodes;

namespace Shop.Sandbox.Objects;

/// <summary>The card that was used, under the id it was given, as the API shows it.</summary>
public sealed record PaymentMethod(string Id, long Created, string Brand, string Last4)
{
    public JsonObject ToJson() => new()
    {
        ["id"] = Id,
        ["object"] = "payment_method",
        ["allow_redisplay"] = "unspecified",
        ["billing_details"] = Json.NoBillingDetails(),
        ["card"] = Card(Brand, Last4),
        ["created"] = Created,
        ["customer"] = null,
        ["livemode"] = false,
        ["metadata"] = new JsonObject(),
        ["type"] = "card",
    };

    /// <summary>What is known of a card. Expiry and country are the same for every test card.</summary>
    public static JsonObject Card(string brand, string last4) => new()
    {
        ["brand"] = brand,
        ["checks"] = new JsonObject
        {
            ["address_line1_check"] = null,
            ["address_postal_code_check"] = null,
            ["cvc_check"] = null,
        },
        ["country"] = "US",
        ["exp_month"] = 12,
        ["exp_year"] = 2040,
        ["funding"] = "credit",
        ["last4"] = last4,
        ["network"] = brand,
        ["three_d_secure"] = null,
        ["wallet"] = null,
    };
}
