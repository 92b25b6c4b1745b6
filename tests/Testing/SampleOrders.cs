using System.Text.Json.Nodes;

namespace Shop.Testing;

/// <summary>Bodies of <c>POST /orders</c>.</summary>
public static class SampleOrders
{
    /// <summary>A valid order of 44.97 EUR, paid with that token; <paramref name="change"/> makes it another.</summary>
    public static string Json(string methodToken = "pm_card_visa", Action<JsonObject>? change = null)
    {
        var body = new JsonObject
        {
            ["currency"] = "EUR",
            ["customer"] = new JsonObject { ["id"] = "c-17", ["name"] = "Ada Example", ["email"] = "ada@example.org", ["locale"] = "en" },
            ["items"] = new JsonArray(new JsonObject { ["sku"] = "TEA-1", ["name"] = "Green tea", ["quantity"] = 2, ["unitPrice"] = 1999 }),
            ["shippingCost"] = 499,
            ["tax"] = 0,
            ["total"] = 4497,
            ["shippingAddress"] = Address(),
            ["payment"] = new JsonObject { ["methodToken"] = methodToken },
        };
        change?.Invoke(body);
        return body.ToJsonString();
    }

    /// <summary>A valid address.</summary>
    public static JsonObject Address(string line1 = "1 Example Street") => new()
    {
        ["name"] = "Ada Example",
        ["line1"] = line1,
        ["city"] = "Berlin",
        ["postalCode"] = "10115",
        ["country"] = "DE",
    };
}
