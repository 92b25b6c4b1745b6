using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Shop.Contracts;
using Shop.ServiceDefaults;

namespace Shop.Backoffice.Orders;

/// <summary>Orders found by what is known of them, and those of one customer.</summary>
public static class OrderListsApi
{
    private const int MostWords = 8;

    /// <summary>Maps <c>/admin/orders</c> and <c>/admin/customers</c>.</summary>
    public static void MapOrderLists(this IEndpointRouteBuilder app)
    {
        app.MapGet("/admin/orders", Search);
        app.MapGet("/admin/customers/{customerId}/orders", OfCustomer);
    }

    private static JsonHttpResult<OrderPage> Search(HttpRequest request, Projections.Projections projections, OrderList list)
    {
        var query = new ListQuery(request);
        var where = new Conditions();
        where.AddAny("status", query.Words<OrderStatus>("status"));
        where.AddAny("payment_status", query.Words<PaymentStatus>("paymentStatus"));
        where.AddIf(query.Text("customer"), "customer_id = @customer", "@customer");
        where.AddIf(query.Text("email", 320)?.ToLowerInvariant(), "lower(email) = @email", "@email");
        where.AddIf(query.Text("number")?.ToUpperInvariant(), "order_number = @number", "@number");
        var (from, to) = query.Period();
        where.AddIf(from is { } begin ? Times.Text(begin) : null, "created_at >= @from", "@from");
        where.AddIf(to is { } end ? Times.Text(end) : null, "created_at < @to", "@to");
        AddWords(query, where);
        var sort = query.Choice("sort", OrderTable.SortNames);
        var (limit, cursor) = (query.Limit(), Cursor(query, sort));
        query.ThrowIfAny();
        return TypedResults.Json(projections.Read(list, tables => OrderList.Table.Page(tables, where, sort, cursor, limit)), ContractsJson.Default.OrderPage);
    }

    private static JsonHttpResult<CustomerOrdersPage> OfCustomer(string customerId, HttpRequest request, Projections.Projections projections, CustomerOrders list)
    {
        var query = new ListQuery(request);
        var sort = query.Choice("sort", OrderTable.SortNames);
        var (limit, cursor) = (query.Limit(), Cursor(query, sort));
        query.ThrowIfAny();
        var where = new Conditions();
        where.Add("customer_id = @customer", ("@customer", customerId));
        var found = projections.Read(list, tables =>
        {
            var totals = tables.Query(
                """
                SELECT currency, count(*), sum(total), sum(captured), sum(refunded) FROM customer_orders
                WHERE customer_id = @customer GROUP BY currency ORDER BY currency
                """,
                row => new CustomerTotals(row.GetString(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4)), ("@customer", customerId));
            var page = CustomerOrders.Table.Page(tables, where, sort, cursor, limit);
            return new CustomerOrdersPage(customerId, totals, page.Orders, page.Next);
        });
        if (found.Totals.Count == 0) throw ProblemException.NotFound("customer-not-found", "No order names such a customer.");
        return TypedResults.Json(found, ContractsJson.Default.CustomerOrdersPage);
    }

    /// <summary>Every word must occur somewhere, in whatever case; its characters mean themselves.</summary>
    private static void AddWords(ListQuery query, Conditions where)
    {
        var words = query.Text("q")?.ToLowerInvariant().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) ?? [];
        if (words.Length == 0) return;
        if (words.Length > MostWords) query.Error("q", $"There must not be more than {MostWords} words.");
        var contained = words.Select((_, i) => $"instr(text, @word{i.ToString(CultureInfo.InvariantCulture)}) > 0");
        where.Add(
            $"order_id IN (SELECT order_id FROM words WHERE {string.Join(" AND ", contained)})",
            [.. words.Select((word, i) => ($"@word{i.ToString(CultureInfo.InvariantCulture)}", (object?)word))]);
    }

    private static Cursor? Cursor(ListQuery query, string sort)
    {
        var cursor = query.Cursor(sort);
        if (cursor is not null && sort.EndsWith("total", StringComparison.Ordinal) && !long.TryParse(cursor.Value, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            query.Error("cursor", "It must be the 'next' of a page of the same list and order.");
        return cursor;
    }
}
