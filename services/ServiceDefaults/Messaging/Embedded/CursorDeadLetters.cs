using System.Text;
using Microsoft.Data.Sqlite;
using Shop.Contracts;
using Shop.ServiceDefaults.Sqlite;

namespace Shop.ServiceDefaults.Messaging.Embedded;

/// <summary>The dead letters of a queue without a broker. One that is replayed is parked again, due now.</summary>
internal sealed class CursorDeadLetters(string queue, Inbox inbox, TimeProvider clock) : IDeadLetters
{
    private const string Columns = "event_id, type, body, correlation_id, traceparent, attempts, reason, exception, message, stack, at, position";

    private readonly SqliteDatabase database = inbox.Database;

    public Task<DeadLetterPage> List(int limit, CancellationToken cancellation) => Task.FromResult(database.Read(session => new DeadLetterPage(
        queue,
        session.Scalar<long>("SELECT count(*) FROM dead_letters"),
        session.Query($"SELECT {Columns} FROM dead_letters ORDER BY at, position LIMIT $limit", row => Summary(row), ("$limit", limit)))));

    public Task<DeadLetterDetails?> Find(string id, CancellationToken cancellation) => Task.FromResult(database.Read(session =>
        session.Query($"SELECT {Columns} FROM dead_letters WHERE event_id=$id", Details, ("$id", id)).SingleOrDefault()));

    public async Task<Replayed?> Replay(string id, CancellationToken cancellation) =>
        await Park("event_id=$id", id) > 0 ? new Replayed(queue, 1, 0) : null;

    public async Task<Replayed> ReplayAll(CancellationToken cancellation) => new(queue, await Park("$id IS NULL", null), 0);

    public Task<bool> Delete(string id, CancellationToken cancellation) =>
        database.Write(session => session.Execute("DELETE FROM dead_letters WHERE event_id=$id", ("$id", id)) > 0);

    private Task<int> Park(string which, string? id)
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        return database.Write(session =>
        {
            session.Execute(
                $"""
                INSERT INTO parked(event_id, position, type, body, correlation_id, traceparent, attempts, failures, due)
                SELECT event_id, position, type, body, correlation_id, traceparent, 0, 0, $now FROM dead_letters WHERE {which}
                ON CONFLICT(event_id) DO UPDATE SET attempts=0, failures=0, due=$now
                """,
                ("$id", id), ("$now", now));
            return session.Execute($"DELETE FROM dead_letters WHERE {which}", ("$id", id));
        });
    }

    private DeadLetter Summary(SqliteDataReader row) => new()
    {
        Queue = queue,
        Id = row.GetString(0),
        Type = row.GetString(1),
        OrderId = DeadLetterText.OrderIdOf(Encoding.UTF8.GetBytes(row.GetString(2))),
        Reason = row.GetString(6),
        Exception = row.GetString(7),
        Message = row.GetString(8),
        Attempts = row.GetInt32(5),
        At = DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(10)),
    };

    private DeadLetterDetails Details(SqliteDataReader row)
    {
        var summary = Summary(row);
        var body = Encoding.UTF8.GetBytes(row.GetString(2));
        var properties = new Dictionary<string, string>
        {
            ["message-id"] = summary.Id,
            ["type"] = summary.Type!,
            [MessageHeaders.CorrelationId] = row.GetString(3),
            ["position"] = row.GetInt64(11).ToString(System.Globalization.CultureInfo.InvariantCulture),
        };
        if (!row.IsDBNull(4)) properties[MessageHeaders.Traceparent] = row.GetString(4);
        return new(summary, row.GetString(9), DeadLetterText.Body(body), body.Length, properties);
    }
}
