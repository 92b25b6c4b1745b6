using System.Diagnostics.Metrics;
using System.Reflection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Sqlite;

namespace Shop.Backoffice.Projections;

/// <summary>All projections at work, each for itself: one that stops does not hold up the others.</summary>
public sealed class Projections : BackgroundService, IHealthCheck, IAsyncDisposable
{
    private readonly Dictionary<string, RunningProjection> running;

    public Projections(
        IEnumerable<Projection> projections, EventFeed feed, ServiceName service, IConfiguration configuration, TimeProvider clock, IMeterFactory meters,
        ILogger<Projections> log)
    {
        var data = configuration["DataDirectory"] is { Length: > 0 } configured ? configured : Path.Combine(".shop", service.Value);
        var folder = Path.Combine(data, "projections");
        running = projections.OrderBy(projection => projection.Name, StringComparer.Ordinal)
            .ToDictionary(projection => projection.Name, projection => new RunningProjection(projection, folder, feed, clock, log));
        var meter = meters.ShopMeter();
        Gauge("shop.projection.position", "{event}", "The position in the log up to which the projection knows everything.", view => view.Position);
        Gauge("shop.projection.lag.events", "{event}", "Events of the log that the projection does not know yet.", view => view.LagEvents);
        Gauge("shop.projection.lag", "s", "Age of the oldest event that the projection does not know yet.", view => view.LagSeconds);
        Gauge("shop.projection.stopped", "{projection}", "1 while the projection is stopped at an event that it cannot read.", view => view.State == Contracts.ProjectionState.Stopped ? 1 : 0);
        meter.CreateObservableCounter(
            "shop.projection.events", () => running.Values.Select(one => new Measurement<long>(one.Applied, Tag(one))), "{event}", "Events that the projection has applied.");

        void Gauge(string name, string unit, string description, Func<Contracts.ProjectionView, double> value) => meter.CreateObservableGauge(
            name, () => running.Values.Select(one => new Measurement<double>(value(one.Describe()), Tag(one))), unit, description);

        static KeyValuePair<string, object?> Tag(RunningProjection one) => new("projection", one.Projection.Name);
    }

    /// <summary>How each is doing.</summary>
    public IReadOnlyList<Contracts.ProjectionView> Describe() => [.. running.Values.Select(one => one.Describe())];

    /// <summary>How one is doing.</summary>
    /// <exception cref="ProblemException">404: there is none of that name.</exception>
    public Contracts.ProjectionView Describe(string name) => Find(name).Describe();

    /// <summary>Has one built anew.</summary>
    /// <exception cref="ProblemException">404: there is none of that name. 409: it is being built.</exception>
    public void Rebuild(string name) => Find(name).Rebuild();

    /// <summary>Reads the tables of a projection.</summary>
    /// <exception cref="ProblemException">503: they are being built for the first time.</exception>
    public T Read<T>(Projection projection, Func<SqliteSession, T> read) => running[projection.Name].Read(read);

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var stopped = Describe().Where(view => view.State == Contracts.ProjectionState.Stopped).Select(view => $"{view.Name} {view.LastError}").ToList();
        return Task.FromResult(stopped.Count == 0 ? HealthCheckResult.Healthy() : HealthCheckResult.Degraded(string.Join("; ", stopped)));
    }

    /// <summary>Completes when every file is closed.</summary>
    public async ValueTask DisposeAsync()
    {
        Dispose();
        if (ExecuteTask is { } run) await run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(running.Values.Select(one => Task.Run(() => one.Run(stoppingToken), CancellationToken.None)));

    private RunningProjection Find(string name) => running.GetValueOrDefault(name)
        ?? throw ProblemException.NotFound("projection-not-found", $"There is no such projection. There are: {string.Join(", ", running.Keys)}.");
}

/// <summary>Registration of the projections.</summary>
public static class ProjectionsRegistration
{
    /// <summary>Adds every projection of this program, each also by its own type, and what keeps them up to date.</summary>
    public static void AddProjections(this WebApplicationBuilder builder)
    {
        builder.AddOrderLog();
        builder.Services.AddSingleton<EventFeed>();
        builder.Services.AddHostedService(services => services.GetRequiredService<EventFeed>());
        foreach (var type in typeof(Projection).Assembly.GetTypes().Where(type => type is { IsAbstract: false } && type.IsSubclassOf(typeof(Projection))))
        {
            builder.Services.AddSingleton(type);
            builder.Services.AddSingleton(services => (Projection)services.GetRequiredService(type));
        }

        builder.Services.AddSingleton<Projections>();
        builder.Services.AddHostedService(services => services.GetRequiredService<Projections>());
        builder.Services.AddHealthChecks().AddCheck<Projections>("projections");
    }
}
