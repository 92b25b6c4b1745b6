using System.Globalization;
using System.Text.Json;
using Shop.Contracts;

namespace Shop.Backoffice.Orders;

/// <summary>What differs between two JSON values, leaf by leaf, each under its JSON pointer (RFC 6901).</summary>
internal static class JsonDifference
{
    public static IEnumerable<OrderChange> Between(JsonElement from, JsonElement to, string path = "") => (from.ValueKind, to.ValueKind) switch
    {
        (JsonValueKind.Object, JsonValueKind.Object) => Members(from).Union(Members(to)).SelectMany(name =>
            Between(from.TryGetProperty(name, out var before), before, to.TryGetProperty(name, out var after), after, $"{path}/{Escaped(name)}")),
        (JsonValueKind.Array, JsonValueKind.Array) => Enumerable.Range(0, Math.Max(from.GetArrayLength(), to.GetArrayLength())).SelectMany(i => Between(
            i < from.GetArrayLength(), i < from.GetArrayLength() ? from[i] : default, i < to.GetArrayLength(), i < to.GetArrayLength() ? to[i] : default,
            string.Create(CultureInfo.InvariantCulture, $"{path}/{i}"))),
        _ => JsonElement.DeepEquals(from, to) ? [] : [new OrderChange(path, from, to)],
    };

    private static IEnumerable<OrderChange> Between(bool wasThere, JsonElement before, bool isThere, JsonElement after, string path) => (wasThere, isThere) switch
    {
        (true, true) => Between(before, after, path),
        (true, false) => [new OrderChange(path, before)],
        _ => [new OrderChange(path, To: after)],
    };

    private static IEnumerable<string> Members(JsonElement element) => element.EnumerateObject().Select(member => member.Name);

    private static string Escaped(string name) => name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
}
