using System.Collections.Frozen;

namespace Shop.Notification.Letters;

/// <summary>How many decimals a currency has (ISO 4217), and the sign that it is known by.</summary>
public static class Currencies
{
    private static readonly FrozenSet<string> WithoutDecimals = FrozenSet.Create(
        StringComparer.Ordinal,
        "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF");

    private static readonly FrozenSet<string> WithThree = FrozenSet.Create(
        StringComparer.Ordinal, "BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND");

    private static readonly FrozenSet<string> WithFour = FrozenSet.Create(StringComparer.Ordinal, "CLF", "UYW");

    // Only signs that mean one currency to everybody who reads them; what others write "$" stays a code.
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

    /// <summary>The number of decimals.</summary>
    public static int Decimals(string currency) =>
        WithoutDecimals.Contains(currency) ? 0 : WithThree.Contains(currency) ? 3 : WithFour.Contains(currency) ? 4 : 2;

    /// <summary>The sign, such as <c>€</c>; null for a currency that is written with its code.</summary>
    public static string? Sign(string currency) => Signs.GetValueOrDefault(currency);
}
