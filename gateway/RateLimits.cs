using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;
using Shop.ServiceDefaults;

namespace Shop.Gateway;

/// <summary>
/// How often each caller may call; setting <c>RateLimits</c>. A caller is a key, the order of an order token, or, for whoever
/// shows nothing good, an address: who guesses keys is slowed down, and disturbs nobody else.
/// </summary>
public sealed class RateLimits
{
    /// <summary>False lets everybody through, for a benchmark.</summary>
    public bool Enabled { get; init; } = true;

    public Rate Storefront { get; init; } = new(2000, 4000);
    public Rate Staff { get; init; } = new(200, 400);
    public Rate OrderToken { get; init; } = new(20, 40);
    public Rate Anonymous { get; init; } = new(50, 100);
    public StreamLimits Streams { get; init; } = new(10_000, 10);

    internal static RateLimits Read(IConfiguration configuration)
    {
        var limits = configuration.GetSection("RateLimits").Get<RateLimits>() ?? new();
        Rate[] rates = [limits.Storefront, limits.Staff, limits.OrderToken, limits.Anonymous];
        if (rates.Any(rate => rate.PerSecond < 1 || rate.Burst < rate.PerSecond))
            throw new ConfigurationException("RateLimits: each PerSecond must be at least 1, and its Burst at least as much.");
        if (limits.Streams is { Storefront: < 1 } or { OrderToken: < 1 })
            throw new ConfigurationException("RateLimits:Streams: each must be at least 1.");
        return limits;
    }

    internal RateLimitPartition<string> Calls(HttpContext context)
    {
        if (!Enabled) return RateLimitPartition.GetNoLimiter("");
        var user = context.User;
        if (user.Scope() == Scopes.Storefront) return Bucket(user.Agent()!, Storefront);
        if (user.Scope() is not null) return Bucket(user.Agent()!, Staff);
        return user.Order() is { } order
            ? Bucket($"order/{order}", OrderToken)
            : Bucket(Network(context.Connection.RemoteIpAddress), Anonymous);
    }

    /// <summary>How many event streams a caller may have open at once: they cost memory for as long as they last.</summary>
    internal RateLimitPartition<string> OpenStreams(HttpContext context)
    {
        if (!Enabled) return RateLimitPartition.GetNoLimiter("");
        var user = context.User;
        var (caller, most) = user.Order() is { } order ? ($"order/{order}", Streams.OrderToken) : (user.Agent() ?? "", Streams.Storefront);
        return RateLimitPartition.GetConcurrencyLimiter(caller, _ => new ConcurrencyLimiterOptions { PermitLimit = most });
    }

    private static RateLimitPartition<string> Bucket(string caller, Rate rate) =>
        RateLimitPartition.GetTokenBucketLimiter(caller, _ => new TokenBucketRateLimiterOptions
        {
            TokensPerPeriod = rate.PerSecond,
            ReplenishmentPeriod = TimeSpan.FromSeconds(1),
            TokenLimit = rate.Burst,
        });

    /// <summary>An IPv6 caller has a whole /64 to call from.</summary>
    private static string Network(IPAddress? address)
    {
        if (address is null) return "ip/unknown";
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        return address.AddressFamily == AddressFamily.InterNetworkV6
            ? string.Create(CultureInfo.InvariantCulture, $"ip/{Convert.ToHexString(address.GetAddressBytes().AsSpan(0, 8))}")
            : $"ip/{address}";
    }
}

/// <summary>A token bucket: so many calls a second for ever, and so many at once after a pause.</summary>
public sealed record Rate(int PerSecond, int Burst);

/// <summary>Open event streams for each storefront key, and for each order token's order.</summary>
public sealed record StreamLimits(int Storefront, int OrderToken);
