using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Shop.ServiceDefaults.Metrics;

namespace Shop.ServiceDefaults;

/// <summary>The shop's own traces and meters, exported by OTLP when <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set.</summary>
public static class Telemetry
{
    public const string Name = "Shop";

    /// <summary>Spans of the shop's own: append, publish, process, mail.</summary>
    public static ActivitySource Source { get; } = new(Name);

    /// <summary>
    /// The meter for what a host of the shop measures itself. Each host has one of its own: several may share a process, and what one
    /// of them measures is not another's.
    /// </summary>
    public static Meter ShopMeter(this IMeterFactory factory) => factory.Create(Name);

    /// <summary>
    /// Starts a span under a <c>traceparent</c> that was stored or received. Nobody listening is no reason to break the trace: with
    /// <paramref name="always"/> what is called meanwhile carries it on all the same, and log lines show it.
    /// </summary>
    public static Activity? StartSpan(string name, ActivityKind kind, string? traceparent, bool always = false)
    {
        _ = ActivityContext.TryParse(traceparent, null, isRemote: true, out var parent);
        if (Source.StartActivity(name, kind, parent) is { } sampled) return sampled;
        if (!always) return null;
        var activity = new Activity(name);
        if (parent != default) activity.SetParentId(parent.TraceId, parent.SpanId, parent.TraceFlags);
        return activity.Start();
    }

    internal static void AddTelemetry(this IHostApplicationBuilder builder, string service)
    {
        builder.Services.AddSingleton<MetricsText>();
        // Request spans with their method, path and status as OpenTelemetry has them.
        AppContext.SetSwitch("Microsoft.AspNetCore.Hosting.SuppressActivityOpenTelemetryData", false);
        if (builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] is not { Length: > 0 } endpoint) return;
        var resource = ResourceBuilder.CreateDefault().AddService($"shop-{service}");
        void Otlp(OtlpExporterOptions exporter) => exporter.Endpoint = new Uri(endpoint);
        builder.Services.AddSingleton(_ => Sdk.CreateTracerProviderBuilder().SetResourceBuilder(resource)
            .AddSource(Name, "Microsoft.AspNetCore", "System.Net.Http").AddOtlpExporter(Otlp).Build());
        builder.Services.AddSingleton(services => Sdk.CreateMeterProviderBuilder().SetResourceBuilder(resource)
            .AddMeter(Name, "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Net.Http", "System.Runtime")
            .AddView(instrument => IsAnotherHosts(instrument, services.GetRequiredService<IMeterFactory>()) ? MetricStreamConfiguration.Drop : null)
            .AddOtlpExporter(Otlp).Build());
        builder.Services.AddHostedService<Exporters>();
    }

    private static bool IsAnotherHosts(Instrument instrument, IMeterFactory own) => instrument.Meter.Scope is IMeterFactory maker && maker != own;

    /// <summary>Brings the exporters to life with the host, and flushes them at its end.</summary>
    private sealed class Exporters(TracerProvider traces, MeterProvider meters) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken)
        {
            traces.ForceFlush(2000);
            meters.ForceFlush(2000);
            return Task.CompletedTask;
        }
    }
}
