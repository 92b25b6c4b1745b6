using Microsoft.AspNetCore.Diagnostics;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Shop.OrderEvents.Store;
using Shop.ServiceDefaults;

namespace Shop.OrderEvents;

/// <summary>A store that is away is 503 with <c>Retry-After</c>: whatever was written will be found by its id.</summary>
public sealed class StoreProblems : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is not EventStoreUnavailableException) return false;
        await Problems.Write(httpContext, ProblemException.Unavailable("The event store"));
        return true;
    }
}

/// <summary>Ready when the store answers.</summary>
public sealed class StoreHealth(IEventStore store) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            return HealthCheckResult.Healthy($"at position {await store.LastPosition(cancellationToken)}");
        }
        catch (Exception exception) when (exception is EventStoreUnavailableException or EventStoreCorruptException)
        {
            return HealthCheckResult.Unhealthy(exception.Message);
        }
    }
}
