using System.Text.Json.Nodes;
using Shop.Sandbox.Objects;
using Shop.Sandbox.Storage;

namespace Shop.Sandbox.Http;

/// <summary>
/// <c>expand[]=latest_charge</c>: replaces an id by the object it names, along a path of at most four names; in a list the path
/// begins with <c>data</c>.
/// </summary>
internal static class Expansion
{
    private const int Deepest = 4;

    public static JsonObject Expand(this JsonObject json, IEnumerable<string> paths, Books books)
    {
        foreach (var path in paths)
        {
            var names = path.Split('.');
            if (names.Length > Deepest)
                throw StripeException.Invalid("expand", $"You cannot expand more than {Deepest} levels of a property. Property: {path}");
            Expand(json, names, path, books);
        }

        return json;
    }

    private static void Expand(JsonObject json, ReadOnlySpan<string> names, string path, Books books)
    {
        if (names.IsEmpty) return;
        var name = names[0];
        if (!json.TryGetPropertyValue(name, out var value)) throw NotExpandable(path);
        switch (value)
        {
            case null:
                return;
            case JsonArray items:
                foreach (var item in items) Expand(item!.AsObject(), names[1..], path, books);
                return;
            case JsonObject inner:
                Expand(inner, names[1..], path, books);
                return;
            default:
                var expanded = value.GetValueKind() == System.Text.Json.JsonValueKind.String && name != "id"
                    ? name == "payment_method" ? PaymentMethodOf(json, books) : books.Show(value.GetValue<string>())
                    : null;
                if (expanded is null) throw NotExpandable(path);
                json[name] = expanded;
                Expand(expanded, names[1..], path, books);
                return;
        }
    }

    private static JsonObject? PaymentMethodOf(JsonObject json, Books books)
    {
        var (id, created) = (json["payment_method"]!.GetValue<string>(), json["created"]!.GetValue<long>());
        if (json["object"]!.GetValue<string>() == "charge")
        {
            var charge = books.FindCharge(json["id"]!.GetValue<string>())!;
            return new PaymentMethod(id, created, charge.Brand, charge.Last4).ToJson();
        }

        return books.FindIntent(json["id"]!.GetValue<string>()) is { Token: { } token } && TestCard.Find(token) is { } card
            ? new PaymentMethod(id, created, card.Brand, card.Last4).ToJson()
            : null;
    }

    private static StripeException NotExpandable(string path) =>
        StripeException.Invalid("expand", $"This property cannot be expanded ({path}).");
}
