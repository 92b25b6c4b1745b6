using System.Globalization;
using System.Text.Json;
using Shop.Contracts;
using Shop.ServiceDefaults;

namespace Shop.Backoffice.Orders;

/// <summary>An order as it is, as it stood at any moment, and what changed between two of its revisions.</summary>
public static class OrderHistoryApi
{
    /// <summary>Maps <c>/admin/orders/{id}</c>.</summary>
    public static void MapOrderHistory(this IEndpointRouteBuilder app)
    {
        app.MapGet("/admin/orders/{orderId:guid}", Get);
        app.MapGet("/admin/orders/{orderId:guid}/diff", Compare);
    }

    private static async Task<IResult> Get(Guid orderId, HttpRequest request, ShopServices services, CancellationToken cancellation)
    {
        var query = new ListQuery(request);
        var (revision, at) = (query.Number("revision"), query.Time("at"));
        if (revision is not null && at is not null) query.Error("at", "Ask for a revision or for a time, not for both.");
        query.ThrowIfAny();
        var moment = revision is not null ? string.Create(CultureInfo.InvariantCulture, $"?revision={revision}")
            : at is { } time ? $"?at={Uri.EscapeDataString(Times.Text(time))}" : "";
        return TypedResults.Json(
            await services.Get(ShopServices.Orders, $"orders/{orderId}{moment}", ContractsJson.Default.OrderView, cancellation), ContractsJson.Default.OrderView);
    }

    private static async Task<IResult> Compare(Guid orderId, HttpRequest request, ShopServices services, CancellationToken cancellation)
    {
        var query = new ListQuery(request);
        var (from, to) = (query.Number("from") ?? 0, query.Number("to"));
        if (from > to) query.Error("to", "It must not be before 'from'.");
        query.ThrowIfAny();
        var history = await services.Get(ShopServices.Orders, $"orders/{orderId}/events", ContractsJson.Default.OrderHistory, cancellation);
        var last = history.Events[^1].Revision;
        if ((to ?? from) > last) throw ProblemException.NotFound("revision-not-found", $"The order has no revision {to ?? from}; its last is {last}.");
        var views = await Task.WhenAll(View(from), View(to ?? last));
        return TypedResults.Json(
            new OrderDifference(
                orderId, from, to ?? last, [.. JsonDifference.Between(views[0], views[1])],
                [.. history.Events.Where(happened => happened.Revision > from && happened.Revision <= (to ?? last))]),
            ContractsJson.Default.OrderDifference);

        async Task<JsonElement> View(long revision) => JsonSerializer.SerializeToElement(
            await services.Get(
                ShopServices.Orders, string.Create(CultureInfo.InvariantCulture, $"orders/{orderId}?revision={revision}"), ContractsJson.Default.OrderView, cancellation),
            ContractsJson.Default.OrderView);
    }
}
