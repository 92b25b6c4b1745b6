using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Shop.ServiceDefaults.Logs;
using Shop.ServiceDefaults.Messaging;
using Shop.ServiceDefaults.Metrics;

namespace Shop.ServiceDefaults;

/// <summary>What every service starts with: settings, JSON logs, health, problem documents, and the services' own key at the door.</summary>
public static class ServiceHost
{
    /// <summary>A request body may be this long, in bytes, unless an endpoint says otherwise.</summary>
    public const int MaxBodySize = 256 * 1024;

    /// <summary>
    /// A builder for the service of that name. Settings come from <c>appsettings.json</c> in the service's own folder, then the
    /// environment, then the arguments. With <paramref name="serviceKey"/> false the services' own key is not what opens its
    /// door: the service then adds an authentication, and a fallback policy, of its own.
    /// </summary>
    public static WebApplicationBuilder CreateBuilder(string service, string[] args, bool serviceKey = true)
    {
        var root = Path.Combine(AppContext.BaseDirectory, service);
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = args,
            ContentRootPath = Directory.Exists(root) ? root : AppContext.BaseDirectory,
        });

        builder.Services.AddSingleton(new ServiceName(service));
        builder.Services.AddSingleton(TimeProvider.System);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxBodySize;
            kestrel.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        });
        builder.Logging.AddJsonLines();
        builder.Services.Configure<LoggerFactoryOptions>(log => log.ActivityTrackingOptions = ActivityTrackingOptions.TraceId);
        builder.Services.AddProblems();
        builder.Services.AddHealthChecks();
        if (serviceKey) builder.Services.AddServiceKey(builder.Configuration);
        builder.AddTelemetry(service);
        builder.Services.AddHostedService<StartupLine>();
        return builder;
    }

    /// <summary>
    /// Problem documents for every error, the key check, and <c>/health/live</c>, <c>/health/ready</c> and <c>/metrics</c>, which need no
    /// key; for a service with a queue also <c>/dead-letters</c>.
    /// </summary>
    public static WebApplication UseServiceDefaults(this WebApplication app)
    {
        app.UseRequestSpans();
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.UseAuthentication();
        app.UseAuthorization();
        // The meters before the health checks: asking for those builds the bus, whose counters speak once when they are made.
        app.MapMetrics().AllowAnonymous();
        app.MapHealth();
        app.MapDeadLetters();
        return app;
    }

    /// <summary><c>/health/live</c> and <c>/health/ready</c>: open, and never limited, or a busy service would be taken for a dead one.</summary>
    public static void MapHealth(this WebApplication app)
    {
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false, ResponseWriter = WriteHealth })
            .AllowAnonymous().DisableRateLimiting();
        app.MapHealthChecks("/health/ready", new HealthCheckOptions { ResponseWriter = WriteHealth }).AllowAnonymous().DisableRateLimiting();
    }

    /// <summary>
    /// Runs the service until it is told to stop. What is wrong with its settings is said in one line; the exit code is 1. With the
    /// argument <c>health</c> it asks instead whether the service that runs already is ready.
    /// </summary>
    public static async Task<int> Run(string[] args, Func<string[], WebApplication> build)
    {
        try
        {
            if (args is [HealthCommand.Argument, .. var rest]) return await HealthCommand.Run(rest);
            await using var app = build(args);
            await app.RunAsync();
            return 0;
        }
        catch (Exception exception) when (StartupMessage(exception) is not null)
        {
            await Console.Error.WriteLineAsync($"error: {StartupMessage(exception)}");
            return 1;
        }
    }

    /// <summary>What a person has to mend before the service can start; null for any other exception.</summary>
    public static string? StartupMessage(Exception exception) => exception switch
    {
        ConfigurationException => exception.Message,
        OptionsValidationException invalid => string.Join(" ", invalid.Failures),
        IOException { InnerException: Microsoft.AspNetCore.Connections.AddressInUseException } => exception.Message,
        // What the framework says of a value that is not of its type, and of a URL that is none.
        InvalidOperationException { InnerException: FormatException or ArgumentException } => exception.Message,
        FormatException { TargetSite.DeclaringType.FullName: "Microsoft.AspNetCore.Http.BindingAddress" } => exception.Message,
        AggregateException { InnerException: { } inner } => StartupMessage(inner),
        _ => null,
    };


    private static Task WriteHealth(HttpContext context, HealthReport report) => context.Response.WriteAsJsonAsync(new
    {
        status = report.Status.ToString(),
        service = context.RequestServices.GetRequiredService<ServiceName>().Value,
        checks = report.Entries.ToDictionary(
            entry => entry.Key, entry => new { status = entry.Value.Status.ToString(), description = entry.Value.Description }),
    });
}

/// <summary>Which service this process (or part of a process) is.</summary>
public sealed record ServiceName(string Value);

/// <summary>A setting is missing or wrong. The message says which, and what is expected, in one line.</summary>
public sealed class ConfigurationException(string message) : Exception(message);
