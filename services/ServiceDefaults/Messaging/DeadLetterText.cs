using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Shop.ServiceDefaults.Messaging;

/// <summary>
/// What is shown of a dead letter. Anybody who reaches the broker may have written it, so anything may stand in it: what goes into
/// lists is short, on one line, and without addresses and long numbers; only the details show the body.
/// </summary>
internal static partial class DeadLetterText
{
    private const int LongestBody = 8 * 1024;
    private const int LongestParsed = 256 * 1024;
    private const int LongestLine = 200;

    /// <summary>The message id where it can stand in a URL and in a log; else a hash of it and the body.</summary>
    public static string IdOf(string? messageId, ReadOnlySpan<byte> body)
    {
        if (messageId is not null && PlainId().IsMatch(messageId)) return messageId;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        if (messageId is not null) hash.AppendData(Encoding.UTF8.GetBytes($"{messageId}\n"));
        hash.AppendData(body);
        return $"sha256-{Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 16))}";
    }

    /// <summary>The order that the body names; null when it is no message of the shop's.</summary>
    public static Guid? OrderIdOf(ReadOnlyMemory<byte> body)
    {
        if (body.Length > LongestParsed) return null;
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("orderId", out var id)
                && id.ValueKind == JsonValueKind.String && id.TryGetGuid(out var order) ? order : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The body as text, cut off when it is long.</summary>
    public static string Body(ReadOnlySpan<byte> body) => Encoding.UTF8.GetString(body[..Math.Min(body.Length, LongestBody)]);

    /// <summary>One line of text that a stranger may have written.</summary>
    public static string? Line(string? text)
    {
        if (string.IsNullOrEmpty(text)) return null;
        if (text.Length > LongestLine) text = text[..LongestLine];
        return Obituary.Redact(new string([.. text.Select(c => char.IsControl(c) ? ' ' : c)]));
    }

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$")]
    private static partial Regex PlainId();
}
