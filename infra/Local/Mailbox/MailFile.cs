using System.Globalization;
using System.Net.Mail;
using System.Text;
using System.Text.RegularExpressions;

namespace Shop.Local;

/// <summary>
/// A mail as it lies in the folder: as much MIME as the shop's own mailer writes, which is headers with encoded words, and one
/// <c>multipart/alternative</c> of text and HTML in quoted-printable or base64.
/// </summary>
public sealed partial record MailFile(IReadOnlyDictionary<string, string> Headers, string Text, string Html)
{
    /// <summary>A header, decoded; empty when there is none.</summary>
    public string Header(string name) => Headers.GetValueOrDefault(name, "");

    public static MailFile Parse(string file)
    {
        var (headers, body) = Split(file.ReplaceLineEndings("\n"));
        var parts = Boundary().Match(headers.GetValueOrDefault("Content-Type", "")) is { Success: true } boundary
            ? body.Split($"--{boundary.Groups["text"].Value}").Skip(1).Select(part => Split(part.TrimStart('\n'))).ToList()
            : [(headers, body)];
        string Part(string type) =>
            parts.Where(part => part.Headers.GetValueOrDefault("Content-Type", "").StartsWith(type, StringComparison.OrdinalIgnoreCase)).Select(Decode).FirstOrDefault("");
        return new(headers.ToDictionary(header => header.Key, header => Words(header.Value), StringComparer.OrdinalIgnoreCase), Part("text/plain"), Part("text/html"));
    }

    private static (Dictionary<string, string> Headers, string Body) Split(string text)
    {
        var end = text.IndexOf("\n\n", StringComparison.Ordinal);
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var line in Folded().Replace(end < 0 ? text : text[..end], " ").Split('\n'))
        {
            if (line.Split(':', 2) is [var name, var value]) headers[name] = value.Trim();
        }

        return (headers, end < 0 ? "" : text[(end + 2)..]);
    }

    private static string Decode((Dictionary<string, string> Headers, string Body) part) =>
        part.Headers.GetValueOrDefault("Content-Transfer-Encoding", "").ToLowerInvariant() switch
        {
            "quoted-printable" => Unquote(part.Body),
            "base64" => Encoding.UTF8.GetString(Convert.FromBase64String(part.Body.Trim())),
            _ => part.Body,
        };

    private static string Unquote(string text)
    {
        var plain = text.Replace("=\n", "", StringComparison.Ordinal);
        var bytes = new List<byte>(plain.Length);
        for (var i = 0; i < plain.Length; i++)
        {
            if (plain[i] == '=' && byte.TryParse(plain.AsSpan(i + 1, Math.Min(2, plain.Length - i - 1)), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var code))
            {
                bytes.Add(code);
                i += 2;
            }
            else
            {
                bytes.AddRange(Encoding.UTF8.GetBytes(plain, i, 1));
            }
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }

    // What the framework wrote, the framework reads: a name of an attachment is the one place where it decodes such words.
    private static string Words(string value) =>
        Gaps().Replace(value, "").Contains("=?", StringComparison.Ordinal) ? Word().Replace(Gaps().Replace(value, ""), word => DecodeWord(word.Value)) : value;

    private static string DecodeWord(string word)
    {
        using var attachment = Attachment.CreateAttachmentFromString("", word);
        return attachment.Name ?? word;
    }

    [GeneratedRegex("boundary=\"?(?<text>[^\";]+)\"?")]
    private static partial Regex Boundary();

    [GeneratedRegex(@"\n[ \t]+")]
    private static partial Regex Folded();

    [GeneratedRegex(@"(?<=\?=)\s+(?==\?)")]
    private static partial Regex Gaps();

    [GeneratedRegex(@"=\?[^?]+\?[QqBb]\?[^?]*\?=")]
    private static partial Regex Word();
}
