using System.Net.Http.Headers;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;
using Shop.Sandbox.Objects;

namespace Shop.Sandbox.Http;

/// <summary>The door: every endpoint but the health checks wants the secret key, as Stripe's do.</summary>
public static class SecretKey
{
    private const string SchemeName = "SecretKey";

    /// <summary>Denies by default.</summary>
    public static IServiceCollection AddSecretKey(this IServiceCollection services)
    {
        services.AddAuthentication(SchemeName).AddScheme<AuthenticationSchemeOptions, Handler>(SchemeName, null);
        services.AddAuthorizationBuilder().SetFallbackPolicy(new AuthorizationPolicyBuilder(SchemeName).RequireAuthenticatedUser().Build());
        return services;
    }

    private sealed class Handler(
        IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, IOptions<SandboxOptions> sandbox)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        private static readonly AuthenticationTicket Caller =
            new(new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, "caller")], SchemeName)), SchemeName);

        private readonly byte[] expected = Encoding.UTF8.GetBytes(sandbox.Value.Key);

        protected override Task<AuthenticateResult> HandleAuthenticateAsync()
        {
            if (Shown() is not { } shown) return Task.FromResult(AuthenticateResult.NoResult());
            return Task.FromResult(CryptographicOperations.FixedTimeEquals(shown, expected)
                ? AuthenticateResult.Success(Caller)
                : AuthenticateResult.Fail("The key is wrong."));
        }

        protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
        {
            // The key that was shown is not repeated.
            var message = Shown() is null
                ? "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth " +
                    "(e.g. 'Authorization: Bearer YOUR_SECRET_KEY')."
                : "Invalid API Key provided.";
            Response.Headers.WWWAuthenticate = "Bearer realm=\"Stripe\"";
            await Answer.Of(new StripeException(401, "invalid_request_error", null, message)).Send(Response);
        }

        private byte[]? Shown()
        {
            if (!AuthenticationHeaderValue.TryParse(Request.Headers.Authorization, out var header)) return null;
            if (header.Parameter is not { } value) return null;
            if (header.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase)) return Encoding.UTF8.GetBytes(value);
            if (!header.Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase)) return null;

            // As at Stripe the key is the user name, and there is no password.
            var decoded = new byte[value.Length];
            if (!Convert.TryFromBase64String(value, decoded, out var length)) return [];
            var end = Array.IndexOf(decoded, (byte)':', 0, length);
            return decoded[..(end < 0 ? length : end)];
        }
    }
}
