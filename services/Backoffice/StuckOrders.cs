using Shop.Contracts;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Messaging;

namespace Shop.Backoffice;

/// <summary>Orders that should have moved and have not, each with those of its messages that are among the dead letters.</summary>
public static class StuckOrders
{
    /// <summary>Maps <c>/admin/stuck-orders</c>.</summary>
    public static void MapStuckOrders(this IEndpointRouteBuilder app)
    {
        app.MapGet("/admin/stuck-orders", List);
        app.MapPost("/admin/stuck-orders/{orderId:guid}/nudge", Nudge);
    }

    private static async Task<IResult> List(ShopServices services, CancellationToken cancellation, int limit = 100)
    {
        var asked = services.Send(
            ShopServices.Orders, HttpMethod.Get, $"stuck-orders?limit={DeadLettersApi.Limit(limit)}", ContractsJson.Default.StuckOrders, cancellation);
        var letters = await DeadLetters.Overview(services, queue: null, DeadLettersApi.MostListed, cancellation);
        var stuck = await asked ?? throw new ServiceUnavailableException(ShopServices.Orders, "it knows of no stuck orders");

        // Why an order is stuck is most often told by its dead letter.
        var byOrder = letters.DeadLetters.Where(letter => letter.OrderId is not null).ToLookup(letter => letter.OrderId!.Value, letter => $"{letter.Queue}/{letter.Id}");
        return TypedResults.Json(
            stuck with
            {
                Orders = [.. stuck.Orders.Select(order => order with { DeadLetters = [.. byOrder[order.OrderId]] })],
                Unavailable = letters.Unavailable,
            },
            ContractsJson.Default.StuckOrders);
    }

    private static async Task<IResult> Nudge(Guid orderId, ShopServices services, CancellationToken cancellation) => TypedResults.Json(
        await services.Send(ShopServices.Orders, HttpMethod.Post, $"stuck-orders/{orderId}/nudge", ContractsJson.Default.Nudged, cancellation)
            ?? throw ProblemException.NotFound("order-not-found", "There is no such order."),
        ContractsJson.Default.Nudged);
}
