using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Shop.ServiceDefaults;

/// <summary>The shop's own traces and meters, exported by OTLP when <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set.</summary>
public static class Telemetry
{
    public const string Name = "Shop";

    /// <summary>Spans of the shop's own: publish, process.</summary>
    public static ActivitySource Source { get; } = new(Name);

    /// <summary>Counters of the shop's own.</summary>
    public static Meter Meter { get; } = new(Name);

    internal static void AddTelemetry(this IHostApplicationBuilder builder, string service)
    {
        if (builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] is not { Length: > 0 } endpoint) return;
        var resource = ResourceBuilder.CreateDefault().AddService($"shop-{service}");
        void Otlp(OtlpExporterOptions exporter) => exporter.Endpoint = new Uri(endpoint);
        builder.Services.AddSingleton(_ => Sdk.CreateTracerProviderBuilder().SetResourceBuilder(resource)
            .AddSource(Name, "Microsoft.AspNetCore", "System.Net.Http", "MassTransit").AddOtlpExporter(Otlp).Build());
        builder.Services.AddSingleton(_ => Sdk.CreateMeterProviderBuilder().SetResourceBuilder(resource)
            .AddMeter(Name, "Microsoft.AspNetCore.Hosting", "System.Net.Http", "System.Runtime", "MassTransit").AddOtlpExporter(Otlp).Build());
        builder.Services.AddHostedService<Exporters>();
    }

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
