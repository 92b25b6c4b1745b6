using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Data.Sqlite;
using Shop.Contracts;
using Shop.ServiceDefaults.Sqlite;

namespace Shop.OrderManagement;

/// <summary>The orders that were handed on, and the webhooks that brought them: an order is as the latest of them says, by its sequence.</summary>
public sealed class OrderBook(SqliteDatabase database) : IAsyncDisposable
{
    public const string Schema = """
        CREATE TABLE webhooks(idempotency_key TEXT PRIMARY KEY, received INTEGER NOT NULL);
        CREATE TABLE orders(
            order_id TEXT PRIMARY KEY, sequence INTEGER NOT NULL, first_sequence INTEGER NOT NULL UNIQUE, is_revoked INTEGER NOT NULL, changes INTEGER NOT NULL,
            at INTEGER NOT NULL, data TEXT)
        """;

    private const string Columns = "SELECT order_id, sequence, first_sequence, is_revoked, changes, at, data FROM orders";

    /// <summary>Acts on a webhook; false when it was acted on before.</summary>
    public Task<bool> Take(string idempotencyKey, Approval approval, DateTimeOffset now) => database.Write(session =>
    {
        session.Execute(
            "INSERT INTO webhooks VALUES(@key, 1) ON CONFLICT(idempotency_key) DO UPDATE SET received=received+1", ("@key", idempotencyKey));
        if (session.Scalar<long>("SELECT received FROM webhooks WHERE idempotency_key=@key", ("@key", idempotencyKey)) > 1) return false;
        session.Execute(
            """
            INSERT INTO orders VALUES(@id, @sequence, @sequence, @revoked, 1, @now, @data) ON CONFLICT(order_id) DO UPDATE
            SET sequence=excluded.sequence, is_revoked=excluded.is_revoked, changes=changes+1, at=excluded.at, data=coalesce(excluded.data, data)
            WHERE excluded.sequence > sequence
            """,
            ("@id", approval.OrderId.ToString()), ("@sequence", approval.Sequence), ("@revoked", approval.Kind == ApprovalKind.Revoked ? 1 : 0),
            ("@now", now.ToUnixTimeMilliseconds()),
            ("@data", approval.Order is { } order ? JsonSerializer.Serialize(order, ContractsJson.Default.ApprovedOrder) : null));
        return true;
    });

    /// <summary>The orders in the order in which they were approved, and how many webhooks came more than once.</summary>
    public BookedOrders List(long after, int limit) => database.Read(session =>
    {
        var orders = session.Query($"{Columns} WHERE first_sequence > @after ORDER BY first_sequence LIMIT @limit", Row, ("@after", after), ("@limit", limit));
        return new BookedOrders(
            session.Scalar<long>("SELECT count(*) FROM orders"), session.Scalar<long>("SELECT coalesce(sum(received - 1), 0) FROM webhooks"),
            [.. orders.Select(order => order with { Order = null })], orders.Count == 0 ? after : orders[^1].FirstSequence);
    });

    /// <summary>One order, with all that was said of it; null when it was never handed on.</summary>
    public BookedOrder? Find(Guid orderId) => database.Read(session =>
        session.Query($"{Columns} WHERE order_id=@id", Row, ("@id", orderId.ToString())).FirstOrDefault());

    public ValueTask DisposeAsync() => database.DisposeAsync();

    private static BookedOrder Row(SqliteDataReader row)
    {
        var order = row.IsDBNull(6) ? null : JsonSerializer.Deserialize(row.GetString(6), ContractsJson.Default.ApprovedOrder);
        return new BookedOrder(
            Guid.Parse(row.GetString(0), CultureInfo.InvariantCulture), order?.OrderNumber, row.GetInt64(3) == 1 ? BookedState.Revoked : BookedState.Approved, row.GetInt64(1),
            row.GetInt64(2), row.GetInt32(4), DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(5)), order);
    }
}

/// <summary>Whether an order is to be fulfilled.</summary>
[JsonConverter(typeof(Kebab<BookedState>))]
public enum BookedState { Approved, Revoked }

/// <summary>An order that was handed on; <paramref name="Changes"/> counts the webhooks that changed it.</summary>
public sealed record BookedOrder(
    Guid OrderId, string? OrderNumber, BookedState State, long Sequence, long FirstSequence, int Changes, DateTimeOffset At, ApprovedOrder? Order);

/// <summary>The orders; <paramref name="Repeats"/> counts the webhooks that came again and changed nothing.</summary>
public sealed record BookedOrders(long Total, long Repeats, IReadOnlyList<BookedOrder> Orders, long Next);

/// <summary>The answer to a webhook.</summary>
public sealed record Receipt(long Sequence, bool IsRepeat);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(BookedOrders))]
[JsonSerializable(typeof(BookedOrder))]
[JsonSerializable(typeof(Receipt))]
internal sealed partial class OrderManagementJson : JsonSerializerContext;
