using Microsoft.AspNetCore.Http.HttpResults;
using Shop.Contracts;
using Shop.ServiceDefaults;

namespace Shop.Backoffice.Deliveries;

/// <summary>What was and is to be delivered to the order management system: list, look at, deliver again.</summary>
public static class DeliveriesApi
{
    /// <summary>Maps <c>/admin/deliveries</c>.</summary>
    public static void MapDeliveries(this IEndpointRouteBuilder app)
    {
        var deliveries = app.MapGroup("/admin/deliveries");
        deliveries.MapGet("/", List);
        deliveries.MapGet("/{id:guid}", Find);
        deliveries.MapPost("/{id:guid}/redeliver", Redeliver);
    }

    private static JsonHttpResult<DeliveryPage> List(HttpRequest request, DeliveryStore store, DeliveryProcess process)
    {
        var query = new ListQuery(request);
        var (after, limit, order) = (query.Number("after") ?? 0, query.Limit(100), query.Id("order"));
        var state = query.Choice("state", "any", "pending", "delivered") switch
        {
            "pending" => DeliveryState.Pending,
            "delivered" => DeliveryState.Delivered,
            _ => (DeliveryState?)null,
        };
        query.ThrowIfAny();
        var rows = store.List(after, state, order, limit);
        return TypedResults.Json(
            new DeliveryPage(rows, rows.Count == 0 ? after : rows[^1].Sequence, store.Pending, process.Trouble), ContractsJson.Default.DeliveryPage);
    }

    private static JsonHttpResult<DeliveryDetails> Find(Guid id, DeliveryStore store) => TypedResults.Json(Existing(store, id), ContractsJson.Default.DeliveryDetails);

    /// <summary>Has it sent now instead of later, or once more: under the same idempotency key.</summary>
    private static async Task<JsonHttpResult<DeliveryDetails>> Redeliver(Guid id, DeliveryStore store, TimeProvider clock)
    {
        await store.Redeliver(id, clock.GetUtcNow());
        return TypedResults.Json(Existing(store, id), ContractsJson.Default.DeliveryDetails, statusCode: StatusCodes.Status202Accepted);
    }

    private static DeliveryDetails Existing(DeliveryStore store, Guid id) =>
        store.Find(id) ?? throw ProblemException.NotFound("delivery-not-found", "There is no such delivery.");
}
