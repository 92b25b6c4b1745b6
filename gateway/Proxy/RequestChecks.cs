using System.Text;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using Shop.ServiceDefaults;
using Yarp.ReverseProxy.Configuration;

namespace Shop.Gateway;

/// <summary>
/// What can be refused without asking a service. What passes is forwarded whole or not at all: a service never sees a body that is
/// too long, cut short or only trickling in.
/// </summary>
internal static class RequestChecks
{
    private static readonly ProblemException TooLarge =
        new(StatusCodes.Status413PayloadTooLarge, "payload-too-large", "The body is too large.");

    private static readonly ProblemException Encoded =
        new(StatusCodes.Status415UnsupportedMediaType, "unsupported-media-type", "The body must not be compressed.");

    private static readonly ProblemException BadKey = ProblemException.Validation(
        ServiceHeaders.IdempotencyKey, "The key must be 1 to 255 visible ASCII characters, once.", "idempotency-key-malformed");

    public static async Task Apply(HttpContext context, RequestDelegate next)
    {
        if (Refusal(context) is { } refusal)
        {
            await Problems.Write(context, refusal);
            return;
        }

        if (IsWebSocket(context) && TakesWebSockets(context.GetReverseProxyFeature().Route.Config))
        {
            // It has no body, and its connection is the other side's from here on.
            await next(context);
            return;
        }

        // The proxy would turn any other upgrade into a GET; nothing else behind it speaks anything but plain HTTP.
        context.Request.Headers.Remove(HeaderNames.Upgrade);
        await HasArrived(context.Request);
        await next(context);
    }

    /// <summary>A route says so itself: <c>Metadata: { "WebSocket": "true" }</c>.</summary>
    public static bool TakesWebSockets(RouteConfig route) => route.Metadata?.ContainsKey("WebSocket") ?? false;

    /// <summary>Waits for the whole body, and leaves it where it is to be read again.</summary>
    /// <exception cref="BadHttpRequestException">It is longer than allowed, broken, or too slow.</exception>
    private static async Task HasArrived(HttpRequest request)
    {
        while (true)
        {
            var read = await request.BodyReader.ReadAsync(request.HttpContext.RequestAborted);
            request.BodyReader.AdvanceTo(read.Buffer.Start, read.IsCompleted ? read.Buffer.Start : read.Buffer.End);
            if (read.IsCompleted) return;
        }
    }

    private static ProblemException? Refusal(HttpContext context)
    {
        var request = context.Request;
        if (request.ContentLength > context.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize) return TooLarge;
        if (request.Headers.TryGetValue(HeaderNames.ContentEncoding, out var encoding) && encoding != "identity") return Encoded;
        if (request.Headers.TryGetValue(ServiceHeaders.IdempotencyKey, out var key) && !IsKey(key)) return BadKey;
        // The client that calls the services sends ASCII only, and fails on anything else.
        foreach (var name in ServiceHeaders.ToServices.Concat(ServiceHeaders.OfWebSockets))
        {
            if (request.Headers[name].Any(value => value?.Any(char.IsControl) == true || !Ascii.IsValid(value)))
                return ProblemException.Validation(name, "The header must be ASCII.", "bad-request");
        }

        return null;
    }

    private static bool IsWebSocket(HttpContext context) =>
        context.Features.Get<IHttpUpgradeFeature>()?.IsUpgradableRequest == true
        && context.Request.Headers.Upgrade.ToString().Equals("websocket", StringComparison.OrdinalIgnoreCase);

    private static bool IsKey(StringValues key) => key is [{ Length: > 0 and <= 255 } value] && value.All(c => c is > ' ' and <= '~');
}
