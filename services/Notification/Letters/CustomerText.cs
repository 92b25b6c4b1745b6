using System.Globalization;
using System.Text;

namespace Shop.Notification.Letters;

/// <summary>
/// Makes what a customer or a caller typed fit to stand in a letter. It becomes one line without control characters and without
/// marks that turn the text around it (both would let a name rewrite the letter), and it ends somewhere.
/// </summary>
public static class CustomerText
{
    private const int LongestName = 60;

    /// <summary>The text as one clean line of at most <paramref name="longest"/> characters.</summary>
    public static string Line(string? text, int longest = 200)
    {
        var line = new StringBuilder();
        foreach (var rune in (text ?? "").EnumerateRunes())
        {
            if (IsInvisible(rune)) continue;
            if (Rune.IsControl(rune) || Rune.IsWhiteSpace(rune))
            {
                if (line.Length > 0 && line[^1] != ' ') line.Append(' ');
                continue;
            }

            if (line.Length + rune.Utf16SequenceLength >= longest)
            {
                line.Append('…');
                break;
            }

            line.Append(rune);
        }

        return line.ToString().TrimEnd(' ');
    }

    /// <summary>
    /// The name to greet somebody by; null when it does not look like one. Whoever places an order chooses name and address, and
    /// must not be able to send strangers a line of advertising or a link in the shop's name.
    /// </summary>
    public static string? Name(string? name)
    {
        var line = Line(name, LongestName + 1);
        return line.Length is > 0 and <= LongestName && line.EnumerateRunes().All(IsPartOfName) && !HasDotInside(line) ? line : null;
    }

    private static bool IsPartOfName(Rune rune) =>
        Rune.IsLetter(rune)
        || Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark
        || rune.Value is ' ' or '.' or '\'' or '’' or '-' or '·' or '・';

    // "Dr. Ada" is a name; "example.org" is a link in most mail readers.
    private static bool HasDotInside(string line) => line.Zip(line.Skip(1)).Any(pair => pair is { First: '.', Second: not ' ' });

    // Bidirectional controls, zero-width marks (but for the joiners, which scripts and emoji need) and the byte order mark.
    private static bool IsInvisible(Rune rune) =>
        rune.Value is 0x061C or 0x200B or 0x200E or 0x200F or (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069) or 0xFEFF or 0xFFFD;
}
