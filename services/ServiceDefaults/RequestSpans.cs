using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace Shop.ServiceDefaults;

/// <summary>Names the span of a request after its method and route, such as <c>POST /orders</c>; by itself it has one name for all.</summary>
public static class RequestSpans
{
    /// <summary>To stand before everything else.</summary>
    public static void UseRequestSpans(this IApplicationBuilder app) => app.Use(async (context, next) =>
    {
        try
        {
            await next(context);
        }
        finally
        {
            if (context.Features.Get<IHttpActivityFeature>()?.Activity is { IsAllDataRequested: true } span
                && context.GetEndpoint() is RouteEndpoint { RoutePattern.RawText: { } route })
            {
                span.DisplayName = $"{context.Request.Method} {route.TrimEnd('/')}";
            }
        }
    });
}
