namespace Shop.Producer;

/// <summary>Where the shop is, and who the program is to it: a storefront, a warehouse, an operator. Read from the environment.</summary>
internal sealed class ShopSettings
{
    private readonly Dictionary<Scope, string?> keys = Enum.GetValues<Scope>().ToDictionary(scope => scope, scope => Environment.GetEnvironmentVariable(Variable(scope)));

    private ShopSettings(Uri url) => Url = url;

    /// <summary>The gateway.</summary>
    public Uri Url { get; }

    /// <summary>What the environment says.</summary>
    /// <exception cref="ShopException"><c>SHOP_URL</c> is not a URL.</exception>
    public static ShopSettings FromEnvironment()
    {
        var address = Environment.GetEnvironmentVariable("SHOP_URL") is { Length: > 0 } given ? given : "http://127.0.0.1:8080";
        return Uri.TryCreate(address.TrimEnd('/') + "/", UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            ? new ShopSettings(url)
            : throw new ShopException(ExitCodes.Refused, $"SHOP_URL must be the gateway's URL, such as http://127.0.0.1:8080; it is '{address}'.");
    }

    /// <summary>The key of a scope; only what a step needs must be there.</summary>
    /// <exception cref="ShopException">It is not set, or is no key.</exception>
    public string Key(Scope scope)
    {
        if (keys[scope] is { Length: > 0 } key && key.All(char.IsAscii) && !key.Any(char.IsControl)) return key;
        var name = scope.ToString().ToLowerInvariant();
        throw new ShopException(ExitCodes.Refused, $"{Variable(scope)} must be set to a key of the {name} scope (dev-{name} for a local shop).");
    }

    private static string Variable(Scope scope) => $"SHOP_{scope.ToString().ToUpperInvariant()}_KEY";
}

/// <summary>The gateway's scopes.</summary>
internal enum Scope { Storefront, Warehouse, Operator }
