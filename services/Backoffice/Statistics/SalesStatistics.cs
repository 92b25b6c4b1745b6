using Shop.Backoffice.Projections;
using Shop.Contracts;
using Shop.ServiceDefaults.Sqlite;

namespace Shop.Backoffice.Statistics;

/// <summary>
/// What was sold, by the hour in which it happened, and how far the orders of each hour got. Hours are those of the event's
/// recording, in UTC. An order counts once for each stage that it ever reached.
/// </summary>
public sealed class SalesStatistics : Projection
{
    private const string Tables = """
        CREATE TABLE sales(
            hour TEXT NOT NULL, currency TEXT NOT NULL, orders BIGINT NOT NULL, ordered BIGINT NOT NULL, captures BIGINT NOT NULL, captured BIGINT NOT NULL,
            refunds BIGINT NOT NULL, refunded BIGINT NOT NULL, PRIMARY KEY(hour, currency));
        CREATE TABLE funnel(
            hour TEXT PRIMARY KEY, placed BIGINT NOT NULL, attempted BIGINT NOT NULL, reviewed BIGINT NOT NULL, failed BIGINT NOT NULL, paid BIGINT NOT NULL,
            preparing BIGINT NOT NULL, prepared BIGINT NOT NULL, shipped BIGINT NOT NULL, cancelled BIGINT NOT NULL, refunded BIGINT NOT NULL);
        CREATE TABLE refunds(refund_id TEXT PRIMARY KEY, order_id TEXT NOT NULL);
        CREATE TABLE reached(order_id TEXT PRIMARY KEY, hour TEXT NOT NULL, stages BIGINT NOT NULL)
        """;

    public SalesStatistics() : base("statistics", Tables)
    {
        On<OrderCreated>(Placed);
        On<PaymentAuthInProgress>((tables, recorded, _) => Reached(tables, recorded, Stage.Attempted));
        On<PaymentAuthPendingReview>((tables, recorded, _) => Reached(tables, recorded, Stage.Reviewed));
        On<PaymentAuthFailed>((tables, recorded, _) => Reached(tables, recorded, Stage.Failed));
        On<PaymentCaptured>((tables, recorded, captured) =>
        {
            Sold(tables, recorded, captured.Currency, captures: 1, captured: captured.Amount);
            Reached(tables, recorded, Stage.Paid);
        });
        On<ShippingPreparationInProgress>((tables, recorded, _) => Reached(tables, recorded, Stage.Preparing));
        On<ShippingPrepared>((tables, recorded, _) => Reached(tables, recorded, Stage.Prepared));
        On<Shipped>((tables, recorded, _) => Reached(tables, recorded, Stage.Shipped));
        On<OrderCancelled>((tables, recorded, _) => Reached(tables, recorded, Stage.Cancelled));
        On<PaymentRefunded>((tables, recorded, refunded) =>
        {
            Sold(tables, recorded, refunded.Currency, refunds: 1, refunded: refunded.Amount);
            tables.Execute("INSERT INTO refunds VALUES(@id, @order)", ("@id", refunded.RefundId.ToString()), ("@order", recorded.OrderId.ToString()));
            Reached(tables, recorded, Stage.Refunded);
        });
        On<PaymentRefundFailed>((tables, recorded, failed) =>
        {
            // It comes off in the hour in which it failed, if it was counted at all.
            if (tables.Execute("DELETE FROM refunds WHERE refund_id = @id", ("@id", failed.RefundId.ToString())) == 1)
                Sold(tables, recorded, failed.Currency, refunds: -1, refunded: -failed.Amount);
        });
    }

    /// <summary>The hours from one on and before another in which something happened, the first first.</summary>
    internal static IReadOnlyList<HourStatistics> Read(SqliteSession tables, DateTimeOffset from, DateTimeOffset to)
    {
        (string, object?)[] period = [("@from", HourOf(from)), ("@to", Times.Text(to))];
        var sales = tables.Query(
            "SELECT hour, currency, orders, ordered, captures, captured, refunds, refunded FROM sales WHERE hour >= @from AND hour < @to ORDER BY hour, currency",
            row => (Hour: row.GetString(0), Sales: new Sales(
                row.GetString(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4), row.GetInt64(5), row.GetInt64(6), row.GetInt64(7))),
            period).ToLookup(line => line.Hour, line => line.Sales);
        var funnels = tables.Query(
            """
            SELECT hour, placed, attempted, reviewed, failed, paid, preparing, prepared, shipped, cancelled, refunded FROM funnel
            WHERE hour >= @from AND hour < @to
            """,
            row => (Hour: row.GetString(0), Funnel: new Funnel(
                row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4), row.GetInt64(5), row.GetInt64(6), row.GetInt64(7), row.GetInt64(8),
                row.GetInt64(9), row.GetInt64(10))),
            period).ToDictionary(line => line.Hour, line => line.Funnel);
        return
        [
            .. sales.Select(line => line.Key).Union(funnels.Keys).Order(StringComparer.Ordinal)
                .Select(hour => new HourStatistics(Times.Parse(hour), [.. sales[hour]], funnels.GetValueOrDefault(hour, Funnel.Empty))),
        ];
    }

    private static void Placed(SqliteSession tables, RecordedEvent recorded, OrderCreated placed)
    {
        var hour = HourOf(recorded.Metadata.TimeObserved);
        Sold(tables, recorded, placed.Currency, orders: 1, ordered: placed.Total);
        tables.Execute("INSERT INTO reached VALUES(@id, @hour, 0)", ("@id", recorded.OrderId.ToString()), ("@hour", hour));
        tables.Execute(
            "INSERT INTO funnel VALUES(@hour, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0) ON CONFLICT(hour) DO UPDATE SET placed = funnel.placed + 1", ("@hour", hour));
    }

    private static void Sold(
        SqliteSession tables, RecordedEvent recorded, string currency, long orders = 0, long ordered = 0, long captures = 0, long captured = 0, long refunds = 0,
        long refunded = 0) => tables.Execute(
            """
            INSERT INTO sales VALUES(@hour, @currency, @orders, @ordered, @captures, @captured, @refunds, @refunded)
            ON CONFLICT(hour, currency) DO UPDATE SET
                orders = sales.orders + excluded.orders, ordered = sales.ordered + excluded.ordered, captures = sales.captures + excluded.captures,
                captured = sales.captured + excluded.captured, refunds = sales.refunds + excluded.refunds, refunded = sales.refunded + excluded.refunded
            """,
            ("@hour", HourOf(recorded.Metadata.TimeObserved)), ("@currency", currency), ("@orders", orders), ("@ordered", ordered), ("@captures", captures),
            ("@captured", captured), ("@refunds", refunds), ("@refunded", refunded));

    private static void Reached(SqliteSession tables, RecordedEvent recorded, Stage stage)
    {
        var id = recorded.OrderId.ToString();
        var isNew = tables.Execute(
            "UPDATE reached SET stages = stages | @stage WHERE order_id = @id AND stages & @stage = 0", ("@stage", 1L << (int)stage), ("@id", id)) == 1;
        if (!isNew) return;
        var column = stage.ToString().ToLowerInvariant();
        tables.Execute($"UPDATE funnel SET {column} = {column} + 1 WHERE hour = (SELECT hour FROM reached WHERE order_id = @id)", ("@id", id));
    }

    private static string HourOf(DateTimeOffset time) => Times.Text(Hour(time));

    internal static DateTimeOffset Hour(DateTimeOffset time) => new(time.UtcTicks - time.UtcTicks % TimeSpan.TicksPerHour, TimeSpan.Zero);

    /// <summary>The columns of the funnel behind the first, each a bit of what an order has reached.</summary>
    private enum Stage { Attempted, Reviewed, Failed, Paid, Preparing, Prepared, Shipped, Cancelled, Refunded }
}
