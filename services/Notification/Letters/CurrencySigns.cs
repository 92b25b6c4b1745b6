using System.Collections.Frozen;

namespace Shop.Notification.Letters;

/// <summary>The signs by which currencies are known, where a sign means one currency to everybody who reads it.</summary>
public static class CurrencySigns
{
    private static readonly FrozenDictionary<string, string> Signs = new Dictionary<string, string>
    {
        ["EUR"] = "€",
        ["GBP"] = "£",
        ["INR"] = "₹",
        ["JPY"] = "¥",
        ["KRW"] = "₩",
        ["USD"] = "$",
        ["VND"] = "₫",
    }.ToFrozenDictionary();

    /// <summary>The sign, such as <c>€</c>; null for a currency that is written with its code.</summary>
    public static string? Of(string currency) => Signs.GetValueOrDefault(currency);
}
