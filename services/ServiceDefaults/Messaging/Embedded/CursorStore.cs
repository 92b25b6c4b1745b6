using Microsoft.Data.Sqlite;
using Shop.ServiceDefaults.Sqlite;

namespace Shop.ServiceDefaults.Messaging.Embedded;

/// <summary>What the cursor must not forget: how far it is, what it has set aside until when, and what is dead.</summary>
internal sealed class CursorStore(string queue, Inbox inbox, TimeProvider clock)
{
    private readonly SqliteDatabase database = inbox.Database;

    /// <summary>All up to here is completed, parked or dead.</summary>
    public long Checkpoint => database.Read(session =>
        session.Scalar<long>("SELECT position FROM cursors WHERE queue=$queue", ("$queue", queue)));

    public Task SaveCheckpoint(long position) => database.Write(session => session.Execute(
        "INSERT INTO cursors(queue, position) VALUES($queue, $position) ON CONFLICT(queue) DO UPDATE SET position=$position",
        ("$queue", queue), ("$position", position)));

    /// <summary>True for an event that is parked or dead: a cursor that went back to its checkpoint has met it before.</summary>
    public bool IsSetAside(Guid eventId) => database.Read(session => session.Scalar<long>(
        "SELECT EXISTS(SELECT 1 FROM parked WHERE event_id=$id) OR EXISTS(SELECT 1 FROM dead_letters WHERE event_id=$id)",
        ("$id", eventId.ToString())) == 1);

    /// <summary>Sets an event aside until it is due again.</summary>
    public Task Park(CursorDelivery delivery, Tries tries, TimeSpan delay)
    {
        var due = (clock.GetUtcNow() + delay).ToUnixTimeMilliseconds();
        return database.Write(session => session.Execute(
            """
            INSERT INTO parked(event_id, position, type, body, correlation_id, traceparent, attempts, failures, due)
            VALUES($id, $position, $type, $body, $correlation, $traceparent, $attempts, $failures, $due)
            ON CONFLICT(event_id) DO UPDATE SET attempts=$attempts, failures=$failures, due=$due
            """,
            ("$id", delivery.Message.EventId.ToString()), ("$position", delivery.Position), ("$type", delivery.Type.StoredName),
            ("$body", delivery.Body), ("$correlation", delivery.CorrelationId.ToString()), ("$traceparent", delivery.Traceparent),
            ("$attempts", tries.Attempts), ("$failures", tries.Failures), ("$due", due)));
    }

    /// <summary>Keeps an event that can never work, or was tried often enough, for the operators.</summary>
    public Task Bury(CursorDelivery delivery, FailureDecision.DeadLetter dead, Obituary obituary)
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        return database.Write(session =>
        {
            session.Execute(
                """
                INSERT OR REPLACE INTO dead_letters(
                    event_id, position, type, body, correlation_id, traceparent, attempts, reason, exception, message, stack, at)
                VALUES($id, $position, $type, $body, $correlation, $traceparent, $attempts, $reason, $exception, $message, $stack, $at)
                """,
                ("$id", delivery.Message.EventId.ToString()), ("$position", delivery.Position), ("$type", delivery.Type.StoredName),
                ("$body", delivery.Body), ("$correlation", delivery.CorrelationId.ToString()), ("$traceparent", delivery.Traceparent),
                ("$attempts", dead.Tries.Attempts), ("$reason", dead.Reason), ("$exception", obituary.Exception),
                ("$message", obituary.Message), ("$stack", obituary.Stack), ("$at", now));
            Unpark(session, delivery.Message.EventId);
        });
    }

    /// <summary>How many events are parked.</summary>
    public long CountParked() => database.Read(session => session.Scalar<long>("SELECT count(*) FROM parked"));

    /// <summary>A parked event is completed.</summary>
    public Task Unpark(Guid eventId) => database.Write(session => Unpark(session, eventId));

    /// <summary>The parked events that are due, the longest due first, without those that are in hand.</summary>
    public IReadOnlyList<CursorDelivery> Due(int limit, Func<Guid, bool> inHand)
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        return database.Read(session => session.Query(
            """
            SELECT event_id, position, type, body, correlation_id, traceparent, attempts, failures FROM parked
            WHERE due <= $now ORDER BY due LIMIT $limit
            """,
            row => inHand(row.GetGuid(0)) ? null : Delivery(row), ("$now", now), ("$limit", limit)))
            .OfType<CursorDelivery>().ToList();
    }

    private static CursorDelivery Delivery(SqliteDataReader row) => CursorDelivery.Restore(
        row.GetInt64(1), row.GetString(2), row.GetString(3), row.GetGuid(4), row.IsDBNull(5) ? null : row.GetString(5),
        new Tries(row.GetInt32(6), row.GetInt32(7)));

    private static void Unpark(SqliteSession session, Guid eventId) =>
        session.Execute("DELETE FROM parked WHERE event_id=$id", ("$id", eventId.ToString()));
}
