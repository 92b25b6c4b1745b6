using System.Globalization;
using System.Net.Mail;
using System.Text;

namespace Shop.Notification.Tests;

/// <summary>Reads a mail back as a mail reader would: unfolded headers, encoded words, and its two parts.</summary>
internal sealed class EmlFile
{
    public EmlFile(string mime)
    {
        var (headers, body) = Split(mime);
        Headers = headers;
        var boundary = headers["content-type"].Split("boundary=")[1].Trim('"');
        var parts = body.Split($"--{boundary}").Skip(1).SkipLast(1).Select(part => Split(part.TrimStart('\r', '\n'))).ToArray();
        Types = [.. parts.Select(part => part.Headers["content-type"])];
        (Text, Html) = (Decode(parts[0]), Decode(parts[1]));
    }

    public IReadOnlyDictionary<string, string> Headers { get; }
    public IReadOnlyList<string> Types { get; }
    public string Text { get; }
    public string Html { get; }

    // The library's own decoder of RFC 2047, which it shows nowhere else.
    public string Subject => string.Concat(Headers["subject"].Split(' ').Select(word =>
        word.StartsWith("=?", StringComparison.Ordinal) ? Attachment.CreateAttachmentFromString("", word).Name : word + " "));

    private static (Dictionary<string, string> Headers, string Body) Split(string mime)
    {
        var end = mime.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        var lines = mime[..end].Replace("\r\n ", " ").Replace("\r\n\t", " ").Split("\r\n");
        var headers = lines.Select(line => line.Split(':', 2)).ToDictionary(line => line[0].ToLowerInvariant(), line => line[1].Trim());
        return (headers, mime[(end + 4)..]);
    }

    private static string Decode((Dictionary<string, string> Headers, string Body) part)
    {
        Assert.That(part.Headers["content-transfer-encoding"], Is.EqualTo("quoted-printable"));
        var quoted = part.Body.Replace("=\r\n", "");
        var bytes = new List<byte>();
        for (var i = 0; i < quoted.Length; i++)
        {
            if (quoted[i] != '=') bytes.Add((byte)quoted[i]);
            else
            {
                bytes.Add(byte.Parse(quoted.AsSpan(i + 1, 2), NumberStyles.HexNumber));
                i += 2;
            }
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }
}
