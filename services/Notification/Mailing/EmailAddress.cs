using System.Globalization;
using System.Net.Mail;
using System.Text.RegularExpressions;

namespace Shop.Notification.Mailing;

/// <summary>
/// The addresses that the shop writes to: one plain <c>local@domain</c> and nothing that a mail library could take for two
/// recipients, a display name or a comment. A domain in another script becomes its ASCII form.
/// </summary>
public static partial class EmailAddress
{
    private const int Longest = 254;

    /// <summary>The address; null when the text is not one.</summary>
    public static MailAddress? Parse(string? text)
    {
        if (text is not { Length: <= Longest }) return null;
        var at = text.IndexOf('@', StringComparison.Ordinal);
        if (at < 1 || at > 64) return null;
        try
        {
            var ascii = text[..(at + 1)] + new IdnMapping { UseStd3AsciiRules = true }.GetAscii(text[(at + 1)..]);
            return ascii.Length <= Longest && Pattern().IsMatch(ascii) ? new MailAddress(ascii) : null;
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException)
        {
            return null;
        }
    }

    // Not every address that RFC 5321 allows: no quoted local parts, no address literals, no local part in another script.
    [GeneratedRegex(
        @"\A[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
        + @"@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z0-9-]{2,63}\z",
        RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Pattern();
}
