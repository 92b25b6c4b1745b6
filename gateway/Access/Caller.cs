using System.Security.Claims;

namespace Shop.Gateway;

/// <summary>What a key lets its holder do: one scope each.</summary>
public static class Scopes
{
    public const string Storefront = "storefront";
    public const string Warehouse = "warehouse";
    public const string Operator = "operator";

    /// <summary>Every scope that a key can have.</summary>
    public static IReadOnlyList<string> All { get; } = [Storefront, Warehouse, Operator];
}

/// <summary>
/// Who calls, as the claims of a request's user: for whom the services shall take them, what their key lets them do, and for an
/// order token the one order that it is good for.
/// </summary>
public static class Caller
{
    private const string AgentClaim = "agent";
    private const string ScopeClaim = "scope";
    private const string OrderClaim = "order";

    /// <summary>The holder of a key.</summary>
    public static ClaimsPrincipal WithKey(string name, string scope) =>
        Of([new(AgentClaim, $"{(scope == Scopes.Storefront ? "customer" : "staff")}/{name}"), new(ScopeClaim, scope)]);

    /// <summary>The holder of an order token.</summary>
    public static ClaimsPrincipal WithOrderToken(Guid order) =>
        Of([new(AgentClaim, "customer/order-token"), new(OrderClaim, order.ToString())]);

    /// <summary><c>kind/id</c>, safe in a header; null for a caller who showed nothing good.</summary>
    public static string? Agent(this ClaimsPrincipal user) => user.FindFirst(AgentClaim)?.Value;

    /// <summary>The scope of the caller's key; null without one.</summary>
    public static string? Scope(this ClaimsPrincipal user) => user.FindFirst(ScopeClaim)?.Value;

    /// <summary>The order that the caller's token is good for; null without one.</summary>
    public static Guid? Order(this ClaimsPrincipal user) => user.FindFirst(OrderClaim) is { } order ? Guid.Parse(order.Value) : null;

    private static ClaimsPrincipal Of(IEnumerable<Claim> claims) => new(new ClaimsIdentity(claims, Access.Scheme));
}
