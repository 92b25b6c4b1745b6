using Microsoft.AspNetCore.Http.HttpResults;
using Shop.Backoffice.Deliveries;
using Shop.Contracts;
using Shop.ServiceDefaults;

namespace Shop.Backoffice.Orders;

/// <summary>The approved orders, to be read in order by whoever passes them on, who says how far they are taken care of.</summary>
public static class ApprovedOrdersApi
{
    /// <summary>Maps <c>/admin/approved-orders</c>.</summary>
    public static void MapApprovedOrders(this IEndpointRouteBuilder app)
    {
        app.MapGet("/admin/approved-orders", Page);
        app.MapPost("/admin/approved-orders/ack", Acknowledge);
    }

    private static JsonHttpResult<ApprovalPage> Page(HttpRequest request, ReadApprovals approvals, DeliveryStore store)
    {
        var query = new ListQuery(request);
        var (given, limit) = (query.Number("after"), query.Limit(100));
        query.ThrowIfAny();
        var acknowledged = store.Acknowledged;
        var after = given ?? acknowledged;
        var rows = approvals(after, limit);
        return TypedResults.Json(new ApprovalPage(rows, rows.Count == 0 ? after : rows[^1].Sequence, acknowledged), ContractsJson.Default.ApprovalPage);
    }

    private static async Task<JsonHttpResult<Acknowledgement>> Acknowledge(
        HttpRequest request, ReadApprovals approvals, DeliveryStore store, CancellationToken cancellation)
    {
        var body = await JsonBody.Read(request, ContractsJson.Default.Acknowledgement, cancellation);
        var fields = new Fields();
        var position = fields.Number("position", body.Position, 0, long.MaxValue);
        // An acknowledgement of what is not there yet would hide what is there later.
        if (position > 0 && approvals(position - 1, 1).Count == 0) fields.Error("position", "There is no approved order there yet.");
        fields.ThrowIfAny();
        return TypedResults.Json(new Acknowledgement(await store.Acknowledge(position)), ContractsJson.Default.Acknowledgement);
    }
}
