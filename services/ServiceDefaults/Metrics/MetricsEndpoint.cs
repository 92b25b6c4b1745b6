using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Shop.ServiceDefaults.Metrics;

/// <summary><c>GET /metrics</c>.</summary>
public static class MetricsEndpoint
{
    /// <summary>Maps <c>/metrics</c>; who may read it is the caller's to say. Measurements count from here on.</summary>
    public static IEndpointConventionBuilder MapMetrics(this WebApplication app)
    {
        var metrics = app.Services.GetRequiredService<MetricsText>();
        return app.MapGet("/metrics", (HttpContext context) =>
        {
            context.Response.ContentType = MetricsText.ContentType;
            return context.Response.WriteAsync(metrics.Read(), context.RequestAborted);
        }).DisableHttpMetrics();
    }
}
