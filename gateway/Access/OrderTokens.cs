using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.WebUtilities;

namespace Shop.Gateway;

/// <summary>
/// What a customer shows in order to see and change the one order just placed: opaque, expiring, and kept nowhere, for it says
/// itself, encrypted and signed, which order it is good for and until when.
/// </summary>
public sealed class OrderTokens(IDataProtectionProvider protection, TimeSpan lifetime)
{
    /// <summary>Fixed, so that several gateways that share their keys read one another's tokens.</summary>
    public const string ApplicationName = "shop-gateway";

    private readonly ITimeLimitedDataProtector protector = protection.CreateProtector("order-token/v1").ToTimeLimitedDataProtector();

    /// <summary>A token for the order, good from now for the lifetime.</summary>
    public string Issue(Guid order) => WebEncoders.Base64UrlEncode(protector.Protect(order.ToByteArray(), lifetime));

    /// <summary>The order that a token is good for; null when it is expired, or not ours.</summary>
    public Guid? Read(string token)
    {
        try
        {
            return new Guid(protector.Unprotect(WebEncoders.Base64UrlDecode(token)));
        }
        catch (Exception exception) when (exception is CryptographicException or FormatException or ArgumentException)
        {
            return null;
        }
    }
}
