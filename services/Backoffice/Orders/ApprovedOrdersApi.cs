using Shop.Contracts;
using Shop.ServiceDefaults;

namespace Shop.Backoffice.Orders;

/// <summary>The approved orders, to be read in order by whoever passes them on.</summary>
public static class ApprovedOrdersApi
{
    /// <summary>Maps <c>/admin/approved-orders</c>.</summary>
    public static void MapApprovedOrders(this IEndpointRouteBuilder app) => app.MapGet(
        "/admin/approved-orders", (HttpRequest request, Projections.Projections projections, ApprovedOrders approved) =>
        {
            var query = new ListQuery(request);
            var (after, limit) = (query.Number("after") ?? 0, query.Limit(100));
            query.ThrowIfAny();
            var rows = projections.Read(approved, tables => ApprovedOrders.Read(tables, after, limit));
            return TypedResults.Json(new ApprovalPage(rows, rows.Count == 0 ? after : rows[^1].Sequence), ContractsJson.Default.ApprovalPage);
        });
}
