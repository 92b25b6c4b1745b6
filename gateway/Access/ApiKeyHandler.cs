using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using Shop.ServiceDefaults;

namespace Shop.Gateway;

/// <summary>Tells who calls by <c>X-Api-Key</c>.</summary>
internal sealed class ApiKeyHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, ApiKeys keys)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    protected override Task<AuthenticateResult> HandleAuthenticateAsync() =>
        Task.FromResult(keys.Find(Request.Headers[ServiceKey.Header].ToString()) is { } holder
            ? AuthenticateResult.Success(new AuthenticationTicket(holder, Scheme.Name))
            : AuthenticateResult.Fail("The key is nobody's."));
}
