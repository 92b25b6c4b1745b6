using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Shop.Gateway;

/// <summary>Tells who calls by the order token in <c>Authorization: Bearer</c>.</summary>
internal sealed class OrderTokenHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, OrderTokens tokens)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    private const string Bearer = "Bearer ";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(Authenticate());

    private AuthenticateResult Authenticate()
    {
        var shown = Request.Headers.Authorization.ToString();
        if (!shown.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)) return AuthenticateResult.NoResult();
        return tokens.Read(shown[Bearer.Length..].Trim()) is { } order
            ? AuthenticateResult.Success(new AuthenticationTicket(Caller.WithOrderToken(order), Scheme.Name))
            : AuthenticateResult.Fail("The token is expired or not ours.");
    }
}
