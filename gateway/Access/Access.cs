using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.DataProtection;
using Shop.ServiceDefaults;

namespace Shop.Gateway;

/// <summary>
/// Who may call. Deny by default: a route names one of the policies here (<c>customer</c>, or a scope), and what names none
/// lets nobody in.
/// </summary>
internal static class Access
{
    /// <summary>The policy of a customer's routes: see <see cref="OrderAccess"/>.</summary>
    public const string Customer = "customer";

    /// <summary>The key when one is shown, else the order token: a request has one caller, never two merged into one.</summary>
    public const string Scheme = "Caller";

    private const string ApiKey = "ApiKey";
    private const string OrderToken = "OrderToken";

    public static IServiceCollection AddAccess(this IServiceCollection services, IConfiguration configuration, IHostEnvironment environment)
    {
        services.AddSingleton(ApiKeys.Read(configuration, environment));
        services.AddOrderTokens(configuration);
        services.AddAuthentication(Scheme)
            .AddPolicyScheme(Scheme, null, scheme =>
                scheme.ForwardDefaultSelector = context => context.Request.Headers.ContainsKey(ServiceKey.Header) ? ApiKey : OrderToken)
            .AddScheme<AuthenticationSchemeOptions, ApiKeyHandler>(ApiKey, null)
            .AddScheme<AuthenticationSchemeOptions, OrderTokenHandler>(OrderToken, null);

        var policies = services.AddAuthorizationBuilder()
            .SetFallbackPolicy(Policy().RequireAssertion(_ => false).Build())
            .AddPolicy(Customer, Policy().AddRequirements(new OrderAccess()).Build());
        foreach (var scope in Scopes.All)
            policies.AddPolicy(scope, Policy().RequireAssertion(context => context.User.Scope() == scope).Build());
        services.AddSingleton<IAuthorizationMiddlewareResultHandler, AccessAnswers>();
        return services;
    }

    private static void AddOrderTokens(this IServiceCollection services, IConfiguration configuration)
    {
        var lifetime = configuration.GetValue("OrderTokens:Lifetime", TimeSpan.FromDays(30));
        if (lifetime <= TimeSpan.Zero) throw new ConfigurationException("OrderTokens:Lifetime must be more than nothing.");
        var keys = new DirectoryInfo(Path.Combine(configuration["DataDirectory"] ?? ".shop/gateway", "keys"));
        // Whoever reads the keys can make tokens.
        if (OperatingSystem.IsWindows()) keys.Create();
        else Directory.CreateDirectory(keys.FullName, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        services.AddDataProtection().SetApplicationName(OrderTokens.ApplicationName).PersistKeysToFileSystem(keys);
        services.AddSingleton(provider => new OrderTokens(provider.GetRequiredService<IDataProtectionProvider>(), lifetime));
    }

    private static AuthorizationPolicyBuilder Policy() => new AuthorizationPolicyBuilder(Scheme).RequireAuthenticatedUser();
}
