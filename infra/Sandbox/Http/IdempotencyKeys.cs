using Shop.Sandbox.Objects;
using Shop.ServiceDefaults.Sqlite;

namespace Shop.Sandbox.Http;

/// <summary>The first answer of each idempotency key, kept for 24 hours.</summary>
public sealed class IdempotencyKeys(SqliteDatabase database, TimeProvider time)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    private long Oldest => (time.GetUtcNow() - Lifetime).ToUnixTimeSeconds();

    /// <summary>The key's answer; null when it is new.</summary>
    /// <exception cref="StripeException">The key belongs to a call with other parameters.</exception>
    public Answer? Find(string key, byte[] fingerprint)
    {
        var kept = database.Read(session => session.Query(
            "SELECT fingerprint, status, body FROM idempotency_keys WHERE key=$key AND created>$oldest",
            row => (Fingerprint: row.GetFieldValue<byte[]>(0), Answer: new Answer(row.GetInt32(1), row.GetFieldValue<byte[]>(2))),
            ("$key", key), ("$oldest", Oldest)));
        if (kept is not [var first]) return null;
        if (first.Fingerprint.AsSpan().SequenceEqual(fingerprint)) return first.Answer;
        throw new StripeException(400, "idempotency_error", null,
            "Keys for idempotent requests can only be used with the same endpoint and the same parameters they were first used with. " +
            "Try using a key other than the one you sent if you meant to execute a different request.");
    }

    /// <summary>Keeps an answer, in the transaction of the work it answers.</summary>
    public static void Keep(SqliteSession session, string key, byte[] fingerprint, Answer answer, DateTimeOffset now) => session.Execute(
        """
        INSERT OR REPLACE INTO idempotency_keys (key, fingerprint, created, status, body)
        VALUES ($key, $fingerprint, $now, $status, $body)
        """,
        ("$key", key), ("$fingerprint", fingerprint), ("$now", now.ToUnixTimeSeconds()),
        ("$status", answer.Status), ("$body", answer.Body));

    /// <summary>True the first time that an occasion is named, also over a restart.</summary>
    public Task<bool> FirstTime(string occasion) => database.Write(session => session.Execute(
        "INSERT OR IGNORE INTO failed_once (occasion, created) VALUES ($occasion, $now)",
        ("$occasion", occasion), ("$now", time.GetUtcNow().ToUnixTimeSeconds())) == 1);

    /// <summary>Forgets what is older than 24 hours, a part at a time.</summary>
    public Task Prune() => database.Write(session =>
    {
        session.Execute("DELETE FROM idempotency_keys WHERE key IN (SELECT key FROM idempotency_keys WHERE created<=$oldest LIMIT 1000)",
            ("$oldest", Oldest));
        session.Execute("DELETE FROM failed_once WHERE created<=$oldest", ("$oldest", Oldest));
    });
}
