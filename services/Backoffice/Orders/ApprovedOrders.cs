using System.Text.Json;
using Shop.Backoffice.Projections;
using Shop.Contracts;
using Shop.ServiceDefaults.Sqlite;

namespace Shop.Backoffice.Orders;

/// <summary>
/// The orders that may be handed on: created, paid for (authorised, or accepted in a review, and captured), and not cancelled. A row
/// says that one was approved, or that one which was has been revoked, since it was cancelled afterwards. Rows are only ever added,
/// each under the position of the event that brought it about, so whoever passes them on remembers one number, also over a rebuild.
/// </summary>
public sealed class ApprovedOrders : Projection
{
    private const string Tables = """
        CREATE TABLE approved_orders(sequence BIGINT PRIMARY KEY, order_id TEXT NOT NULL, kind TEXT NOT NULL, at TEXT NOT NULL, data TEXT NOT NULL);
        CREATE INDEX approvals_by_order ON approved_orders(order_id, sequence);
        CREATE TABLE candidates(
            order_id TEXT PRIMARY KEY, data TEXT NOT NULL, in_review BIGINT NOT NULL, is_captured BIGINT NOT NULL, is_cancelled BIGINT NOT NULL,
            is_approved BIGINT NOT NULL)
        """;

    public ApprovedOrders() : base("approved_orders", Tables)
    {
        On<OrderCreated>(Created);
        On<ShippingAddressUpdated>(Readdressed);
        On<PaymentAuthPendingReview>((tables, recorded, _) => Change(tables, recorded, "in_review = 1"));
        On<PaymentReviewAccepted>((tables, recorded, _) => Change(tables, recorded, "in_review = 0"));
        On<PaymentReviewDeclined>((tables, recorded, _) => Change(tables, recorded, "in_review = 1"));
        On<PaymentAuthInProgress>((tables, recorded, _) => Change(tables, recorded, "in_review = 0"));
        On<PaymentCaptured>((tables, recorded, _) => Change(tables, recorded, "is_captured = 1"));
        On<OrderCancelled>(Cancelled);
    }

    /// <summary>The next rows behind a sequence number.</summary>
    internal static IReadOnlyList<Approval> Read(SqliteSession tables, long after, int limit) => tables.Query(
        "SELECT sequence, order_id, kind, at, data FROM approved_orders WHERE sequence > @after ORDER BY sequence LIMIT @limit",
        row =>
        {
            var kind = row.GetString(2) == "approved" ? ApprovalKind.Approved : ApprovalKind.Revoked;
            var data = row.GetString(4);
            return new Approval(
                row.GetInt64(0), Guid.Parse(row.GetString(1)), kind, Times.Parse(row.GetString(3)),
                kind == ApprovalKind.Approved ? Parse(data) : null, kind == ApprovalKind.Revoked ? data : null);
        },
        ("@after", after), ("@limit", limit));

    private static void Created(SqliteSession tables, RecordedEvent recorded, OrderCreated e) => tables.Execute(
        "INSERT INTO candidates VALUES(@id, @data, 0, 0, 0, 0)", ("@id", Id(recorded)),
        ("@data", Text(new(
            e.OrderNumber, e.Currency, e.Items, new(e.Subtotal, e.Shipping, e.Tax, e.Total),
            new(e.Locale, e.CustomerId, e.Personal?.Name, e.Personal?.Email, e.Personal?.Phone, e.Personal?.BillingAddress), e.Personal?.ShippingAddress))));

    private static void Readdressed(SqliteSession tables, RecordedEvent recorded, ShippingAddressUpdated updated)
    {
        var data = tables.Scalar<string>("SELECT data FROM candidates WHERE order_id=@id", ("@id", Id(recorded)));
        if (data is null) return;
        tables.Execute(
            "UPDATE candidates SET data=@data WHERE order_id=@id",
            ("@data", Text(Parse(data) with { ShippingAddress = updated.Personal?.ShippingAddress })), ("@id", Id(recorded)));
    }

    private static void Change(SqliteSession tables, RecordedEvent recorded, string change)
    {
        tables.Execute($"UPDATE candidates SET {change} WHERE order_id=@id", ("@id", Id(recorded)));
        if (tables.Execute(
            "UPDATE candidates SET is_approved=1 WHERE order_id=@id AND is_captured=1 AND in_review=0 AND is_cancelled=0 AND is_approved=0", ("@id", Id(recorded))) == 1)
            Add(tables, recorded, "approved", tables.Scalar<string>("SELECT data FROM candidates WHERE order_id=@id", ("@id", Id(recorded)))!);
    }

    private static void Cancelled(SqliteSession tables, RecordedEvent recorded, OrderCancelled e)
    {
        tables.Execute("UPDATE candidates SET is_cancelled=1 WHERE order_id=@id", ("@id", Id(recorded)));
        if (tables.Execute("UPDATE candidates SET is_approved=0 WHERE order_id=@id AND is_approved=1", ("@id", Id(recorded))) == 1)
            Add(tables, recorded, "revoked", e.Reason);
    }

    private static void Add(SqliteSession tables, RecordedEvent recorded, string kind, string data) => tables.Execute(
        "INSERT INTO approved_orders VALUES(@sequence, @id, @kind, @at, @data)",
        ("@sequence", recorded.Position), ("@id", Id(recorded)), ("@kind", kind), ("@at", Times.Text(recorded.Metadata.TimeObserved)), ("@data", data));

    private static string Id(RecordedEvent recorded) => recorded.OrderId.ToString();

    private static string Text(ApprovedOrder order) => JsonSerializer.Serialize(order, ContractsJson.Default.ApprovedOrder);

    private static ApprovedOrder Parse(string data) => JsonSerializer.Deserialize(data, ContractsJson.Default.ApprovedOrder)!;
}
