using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using Shop.ServiceDefaults;
using Yarp.ReverseProxy.Transforms;
using Yarp.ReverseProxy.Transforms.Builder;

namespace Shop.Gateway;

/// <summary>
/// What every route does beside its path: towards the service, the shop's own key and for whom the call is made; back to the
/// caller, public addresses, and an order token where one is due.
/// </summary>
internal sealed partial class ServiceTransforms(
    OrderTokens tokens, IOptions<ServiceKeyOptions> key, ILogger<ServiceTransforms> logger) : ITransformProvider
{
    private const string IssuesOrderToken = "IssuesOrderToken";
    private const string PublicBase = "/api/v1";

    public void ValidateRoute(TransformRouteValidationContext context)
    {
        if (string.IsNullOrEmpty(context.Route.AuthorizationPolicy))
            context.Errors.Add(new ArgumentException($"Route '{context.Route.RouteId}' does not say who may call."));
    }

    public void ValidateCluster(TransformClusterValidationContext context) { }

    public void Apply(TransformBuilderContext context)
    {
        string[] handshake = RequestChecks.TakesWebSockets(context.Route) ? ServiceHeaders.OfWebSockets : [];
        context.AddRequestHeadersAllowed([.. ServiceHeaders.ToServices, .. handshake]);
        context.AddRequestTransform(request =>
        {
            request.ProxyRequest.Headers.Add(ServiceKey.Header, key.Value.Key);
            if (request.HttpContext.User.Agent() is { } agent) request.ProxyRequest.Headers.Add(ServiceKey.AgentHeader, agent);
            return ValueTask.CompletedTask;
        });

        context.CopyResponseTrailers = false;
        context.AddResponseHeadersAllowed([.. ServiceHeaders.FromServices, .. handshake]);
        var issuesToken = context.Route.Metadata?.ContainsKey(IssuesOrderToken) ?? false;
        context.AddResponseTransform(response => Answer(response, issuesToken));
    }

    private async ValueTask Answer(ResponseTransformContext context, bool issuesToken)
    {
        if (context.ProxyResponse is not { } answer) return;
        var response = context.HttpContext.Response;
        PublishLocation(response);
        // An error without words gets the gateway's: with a length it would count as worded.
        if (response is { StatusCode: >= 400, ContentLength: 0 }) response.ContentLength = null;
        switch (response.StatusCode)
        {
            case StatusCodes.Status401Unauthorized:
                LogKeyRefused(logger, context.HttpContext.Request.Path);
                context.SuppressResponseBody = true;
                response.Clear();
                await Problems.Write(context.HttpContext, Outages.Unavailable);
                break;
            case StatusCodes.Status200OK or StatusCodes.Status201Created when issuesToken:
                var body = OrderTokenSplice.Into(await answer.Content.ReadAsByteArrayAsync(context.CancellationToken), tokens.Issue);
                context.SuppressResponseBody = true;
                response.ContentLength = body.Length;
                await response.Body.WriteAsync(body, context.CancellationToken);
                break;
            case StatusCodes.Status200OK when answer.Content.Headers.ContentType?.MediaType == "text/event-stream":
                // The caller learns that the stream is open before anything happens to the order.
                await response.Body.FlushAsync(context.CancellationToken);
                break;
        }
    }

    private static void PublishLocation(HttpResponse response)
    {
        if (response.Headers.Location.Count == 0) return;
        var inner = response.Headers.Location.ToString();
        var path = Uri.TryCreate(inner, UriKind.Absolute, out var uri) && !uri.IsFile ? uri.PathAndQuery : inner;
        // Anything else would name an address that the caller can neither reach nor should know.
        if (path.StartsWith("/orders/", StringComparison.Ordinal)) response.Headers.Location = PublicBase + path;
        else response.Headers.Remove(HeaderNames.Location);
    }

    [LoggerMessage(LogLevel.Error, "A service refused the services' own key for {Path}: ServiceKey differs between the processes.")]
    private static partial void LogKeyRefused(ILogger logger, string path);
}
