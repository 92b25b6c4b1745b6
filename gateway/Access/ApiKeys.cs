using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Shop.ServiceDefaults;

namespace Shop.Gateway;

/// <summary>
/// The keys of the setting <c>Keys</c>. Only their SHA-256 is configured; a plain hash is right because keys are random and long
/// and not, like passwords, to be guessed from a list.
/// </summary>
public sealed partial class ApiKeys
{
    private static readonly string[] DevelopmentKeys = ["dev-storefront", "dev-warehouse", "dev-operator"];

    private readonly IReadOnlyList<(byte[] Hash, ClaimsPrincipal Holder)> keys;

    private ApiKeys(IReadOnlyList<(byte[] Hash, ClaimsPrincipal Holder)> keys) => this.keys = keys;

    /// <summary>The configured keys.</summary>
    /// <exception cref="ConfigurationException">There are none, one is not of its form, or one is a development key elsewhere.</exception>
    public static ApiKeys Read(IConfiguration configuration, IHostEnvironment environment)
    {
        var entries = configuration.GetSection("Keys").GetChildren().Select(Read).ToList();
        if (entries.Count == 0)
            throw new ConfigurationException("Keys is empty: nobody could call. Each entry is a Name, a Scope and the Sha256 of the key.");
        if (entries.GroupBy(entry => entry.Name).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new ConfigurationException($"Keys holds the name '{twice.Key}' twice.");
        if (entries.GroupBy(entry => Convert.ToHexString(entry.Hash)).FirstOrDefault(group => group.Count() > 1) is { } same)
        {
            var names = string.Join(" and ", same.Select(entry => $"'{entry.Name}'"));
            throw new ConfigurationException($"Keys holds the same key under {names}.");
        }


        var development = DevelopmentKeys.Select(Hash).ToList();
        if (!environment.IsDevelopment() && entries.Find(entry => development.Any(entry.Hash.SequenceEqual)) is { Name: not null } known)
        {
            throw new ConfigurationException(
                $"Keys: '{known.Name}' is a development key, which works in the Development environment only.");
        }

        return new(entries.ConvertAll(entry => (entry.Hash, Caller.WithKey(entry.Name, entry.Scope))));
    }

    /// <summary>Whose key this is; null when it is nobody's. Takes as long for a near miss as for any other.</summary>
    public ClaimsPrincipal? Find(string key)
    {
        var hash = Hash(key);
        ClaimsPrincipal? found = null;
        foreach (var (known, holder) in keys)
            if (CryptographicOperations.FixedTimeEquals(hash, known)) found = holder;
        return found;
    }

    private static (string Name, string Scope, byte[] Hash) Read(IConfigurationSection entry)
    {
        var (name, scope, hash) = (entry["Name"] ?? "", entry["Scope"] ?? "", entry["Sha256"] ?? "");
        if (!HeaderSafe().IsMatch(name))
            throw new ConfigurationException($"{entry.Path}:Name must be 1 to 64 letters, digits, dots, dashes or underscores.");
        if (!Scopes.All.Contains(scope))
            throw new ConfigurationException($"{entry.Path}:Scope must be one of {string.Join(", ", Scopes.All)}.");
        if (!Sha256().IsMatch(hash))
            throw new ConfigurationException($"{entry.Path}:Sha256 must be the 64 hexadecimal digits of the key's SHA-256.");
        return (name, scope, Convert.FromHexString(hash));
    }

    private static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));

    /// <summary>The name travels to the services in a header.</summary>
    [GeneratedRegex(@"^[A-Za-z0-9._-]{1,64}\z")]
    private static partial Regex HeaderSafe();

    [GeneratedRegex(@"^[0-9A-Fa-f]{64}\z")]
    private static partial Regex Sha256();
}
