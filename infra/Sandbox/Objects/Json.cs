using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Shop.Sandbox.Objects;

/// <summary>Small parts of the API's objects.</summary>
internal static class Json
{
    public static JsonObject Of(IReadOnlyDictionary<string, string> map)
    {
        var json = new JsonObject();
        foreach (var (name, value) in map) json[name] = value;
        return json;
    }

    public static JsonArray Of(IEnumerable<string> values) => [.. values.Select(value => (JsonNode?)value)];

    public static JsonObject NoBillingDetails() => new()
    {
        ["address"] = new JsonObject
        {
            ["city"] = null,
            ["country"] = null,
            ["line1"] = null,
            ["line2"] = null,
            ["postal_code"] = null,
            ["state"] = null,
        },
        ["email"] = null,
        ["name"] = null,
        ["phone"] = null,
    };
}

/// <summary>The form in which the objects are stored.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(PaymentIntent))]
[JsonSerializable(typeof(Charge))]
[JsonSerializable(typeof(Refund))]
[JsonSerializable(typeof(Review))]
internal sealed partial class StoredJson : JsonSerializerContext;
