using Microsoft.Data.Sqlite;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Sqlite;

namespace Shop.Payment.Reminding;

/// <summary>What a reminder is about.</summary>
public enum ReminderKind
{
    /// <summary>A refund that was done, by its id: it may fail yet.</summary>
    Refund,

    /// <summary>A payment under review, by its attempt: its authorization is about to lapse.</summary>
    Review,
}

/// <summary>
/// Something to come back to when its time has come. <paramref name="Subject"/> is unique for the order and the kind;
/// <paramref name="Since"/> is when it was first thought of, <paramref name="Times"/> how often it was come back to.
/// </summary>
public sealed record Reminder(
    ReminderKind Kind, Guid OrderId, string Subject, Cause Cause, DateTimeOffset Due, DateTimeOffset Since = default, int Times = 0);

/// <summary>Where the Payment Service notes what it has to come back to.</summary>
public interface IReminders
{
    /// <summary>Remembers something, for good once this completes. What is remembered already stays as it is.</summary>
    Task Add(Reminder reminder);
}

/// <summary>
/// What the Payment Service has to come back to by the clock, and no message reminds it of: <c>reminders.db</c> in its data folder.
/// A row survives a power cut.
/// </summary>
public sealed class Reminders(SqliteDatabase database, TimeProvider clock) : IReminders, IAsyncDisposable
{
    private const string Schema = """
        CREATE TABLE reminders(
            kind TEXT NOT NULL, order_id TEXT NOT NULL, subject TEXT NOT NULL, causation_id TEXT NOT NULL, correlation_id TEXT NOT NULL,
            due INTEGER NOT NULL, since INTEGER NOT NULL, times INTEGER NOT NULL, PRIMARY KEY(kind, order_id, subject)) WITHOUT ROWID;
        CREATE INDEX reminders_by_due ON reminders(due)
        """;

    /// <summary>Opens the file in that folder.</summary>
    /// <exception cref="ConfigurationException">It is in use, or cannot be used.</exception>
    public static Reminders Open(string folder, TimeProvider clock) =>
        new(SqliteDatabase.Open(Path.Combine(folder, "reminders.db"), Schema), clock);

    /// <inheritdoc/>
    public Task Add(Reminder reminder) => database.Write(session => session.Execute(
        """
        INSERT INTO reminders(kind, order_id, subject, causation_id, correlation_id, due, since, times)
        VALUES($kind, $order, $subject, $causation, $correlation, $due, $since, 0) ON CONFLICT DO NOTHING
        """,
        ("$kind", reminder.Kind.ToString()), ("$order", reminder.OrderId.ToString()), ("$subject", reminder.Subject),
        ("$causation", reminder.Cause.CausationId.ToString()), ("$correlation", reminder.Cause.CorrelationId.ToString()),
        ("$due", reminder.Due.ToUnixTimeMilliseconds()), ("$since", clock.GetUtcNow().ToUnixTimeMilliseconds())));

    /// <summary>What is due, the longest due first.</summary>
    public IReadOnlyList<Reminder> Due(int limit) => database.Read(session => session.Query(
        """
        SELECT kind, order_id, subject, causation_id, correlation_id, due, since, times
        FROM reminders WHERE due <= $now ORDER BY due LIMIT $limit
        """,
        Row, ("$now", clock.GetUtcNow().ToUnixTimeMilliseconds()), ("$limit", limit)));

    /// <summary>Comes back to it once more at that time, or, when there is none, never again.</summary>
    public Task Next(Reminder reminder, DateTimeOffset? due) => database.Write(session =>
    {
        const string This = "kind=$kind AND order_id=$order AND subject=$subject";
        if (due is null)
        {
            session.Execute($"DELETE FROM reminders WHERE {This}", ("$kind", reminder.Kind.ToString()), ("$order", reminder.OrderId.ToString()), ("$subject", reminder.Subject));
            return;
        }

        session.Execute(
            $"UPDATE reminders SET due=$due, times=times+1 WHERE {This}",
            ("$kind", reminder.Kind.ToString()), ("$order", reminder.OrderId.ToString()), ("$subject", reminder.Subject),
            ("$due", due.Value.ToUnixTimeMilliseconds()));
    });

    public ValueTask DisposeAsync() => database.DisposeAsync();

    private static Reminder Row(SqliteDataReader row) => new(
        Enum.Parse<ReminderKind>(row.GetString(0)), row.GetGuid(1), row.GetString(2), new Cause(row.GetGuid(3), row.GetGuid(4)),
        DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(5)), DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(6)), row.GetInt32(7));
}
