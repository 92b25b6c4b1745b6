using Microsoft.Data.Sqlite;
using Shop.Contracts;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Sqlite;

namespace Shop.Backoffice.Deliveries;

/// <summary>
/// What was and is to be delivered to the order management system, up to which approval that is known, and up to which one whoever
/// pulls has acknowledged: <c>deliveries.db</c> in the data folder. Unlike a projection it does not follow from the log: without it
/// everything is delivered again, under the same idempotency keys. It holds no order, and nothing personal.
/// </summary>
public sealed class DeliveryStore(SqliteDatabase database) : IAsyncDisposable
{
    private const int AttemptsKept = 20;

    private const string Schema = """
        CREATE TABLE checkpoint(id INTEGER PRIMARY KEY CHECK (id = 1), position INTEGER NOT NULL, acknowledged INTEGER NOT NULL);
        INSERT INTO checkpoint VALUES(1, 0, 0);
        CREATE TABLE deliveries(
            sequence INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, order_id TEXT NOT NULL, kind TEXT NOT NULL, attempts INTEGER NOT NULL,
            created_at TEXT NOT NULL, next_at TEXT, delivered_at TEXT, last_error TEXT);
        CREATE INDEX pending_deliveries ON deliveries(next_at) WHERE next_at IS NOT NULL;
        CREATE INDEX pending_deliveries_of_order ON deliveries(order_id, sequence) WHERE next_at IS NOT NULL;
        CREATE INDEX deliveries_of_order ON deliveries(order_id, sequence);
        CREATE TABLE attempts(sequence INTEGER NOT NULL, number INTEGER NOT NULL, at TEXT NOT NULL, status INTEGER, error TEXT,
            PRIMARY KEY(sequence, number)) WITHOUT ROWID
        """;

    private const string Columns = "SELECT id, sequence, order_id, kind, attempts, created_at, next_at, delivered_at, last_error FROM deliveries d";

    /// <summary>Opens the file in that folder.</summary>
    /// <exception cref="ConfigurationException">It is in use, or cannot be used.</exception>
    public static DeliveryStore Open(string folder) => new(SqliteDatabase.Open(Path.Combine(folder, "deliveries.db"), Schema));

    /// <summary>The sequence number of the last approval of which it knows.</summary>
    public long Position => database.Read(session => session.Scalar<long>("SELECT position FROM checkpoint"));

    /// <summary>The sequence number up to which whoever pulls has acknowledged.</summary>
    public long Acknowledged => database.Read(session => session.Scalar<long>("SELECT acknowledged FROM checkpoint"));

    /// <summary>How many are yet to be delivered.</summary>
    public long Pending => database.Read(session => session.Scalar<long>("SELECT count(*) FROM deliveries WHERE next_at IS NOT NULL"));

    /// <summary>Makes a delivery of each approval, and moves the checkpoint, in one.</summary>
    public Task Add(IReadOnlyList<Approval> approvals, DateTimeOffset now) => database.Write(session =>
    {
        foreach (var approval in approvals)
        {
            session.Execute(
                """
                INSERT INTO deliveries(sequence, id, order_id, kind, attempts, created_at, next_at) VALUES(@sequence, @id, @order, @kind, 0, @now, @now)
                ON CONFLICT DO NOTHING
                """,
                ("@sequence", approval.Sequence), ("@id", IdOf(approval).ToString()), ("@order", approval.OrderId.ToString()), ("@kind", approval.Kind.ToString()),
                ("@now", Times.Text(now)));
        }

        session.Execute("UPDATE checkpoint SET position=@position", ("@position", approvals[^1].Sequence));
    });

    /// <summary>What is to be sent now, the longest due first; of each order the first only, so that it learns of everything in sequence.</summary>
    public IReadOnlyList<Delivery> Due(DateTimeOffset now, int limit) => database.Read(session => session.Query(
        $"""
        {Columns} INDEXED BY pending_deliveries WHERE next_at <= @now AND NOT EXISTS
            (SELECT 1 FROM deliveries earlier WHERE earlier.order_id = d.order_id AND earlier.sequence < d.sequence AND earlier.next_at IS NOT NULL)
        ORDER BY next_at, sequence LIMIT @limit
        """,
        Row, ("@now", Times.Text(now)), ("@limit", limit)));

    /// <summary>Records an attempt: delivered when there is no next one.</summary>
    public Task Attempted(Delivery delivery, DateTimeOffset at, SendResult result, DateTimeOffset? next) => database.Write(session =>
    {
        session.Execute(
            """
            UPDATE deliveries SET attempts=attempts+1, next_at=@next, delivered_at=CASE WHEN @next IS NULL THEN @at ELSE delivered_at END, last_error=@error
            WHERE sequence=@sequence
            """,
            ("@next", next is { } time ? Times.Text(time) : null), ("@at", Times.Text(at)), ("@error", result.Error), ("@sequence", delivery.Sequence));
        session.Execute(
            "INSERT INTO attempts SELECT sequence, attempts, @at, @status, @error FROM deliveries WHERE sequence=@sequence",
            ("@at", Times.Text(at)), ("@status", result.Status), ("@error", result.Error), ("@sequence", delivery.Sequence));
        session.Execute(
            "DELETE FROM attempts WHERE sequence=@sequence AND number <= (SELECT attempts FROM deliveries WHERE sequence=@sequence) - @kept",
            ("@sequence", delivery.Sequence), ("@kept", AttemptsKept));
    });

    /// <summary>Has it sent now, or once more; false when there is no such delivery.</summary>
    public Task<bool> Redeliver(Guid id, DateTimeOffset now) => database.Write(session =>
        session.Execute("UPDATE deliveries SET next_at=@now WHERE id=@id", ("@now", Times.Text(now)), ("@id", id.ToString())) == 1);

    /// <summary>One of them; null when there is none of that id.</summary>
    public DeliveryDetails? Find(Guid id) => database.Read(session =>
        session.Query($"{Columns} WHERE id=@id", Row, ("@id", id.ToString())) is [var delivery]
            ? new DeliveryDetails(delivery, session.Query(
                "SELECT at, status, error FROM attempts WHERE sequence=@sequence ORDER BY number DESC",
                row => new DeliveryAttempt(Times.Parse(row.GetString(0)), row.IsDBNull(1) ? null : row.GetInt32(1), Text(row, 2)), ("@sequence", delivery.Sequence)))
            : null);

    /// <summary>Those behind a sequence number that meet the conditions.</summary>
    public IReadOnlyList<Delivery> List(long after, DeliveryState? state, Guid? order, int limit) => database.Read(session => session.Query(
        $"""
        {Columns} WHERE sequence > @after {(order is null ? "" : "AND order_id = @order")}
        {state switch { null => "", DeliveryState.Pending => "AND next_at IS NOT NULL", _ => "AND next_at IS NULL" }} ORDER BY sequence LIMIT @limit
        """,
        Row, [("@after", after), ("@limit", limit), .. order is { } one ? [("@order", (object?)one.ToString())] : Array.Empty<(string, object?)>()]));

    /// <summary>Remembers what was acknowledged, unless more was acknowledged before; how far that is now.</summary>
    public Task<long> Acknowledge(long position) => database.Write(session =>
    {
        session.Execute("UPDATE checkpoint SET acknowledged=max(acknowledged, @position)", ("@position", position));
        return session.Scalar<long>("SELECT acknowledged FROM checkpoint");
    });

    public ValueTask DisposeAsync() => database.DisposeAsync();

    private static Guid IdOf(Approval approval) =>
        NameBasedId.Of("delivery", approval.OrderId.ToString(), approval.Sequence.ToString(System.Globalization.CultureInfo.InvariantCulture));

    private static Delivery Row(SqliteDataReader row) => new()
    {
        Id = Guid.Parse(row.GetString(0)),
        Sequence = row.GetInt64(1),
        OrderId = Guid.Parse(row.GetString(2)),
        Kind = Enum.Parse<ApprovalKind>(row.GetString(3)),
        State = row.IsDBNull(6) ? DeliveryState.Delivered : DeliveryState.Pending,
        Attempts = row.GetInt32(4),
        CreatedAt = Times.Parse(row.GetString(5)),
        NextAttemptAt = Time(row, 6),
        DeliveredAt = Time(row, 7),
        LastError = Text(row, 8),
    };

    private static DateTimeOffset? Time(SqliteDataReader row, int column) => Text(row, column) is { } text ? Times.Parse(text) : null;

    private static string? Text(SqliteDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}
