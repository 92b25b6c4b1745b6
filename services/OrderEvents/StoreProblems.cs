using Microsoft.AspNetCore.Diagnostics;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Shop.OrderEvents.Store;
using Shop.ServiceDefaults;

namespace Shop.OrderEvents;

/// <summary>
/// A store that is away is 503 with <c>Retry-After</c>: whatever was written will be found by its id. So is one that denies the shop
/// access, which is nothing that the caller can mend. An order whose stream was deleted there is an order no more.
/// </summary>
public sealed class StoreProblems : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        var problem = exception switch
        {
            EventStoreUnavailableException or EventStoreRefusedException { Reason: EventStoreRefusal.AccessDenied } => ProblemException.Unavailable("The event store"),
            EventStoreRefusedException { Reason: EventStoreRefusal.StreamDeleted } => ProblemException.NotFound("order-not-found", "The order was deleted."),
            EventStoreRefusedException { Reason: EventStoreRefusal.NoSuchPosition } => ProblemException.Validation("from", "It must be 0, or a position that was given out."),
            _ => null,
        };
        if (problem is null) return false;
        await Problems.Write(httpContext, problem);
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
        catch (Exception exception) when (exception is EventStoreUnavailableException or EventStoreRefusedException or EventStoreCorruptException)
        {
            return HealthCheckResult.Unhealthy(exception.Message);
        }
    }
}
