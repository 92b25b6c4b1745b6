using Microsoft.Data.Sqlite;
using Shop.Contracts;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Sqlite;

namespace Shop.OrderEvents.Watch;

/// <summary>An order that may have to move. <paramref name="WaitsFor"/> is null until it was looked at.</summary>
internal sealed record WatchedOrder(Guid OrderId, long Revision, DateTimeOffset Since, WaitsFor? WaitsFor, int Nudges, DateTimeOffset? NudgedAt);

/// <summary>
/// The orders that are not known to be at rest, and how far the log was read: <c>watch.db</c>. A few rows, however long the log is.
/// It may be deleted: the log is read again from its beginning.
/// </summary>
internal sealed class WatchedOrders(SqliteDatabase database) : IAsyncDisposable
{
    private const string Schema = """
        CREATE TABLE progress(one INTEGER PRIMARY KEY CHECK(one = 1), position INTEGER NOT NULL);
        INSERT INTO progress VALUES (1, 0);
        CREATE TABLE orders(
            order_id TEXT PRIMARY KEY, revision INTEGER NOT NULL, since INTEGER NOT NULL, waits_for TEXT, look_at INTEGER,
            nudges INTEGER NOT NULL, nudged_at INTEGER) WITHOUT ROWID;
        CREATE INDEX orders_by_time ON orders(look_at, since)
        """;

    private const string Columns = "order_id, revision, since, waits_for, nudges, nudged_at";

    /// <summary>Opens the file in that folder.</summary>
    /// <exception cref="ConfigurationException">It is in use, or cannot be used.</exception>
    public static WatchedOrders Open(string folder) =>
        new(SqliteDatabase.Open(Path.Combine(folder, "watch.db"), Schema, powerLossSafe: false));

    /// <summary>All events up to here were seen.</summary>
    public long Position => database.Read(session => session.Scalar<long>("SELECT position FROM progress"));

    /// <summary>How many orders are stuck.</summary>
    public long Stuck => database.Read(session => session.Scalar<long>("SELECT count(*) FROM orders WHERE waits_for IS NOT NULL"));

    /// <summary>Orders moved. What was known of them is out of date.</summary>
    public Task Moved(IEnumerable<(Guid OrderId, long Revision, DateTimeOffset At)> moves, long position) => database.Write(session =>
    {
        foreach (var (orderId, revision, at) in moves)
        {
            session.Execute(
                """
                INSERT INTO orders(order_id, revision, since, nudges) VALUES($id, $revision, $since, 0)
                ON CONFLICT(order_id) DO UPDATE SET
                    revision=$revision, since=$since, waits_for=NULL, look_at=NULL, nudges=0, nudged_at=NULL
                WHERE revision < $revision
                """,
                ("$id", orderId.ToString()), ("$revision", revision), ("$since", at.ToUnixTimeMilliseconds()));
        }

        session.Execute("UPDATE progress SET position=$position", ("$position", position));
    });

    /// <summary>Forgets everything.</summary>
    public Task Clear() => database.Write(session =>
    {
        session.Execute("DELETE FROM orders");
        session.Execute("UPDATE progress SET position=0");
    });

    /// <summary>The orders to look at: those that have not moved since <paramref name="quiet"/>, and the stuck ones whose time has come.</summary>
    public IReadOnlyList<WatchedOrder> Due(DateTimeOffset quiet, DateTimeOffset now, int limit) => database.Read<IReadOnlyList<WatchedOrder>>(session =>
    [
        .. session.Query(
            $"SELECT {Columns} FROM orders WHERE look_at IS NULL AND since <= $quiet ORDER BY since LIMIT $limit", Row,
            ("$quiet", quiet.ToUnixTimeMilliseconds()), ("$limit", limit)),
        .. session.Query(
            $"SELECT {Columns} FROM orders WHERE look_at <= $now ORDER BY look_at LIMIT $limit", Row,
            ("$now", now.ToUnixTimeMilliseconds()), ("$limit", limit)),
    ]);

    /// <summary>The stuck orders, the longest stuck first.</summary>
    public IReadOnlyList<WatchedOrder> List(int limit) => database.Read(session => session.Query(
        $"SELECT {Columns} FROM orders WHERE waits_for IS NOT NULL ORDER BY since LIMIT $limit", Row, ("$limit", limit)));

    /// <summary>
    /// What looking at them came to: an order with nothing to wait for is forgotten, any other is looked at again when its time has
    /// come. One that has moved meanwhile is left as it is.
    /// </summary>
    public Task Save(IEnumerable<(WatchedOrder Order, DateTimeOffset? LookAt)> looks) => database.Write(session =>
    {
        foreach (var (order, lookAt) in looks)
        {
            if (lookAt is null)
            {
                session.Execute(
                    "DELETE FROM orders WHERE order_id=$id AND revision=$revision", ("$id", order.OrderId.ToString()), ("$revision", order.Revision));
                continue;
            }

            session.Execute(
                """
                UPDATE orders SET waits_for=$waits, nudges=$nudges, nudged_at=$nudged, look_at=$look
                WHERE order_id=$id AND revision=$revision
                """,
                ("$id", order.OrderId.ToString()), ("$revision", order.Revision), ("$waits", order.WaitsFor?.ToString()),
                ("$nudges", order.Nudges), ("$nudged", order.NudgedAt?.ToUnixTimeMilliseconds()), ("$look", lookAt.Value.ToUnixTimeMilliseconds()));
        }
    });

    public ValueTask DisposeAsync() => database.DisposeAsync();

    private static WatchedOrder Row(SqliteDataReader row) => new(
        row.GetGuid(0), row.GetInt64(1), DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(2)),
        row.IsDBNull(3) ? null : Enum.Parse<WaitsFor>(row.GetString(3)), row.GetInt32(4),
        row.IsDBNull(5) ? null : DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(5)));
}
