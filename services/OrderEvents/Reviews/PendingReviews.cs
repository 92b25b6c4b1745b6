using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Sqlite;

namespace Shop.OrderEvents.Reviews;

/// <summary>An order whose payment is, or was lately, under review.</summary>
internal sealed record PendingReview(Guid OrderId, DateTimeOffset CaptureBefore);

/// <summary>
/// The orders under review, and how far the log was read for them: <c>reviews.db</c>. What stands here is where to look; what is
/// true stands in the orders' streams. The file may be deleted: the log is read again from its beginning.
/// </summary>
internal sealed class PendingReviews(SqliteDatabase database) : IAsyncDisposable
{
    private const string Schema = """
        CREATE TABLE progress(one INTEGER PRIMARY KEY CHECK(one = 1), position INTEGER NOT NULL);
        INSERT INTO progress VALUES (1, 0);
        CREATE TABLE reviews(order_id TEXT PRIMARY KEY, capture_before INTEGER NOT NULL) WITHOUT ROWID;
        CREATE INDEX reviews_by_time ON reviews(capture_before, order_id)
        """;

    /// <summary>Opens the file in that folder.</summary>
    /// <exception cref="ConfigurationException">It is in use, or cannot be used.</exception>
    public static PendingReviews Open(string folder) =>
        new(SqliteDatabase.Open(Path.Combine(folder, "reviews.db"), Schema, powerLossSafe: false));

    /// <summary>All events up to here were seen.</summary>
    public long Position => database.Read(session => session.Scalar<long>("SELECT position FROM progress"));

    /// <summary>How many there are.</summary>
    public long Count => database.Read(session => session.Scalar<long>("SELECT count(*) FROM reviews"));

    /// <summary>All of them.</summary>
    public HashSet<Guid> Orders => [.. database.Read(session => session.Query("SELECT order_id FROM reviews", row => row.GetGuid(0)))];

    /// <summary>Those behind <paramref name="after"/>, the one that lapses first first.</summary>
    public IReadOnlyList<PendingReview> Page(PendingReview? after, int limit) => database.Read(session => session.Query(
        """
        SELECT order_id, capture_before FROM reviews WHERE (capture_before, order_id) > ($before, $id)
        ORDER BY capture_before, order_id LIMIT $limit
        """,
        row => new PendingReview(row.GetGuid(0), DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(1))),
        ("$before", after?.CaptureBefore.ToUnixTimeMilliseconds() ?? long.MinValue), ("$id", after?.OrderId.ToString() ?? ""), ("$limit", limit)));

    /// <summary>A review begins.</summary>
    public Task Begin(PendingReview review, long position) => database.Write(session =>
    {
        session.Execute(
            "INSERT INTO reviews VALUES($id, $before) ON CONFLICT(order_id) DO UPDATE SET capture_before=$before",
            ("$id", review.OrderId.ToString()), ("$before", review.CaptureBefore.ToUnixTimeMilliseconds()));
        session.Execute("UPDATE progress SET position=$position", ("$position", position));
    });

    /// <summary>A review ends.</summary>
    public Task End(Guid orderId, long position) => database.Write(session =>
    {
        session.Execute("DELETE FROM reviews WHERE order_id=$id", ("$id", orderId.ToString()));
        session.Execute("UPDATE progress SET position=$position", ("$position", position));
    });

    /// <summary>Nothing of interest happened up to here.</summary>
    public Task Pass(long position) => database.Write(session => session.Execute("UPDATE progress SET position=$position", ("$position", position)));

    /// <summary>Forgets everything.</summary>
    public Task Clear() => database.Write(session =>
    {
        session.Execute("DELETE FROM reviews");
        session.Execute("UPDATE progress SET position=0");
    });

    public ValueTask DisposeAsync() => database.DisposeAsync();
}
