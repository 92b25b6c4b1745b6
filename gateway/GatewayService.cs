using System.Diagnostics;
using System.Globalization;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Metrics;
using Yarp.ReverseProxy.Forwarder;

namespace Shop.Gateway;

/// <summary>The shop's public face: which routes there are, who may call them, how often and how much.</summary>
public static class GatewayService
{
    public static WebApplication Build(string[] args)
    {
        var builder = ServiceHost.CreateBuilder("gateway", args);
        var (services, configuration) = (builder.Services, builder.Configuration);

        services.AddAccess(configuration, builder.Environment);
        services.AddReverseProxy()
            .LoadFromConfig(configuration.GetSection("ReverseProxy"))
            .AddTransforms<ServiceTransforms>();
        services.AddSingleton<IForwarderHttpClientFactory, ServiceConnections>();
        services.AddSingleton<DistributedContextPropagator, OwnTrace>();

        var limits = RateLimits.Read(configuration);
        services.AddRateLimiter(limiter =>
        {
            limiter.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            limiter.OnRejected = TooMany;
            limiter.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(limits.Calls);
            limiter.AddPolicy("streams", limits.OpenStreams);
        });
        // As the default policy and not as the routes' own: the proxy refuses to serve those when a debugger has switched timeouts off.
        services.AddRequestTimeouts(timeouts => timeouts.DefaultPolicy = new RequestTimeoutPolicy
        {
            Timeout = configuration.GetValue("RequestTimeout", TimeSpan.FromSeconds(15)),
            // Only a body that did not arrive ends here: what a service does not answer in time is an outage.
            TimeoutStatusCode = StatusCodes.Status408RequestTimeout,
        });
        builder.WebHost.ConfigureKestrel(kestrel =>
            kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(bytesPerSecond: 1024, gracePeriod: TimeSpan.FromSeconds(5)));

        services.AddHttpClient(DestinationHealth.Client, client => client.Timeout = TimeSpan.FromSeconds(2));
        foreach (var cluster in configuration.GetSection("ReverseProxy:Clusters").GetChildren().Select(section => section.Key))
        {
            services.AddKeyedSingleton(cluster, (provider, _) => ActivatorUtilities.CreateInstance<DestinationHealth>(provider, cluster));
            services.AddHealthChecks().Add(new HealthCheckRegistration(
                cluster, provider => provider.GetRequiredKeyedService<DestinationHealth>(cluster), HealthStatus.Unhealthy, tags: null));
        }

        var app = builder.Build();
        app.UseRequestSpans();
        app.Use(ResponseHeaders.Apply);
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.UseMiddleware<Outages>();
        app.UseAuthentication();
        app.UseRateLimiter();
        app.UseRequestTimeouts();
        app.UseAuthorization();
        app.MapHealth();
        app.MapMetrics().RequireAuthorization(Scopes.Operator);
        app.MapDocuments();
        app.MapPages();
        app.MapPublicRoutes();
        return app;
    }

    private static void MapPublicRoutes(this WebApplication app)
    {
        try
        {
            app.MapReverseProxy(proxy =>
            {
                proxy.Use(RequestChecks.Apply);
                proxy.UseLoadBalancing();
            });
        }
        catch (InvalidOperationException exception) when (exception.InnerException is AggregateException invalid)
        {
            throw new ConfigurationException($"ReverseProxy: {string.Join(" ", invalid.InnerExceptions.Select(error => error.Message))}");
        }
    }

    private static async ValueTask TooMany(Microsoft.AspNetCore.RateLimiting.OnRejectedContext rejected, CancellationToken cancellation)
    {
        var wait = rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : TimeSpan.FromSeconds(1);
        await Problems.Write(rejected.HttpContext,
            new(StatusCodes.Status429TooManyRequests, "too-many-requests", "Too many requests. Try again later.") { RetryAfter = wait });
    }
}
