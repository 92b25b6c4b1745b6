using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using Shop.Contracts;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Sqlite;

namespace Shop.Backoffice.Orders;

/// <summary>A table with a line for each order, and a page of it.</summary>
internal sealed class OrderTable(string name)
{
    private const string Columns =
        "order_id, order_number, status, payment_status, currency, total, captured, refunded, items, customer_id, customer_name, email, created_at, updated_at, revision";

    private static readonly Dictionary<string, string> Sorts = new() { ["created"] = "created_at", ["updated"] = "updated_at", ["total"] = "total" };

    /// <summary>The orders in which a page may be asked for: the first is the usual one.</summary>
    public static string[] SortNames { get; } = [.. Sorts.Keys.Select(sort => $"-{sort}"), .. Sorts.Keys];

    /// <summary>The statement that creates the table.</summary>
    public string Schema => $"""
        CREATE TABLE {name}(
            order_id TEXT PRIMARY KEY, order_number TEXT NOT NULL, status TEXT NOT NULL, payment_status TEXT NOT NULL, currency TEXT NOT NULL,
            total BIGINT NOT NULL, captured BIGINT NOT NULL, refunded BIGINT NOT NULL, items BIGINT NOT NULL, customer_id TEXT, customer_name TEXT,
            email TEXT, created_at TEXT NOT NULL, updated_at TEXT NOT NULL, revision BIGINT NOT NULL, progress TEXT NOT NULL)
        """;

    public void Add(SqliteSession tables, RecordedEvent recorded, OrderCreated placed)
    {
        var (id, at, progress) = (recorded.OrderId.ToString(), Times.Text(recorded.Metadata.TimeObserved), new OrderProgress());
        tables.Execute(
            $"""
            INSERT INTO {name}({Columns}, progress) VALUES(
                @id, @number, @status, @payment, @currency, @total, 0, 0, @items, @customer, @name, @email, @at, @at, @revision, @progress)
            """,
            ("@id", id), ("@number", placed.OrderNumber), ("@status", Word(progress.Status)), ("@payment", Word(progress.PaymentStatus)),
            ("@currency", placed.Currency), ("@total", placed.Total), ("@items", placed.Items.Sum(item => (long)item.Quantity)),
            ("@customer", placed.CustomerId), ("@name", placed.Personal?.Name), ("@email", placed.Personal?.Email), ("@at", at),
            ("@revision", recorded.Revision), ("@progress", progress.ToText()));
    }

    /// <summary>Something happened to an order, which may not be in this table.</summary>
    public void Move(SqliteSession tables, RecordedEvent recorded)
    {
        var id = recorded.OrderId.ToString();
        if (tables.Scalar<string>($"SELECT progress FROM {name} WHERE order_id=@id", ("@id", id)) is not { } before) return;
        var progress = OrderProgress.Parse(before).After(recorded.Event);
        tables.Execute(
            $"""
            UPDATE {name} SET status=@status, payment_status=@payment, captured=@captured, refunded=@refunded, updated_at=@at, revision=@revision,
                progress=@progress
            WHERE order_id=@id
            """,
            ("@status", Word(progress.Status)), ("@payment", Word(progress.PaymentStatus)), ("@captured", progress.Captured ?? 0),
            ("@refunded", progress.Refunded), ("@at", Times.Text(recorded.Metadata.TimeObserved)), ("@revision", recorded.Revision),
            ("@progress", progress.ToText()), ("@id", id));
    }

    /// <summary>The next orders for which all conditions hold, in that order, behind the cursor.</summary>
    public OrderPage Page(SqliteSession tables, Conditions where, string sort, Cursor? after, int limit)
    {
        var (column, descending) = (Sorts[sort.TrimStart('-')], sort.StartsWith('-'));
        if (after is not null)
        {
            // As text it would be compared as text.
            object value = column == "total" ? long.Parse(after.Value, CultureInfo.InvariantCulture) : after.Value;
            where.Add($"({column}, order_id) {(descending ? '<' : '>')} (@value, @last)", ("@value", value), ("@last", after.Id));
        }

        var direction = descending ? "DESC" : "ASC";
        var orders = tables.Query(
            $"SELECT {Columns} FROM {name} {where.Text} ORDER BY {column} {direction}, order_id {direction} LIMIT @limit", Row,
            [.. where.Parameters, ("@limit", limit + 1)]);
        if (orders.Count <= limit) return new(orders, null);
        orders.RemoveAt(limit);
        var last = orders[^1];
        var at = column switch
        {
            "total" => last.Total.ToString(CultureInfo.InvariantCulture),
            "created_at" => Times.Text(last.CreatedAt),
            _ => Times.Text(last.UpdatedAt),
        };
        return new(orders, new Cursor(sort, at, last.OrderId.ToString()).ToString());
    }

    private static OrderSummary Row(DbDataReader row) => new()
    {
        OrderId = Guid.Parse(row.GetString(0)),
        OrderNumber = row.GetString(1),
        Status = Enumeration<OrderStatus>(row.GetString(2)),
        PaymentStatus = Enumeration<PaymentStatus>(row.GetString(3)),
        Currency = row.GetString(4),
        Total = row.GetInt64(5),
        Captured = row.GetInt64(6),
        Refunded = row.GetInt64(7),
        Items = row.GetInt64(8),
        CustomerId = row.IsDBNull(9) ? null : row.GetString(9),
        CustomerName = row.IsDBNull(10) ? null : row.GetString(10),
        Email = row.IsDBNull(11) ? null : row.GetString(11),
        CreatedAt = Times.Parse(row.GetString(12)),
        UpdatedAt = Times.Parse(row.GetString(13)),
        Revision = row.GetInt64(14),
    };

    private static string Word<T>(T value) where T : struct, Enum => JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString());

    private static T Enumeration<T>(string word) where T : struct, Enum => Enum.Parse<T>(word.Replace("-", "", StringComparison.Ordinal), ignoreCase: true);
}
