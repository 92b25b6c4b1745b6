using System.Collections.Concurrent;
using Shop.Notification.Letters;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Sqlite;

namespace Shop.Notification.Mailing;

/// <summary>
/// The durable record of which mails were sent: one for each (order, kind, event). A mail is claimed before it is sent, and
/// recorded after.
/// <para>
/// What this cannot rule out: when the process dies, or the connection breaks, after the server has taken the mail and before
/// that is recorded, nobody here can know that it was taken. Then, and only then, the same mail may go twice, with the same
/// Message-ID. The other choice would be to lose it.
/// </para>
/// </summary>
public sealed class MailLog : IAsyncDisposable
{
    private const string Schema = """
        CREATE TABLE mails (
            order_id   TEXT NOT NULL,
            kind       TEXT NOT NULL,
            event_id   TEXT NOT NULL,
            claimed_at TEXT NOT NULL,
            claimed_by TEXT NOT NULL,
            sent_at    TEXT,
            PRIMARY KEY (order_id, kind, event_id)
        ) STRICT, WITHOUT ROWID;
        """;

    private readonly SqliteDatabase database;
    private readonly TimeProvider clock;
    private readonly string instance = Guid.NewGuid().ToString();

    // The mails that this process is sending; true once the server took one. Only one process opens the file, so a claim in it
    // that is not in here was left by a process that is gone.
    private readonly ConcurrentDictionary<MailKey, bool> inFlight = [];

    private MailLog(SqliteDatabase database, TimeProvider clock) => (this.database, this.clock) = (database, clock);

    /// <summary>Opens <c>mail.db</c> in a folder, and creates it there when it is missing.</summary>
    /// <exception cref="ConfigurationException">The file cannot be used, or another process uses it.</exception>
    public static MailLog Open(string folder, TimeProvider? clock = null)
    {
        var database = SqliteDatabase.Open(Path.Combine(folder, "mail.db"), Schema);
        // Not part of the schema: files from before there was a retention have it from their next start on.
        database.Write(session => session.Execute("CREATE INDEX IF NOT EXISTS mails_by_time ON mails (claimed_at)")).GetAwaiter().GetResult();
        return new(database, clock ?? TimeProvider.System);
    }

    /// <summary>Forgets the mails that were claimed before that time; how many those were. A mail that is forgotten can go out again.</summary>
    public async Task<int> Prune(DateTimeOffset before)
    {
        const int Chunk = 1000;
        for (var pruned = 0; ;)
        {
            // In small pieces, between which mails are claimed.
            var gone = await database.Write(session => session.Execute(
                """
                DELETE FROM mails WHERE (order_id, kind, event_id) IN
                    (SELECT order_id, kind, event_id FROM mails WHERE claimed_at < $before LIMIT $chunk)
                """,
                ("$before", before.ToUniversalTime().ToString("O")), ("$chunk", Chunk)));
            pruned += gone;
            if (gone < Chunk) return pruned;
        }
    }

    /// <summary>Asks to send a mail. Who is granted the claim ends it with <see cref="Sent"/> or <see cref="Release"/>.</summary>
    public async Task<Claim> TryClaim(MailKey mail)
    {
        if (!inFlight.TryAdd(mail, false))
        {
            if (!inFlight.TryGetValue(mail, out var isTaken) || !isTaken) return Claim.InFlight;
            // The server has it, but the disk did not take the record: that is all there is left to do.
            await Sent(mail);
            return Claim.AlreadySent;
        }

        try
        {
            var claim = await database.Write(session => Insert(session, mail));
            if (claim == Claim.AlreadySent) inFlight.TryRemove(mail, out _);
            return claim;
        }
        catch
        {
            inFlight.TryRemove(mail, out _);
            throw;
        }
    }

    /// <summary>Records that the server took the mail. When that fails, this process still remembers it.</summary>
    public async Task Sent(MailKey mail)
    {
        inFlight[mail] = true;
        await database.Write(session => session.Execute(
            "UPDATE mails SET sent_at = $at WHERE order_id = $order AND kind = $kind AND event_id = $event",
            ("$at", Now()), ("$order", mail.OrderId.ToString()), ("$kind", mail.Kind.Name()), ("$event", mail.EventId.ToString())));
        inFlight.TryRemove(mail, out _);
    }

    /// <summary>Gives a claim back: the mail was not sent, and the next try may send it.</summary>
    public async Task Release(MailKey mail)
    {
        try
        {
            await database.Write(session => session.Execute(
                "DELETE FROM mails WHERE order_id = $order AND kind = $kind AND event_id = $event AND sent_at IS NULL",
                ("$order", mail.OrderId.ToString()), ("$kind", mail.Kind.Name()), ("$event", mail.EventId.ToString())));
        }
        finally
        {
            inFlight.TryRemove(mail, out _);
        }
    }

    public ValueTask DisposeAsync() => database.DisposeAsync();

    private Claim Insert(SqliteSession session, MailKey mail)
    {
        var (order, kind, id) = (mail.OrderId.ToString(), mail.Kind.Name(), mail.EventId.ToString());
        var inserted = session.Execute(
            """
            INSERT INTO mails (order_id, kind, event_id, claimed_at, claimed_by) VALUES ($order, $kind, $event, $at, $by)
            ON CONFLICT DO NOTHING
            """,
            ("$order", order), ("$kind", kind), ("$event", id), ("$at", Now()), ("$by", instance));
        if (inserted == 1) return Claim.Granted;

        var taken = session.Execute(
            """
            UPDATE mails SET claimed_at = $at, claimed_by = $by
            WHERE order_id = $order AND kind = $kind AND event_id = $event AND sent_at IS NULL
            """,
            ("$at", Now()), ("$by", instance), ("$order", order), ("$kind", kind), ("$event", id));
        return taken == 1 ? Claim.GrantedAgain : Claim.AlreadySent;
    }

    private string Now() => clock.GetUtcNow().ToString("O");
}
