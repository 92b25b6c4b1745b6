using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Shop.ServiceDefaults;

/// <summary>
/// The key that the shop's own processes show one another in <c>X-Api-Key</c>; setting <c>ServiceKey</c>. Deny by default: every
/// endpoint behind the gateway wants it unless it says otherwise. Whoever holds it may also say on whose behalf it calls, in
/// <see cref="AgentHeader"/>.
/// </summary>
public static class ServiceKey
{
    public const string Header = "X-Api-Key";

    /// <summary><c>kind/id</c> of the <see cref="Shop.Contracts.Agent"/> for whom a call is made.</summary>
    public const string AgentHeader = "X-Shop-Agent";

    /// <summary>The key of the development settings: outside Development nothing starts with it.</summary>
    public const string DevelopmentKey = "dev-service";

    private const string SchemeName = "ServiceKey";

    internal static IServiceCollection AddServiceKey(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<ServiceKeyOptions>()
            .Configure<IHostEnvironment>((options, environment) =>
            {
                options.Key = configuration["ServiceKey"] ?? "";
                options.IsDevelopment = environment.IsDevelopment();
            })
            .Validate(options => options.Key.Length >= 8, "ServiceKey is not set: it must be the key that all of the shop's services share (8 characters or more).")
            .Validate(options => options.IsDevelopment || options.Key != DevelopmentKey, "ServiceKey is the development key, which works in the Development environment only.")
            .ValidateOnStart();

        // Not AddAuthentication, which would make and keep a key ring that no service needs.
        services.AddWebEncoders();
        services.AddAuthenticationCore(options => options.DefaultScheme = SchemeName);
        new AuthenticationBuilder(services).AddScheme<AuthenticationSchemeOptions, Handler>(SchemeName, null);
        services.AddAuthorizationBuilder().SetFallbackPolicy(new AuthorizationPolicyBuilder(SchemeName).RequireAuthenticatedUser().Build());
        return services;
    }

    private sealed class Handler(
        IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, IOptions<ServiceKeyOptions> key)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        private static readonly AuthenticationTicket Service =
            new(new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, "service")], SchemeName)), SchemeName);

        private readonly byte[] expected = Encoding.UTF8.GetBytes(key.Value.Key);

        protected override Task<AuthenticateResult> HandleAuthenticateAsync()
        {
            var shown = Request.Headers[Header].ToString();
            if (shown.Length == 0) return Task.FromResult(AuthenticateResult.NoResult());
            return Task.FromResult(CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(shown), expected)
                ? AuthenticateResult.Success(Service)
                : AuthenticateResult.Fail("The key is not the services' own."));
        }
    }
}

/// <summary>The services' own key, from the setting <c>ServiceKey</c>.</summary>
public sealed class ServiceKeyOptions
{
    public string Key { get; set; } = "";
    public bool IsDevelopment { get; set; }
}
