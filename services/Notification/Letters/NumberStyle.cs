using System.Globalization;
using System.Text;
using Shop.Contracts;

namespace Shop.Notification.Letters;

/// <summary>
/// How a language writes an amount of money. The shop runs without the system's cultures, so that a letter looks the same on
/// every machine; the few marks that matter are therefore the shop's own.
/// </summary>
public sealed record NumberStyle(char Decimal, char Group, bool SignFirst)
{
    private const char NoBreakSpace = '\u00A0';

    /// <summary>The amount, which is in minor units, with its currency: <c>€44.97</c>, <c>44,97 €</c>, <c>CHF 44.97</c>.</summary>
    public string Money(long amount, string currency)
    {
        var sign = CurrencySigns.Of(currency);
        var number = Number(amount, Currencies.ExponentOf(currency));
        var minus = amount < 0 ? "-" : "";
        if (!SignFirst) return $"{minus}{number}{NoBreakSpace}{sign ?? currency}";
        return sign is null ? $"{minus}{currency}{NoBreakSpace}{number}" : $"{minus}{sign}{number}";
    }

    private string Number(long amount, int decimals)
    {
        // Through UInt128, because the least long has no positive counterpart.
        var digits = ((UInt128)Int128.Abs(amount)).ToString(CultureInfo.InvariantCulture).PadLeft(decimals + 1, '0');
        var whole = digits[..^decimals];
        var text = new StringBuilder();
        for (var i = 0; i < whole.Length; i++)
        {
            if (i > 0 && (whole.Length - i) % 3 == 0) text.Append(Group);
            text.Append(whole[i]);
        }

        return decimals == 0 ? text.ToString() : text.Append(Decimal).Append(digits.AsSpan(whole.Length)).ToString();
    }
}
