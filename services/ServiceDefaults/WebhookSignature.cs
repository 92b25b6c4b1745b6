using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Shop.ServiceDefaults;

/// <summary>
/// The signature of a webhook's body, in the form of Stripe's (https://docs.stripe.com/webhooks#verify-manually): <c>t=…,v1=…</c>, an
/// HMAC-SHA256 over <c>timestamp.body</c> in hexadecimal digits, the timestamp in seconds of Unix time. While a secret is being
/// replaced there is a <c>v1</c> for the new and one for the old, and a receiver needs to know one of the two.
/// </summary>
public static class WebhookSignature
{
    public const string Header = "Shop-Signature";

    /// <summary>A secret has at least so many characters.</summary>
    public const int ShortestSecret = 24;

    /// <summary>The header's value, signed with each secret.</summary>
    public static string Sign(IEnumerable<string> secrets, DateTimeOffset at, ReadOnlySpan<byte> body)
    {
        var header = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $"t={at.ToUnixTimeSeconds()}"));
        foreach (var secret in secrets) header.Append(",v1=").Append(Convert.ToHexStringLower(Of(secret, at.ToUnixTimeSeconds(), body)));
        return header.ToString();
    }

    /// <summary>
    /// True when one of the secrets made one of the header's signatures, no longer ago than <paramref name="tolerance"/>: what was
    /// overheard once cannot be sent again later.
    /// </summary>
    public static bool Verify(string? header, IEnumerable<string> secrets, DateTimeOffset now, TimeSpan tolerance, ReadOnlySpan<byte> body)
    {
        long? at = null;
        var signatures = new List<byte[]>();
        foreach (var part in (header ?? "").Split(',', 20, StringSplitOptions.TrimEntries))
        {
            if (part.StartsWith("t=", StringComparison.Ordinal) && long.TryParse(part.AsSpan(2), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)) at = seconds;
            if (part.Length == 3 + 64 && part.StartsWith("v1=", StringComparison.Ordinal) && part.Skip(3).All(char.IsAsciiHexDigitLower))
                signatures.Add(Convert.FromHexString(part.AsSpan(3)));
        }

        if (at is not { } signedAt || Math.Abs(now.ToUnixTimeSeconds() - (double)signedAt) > tolerance.TotalSeconds) return false;
        var isGood = false;
        foreach (var secret in secrets)
        {
            var expected = Of(secret, signedAt, body);
            foreach (var signature in signatures) isGood |= CryptographicOperations.FixedTimeEquals(expected, signature);
        }

        return isGood;
    }

    private static byte[] Of(string secret, long at, ReadOnlySpan<byte> body)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret));
        hmac.AppendData(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{at}.")));
        hmac.AppendData(body);
        return hmac.GetHashAndReset();
    }
}
