using System.Security.Cryptography;

namespace Shop.Sandbox.Objects;

/// <summary>New ids that look like Stripe's: a prefix that tells the kind, then random letters and digits.</summary>
public static class Ids
{
    private const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    public static string New(string prefix) => $"{prefix}_{RandomNumberGenerator.GetString(Alphabet, 24)}";
}
