using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Shop.Sandbox.Objects;
using Shop.ServiceDefaults.Sqlite;

namespace Shop.Sandbox.Storage;

/// <summary>
/// What the provider has on its books, as one transaction or one read sees it. Time stands still in it: everything that is
/// decided or shown together is so at the same <see cref="Now"/>.
/// </summary>
public sealed class Books(SqliteSession session, DateTimeOffset now)
{
    /// <summary>The time at which this transaction or read takes place.</summary>
    public DateTimeOffset Now => now;

    /// <summary>The same in Unix seconds, as the API writes times.</summary>
    public long Seconds => now.ToUnixTimeSeconds();

    public PaymentIntent? FindIntent(string id) => Find("payment_intents", id, StoredJson.Default.PaymentIntent);

    public Charge? FindCharge(string id) => Find("charges", id, StoredJson.Default.Charge);

    public Refund? FindRefund(string id) => Find("refunds", id, StoredJson.Default.Refund);

    public Review? FindReview(string id) => Find("reviews", id, StoredJson.Default.Review);

    /// <summary>The refunds of a charge, oldest first.</summary>
    public List<Refund> RefundsOf(string charge) => session.Query(
        "SELECT body FROM refunds WHERE charge=$charge ORDER BY seq",
        row => Parse(row.GetString(0), StoredJson.Default.Refund), ("$charge", charge));

    /// <summary>What of a charge has been given back: every refund that has not failed.</summary>
    public long RefundedOf(string charge) =>
        RefundsOf(charge).Where(refund => refund.StatusAt(now) != "failed").Sum(refund => refund.Amount);

    public void Add(PaymentIntent intent)
    {
        session.Execute("INSERT INTO payment_intents (id, capture_before, body) VALUES ($id, $before, $body)",
            ("$id", intent.Id), ("$before", intent.CaptureBefore), ("$body", Text(intent, StoredJson.Default.PaymentIntent)));
        var seq = session.Scalar<long>("SELECT last_insert_rowid()");
        foreach (var (name, value) in intent.Metadata)
        {
            session.Execute("INSERT INTO payment_intent_metadata (name, value, seq) VALUES ($name, $value, $seq)",
                ("$name", name), ("$value", value), ("$seq", seq));
        }
    }

    public void Save(PaymentIntent intent) => session.Execute(
        "UPDATE payment_intents SET capture_before=$before, body=$body WHERE id=$id",
        ("$before", intent.CaptureBefore), ("$body", Text(intent, StoredJson.Default.PaymentIntent)), ("$id", intent.Id));

    public void Add(Charge charge) => session.Execute(
        "INSERT INTO charges (id, payment_intent, body) VALUES ($id, $intent, $body)",
        ("$id", charge.Id), ("$intent", charge.PaymentIntent), ("$body", Text(charge, StoredJson.Default.Charge)));

    public void Save(Charge charge) => session.Execute(
        "UPDATE charges SET body=$body WHERE id=$id", ("$body", Text(charge, StoredJson.Default.Charge)), ("$id", charge.Id));

    public void Add(Refund refund) => session.Execute(
        "INSERT INTO refunds (id, charge, payment_intent, body) VALUES ($id, $charge, $intent, $body)",
        ("$id", refund.Id), ("$charge", refund.Charge), ("$intent", refund.PaymentIntent),
        ("$body", Text(refund, StoredJson.Default.Refund)));

    public void Add(Review review) => session.Execute(
        "INSERT INTO reviews (id, body) VALUES ($id, $body)", ("$id", review.Id), ("$body", Text(review, StoredJson.Default.Review)));

    public void Save(Review review) => session.Execute(
        "UPDATE reviews SET body=$body WHERE id=$id", ("$body", Text(review, StoredJson.Default.Review)), ("$id", review.Id));

    /// <summary>Writes a line of the ledger.</summary>
    public void Record(string kind, PaymentIntent intent, string reference, long amount) => session.Execute(
        """
        INSERT INTO movements (order_id, kind, attempt, payment_intent, reference, amount, currency, at)
        VALUES ($order, $kind, $attempt, $intent, $reference, $amount, $currency, $at)
        """,
        ("$order", intent.Metadata.GetValueOrDefault("order_id", "")), ("$kind", kind),
        ("$attempt", intent.Metadata.GetValueOrDefault("attempt")),
        ("$intent", intent.Id), ("$reference", reference), ("$amount", amount), ("$currency", intent.Currency),
        ("$at", now.ToUnixTimeMilliseconds()));

    /// <summary>Lines of the ledger by order, after a given line: a page for whoever reads it all.</summary>
    public List<(long Seq, Movement Movement)> Movements(string? order, (string Order, long Seq) after, int limit)
    {
        const string columns = "seq, kind, order_id, attempt, payment_intent, reference, amount, currency, at";
        static (long, Movement) Row(Microsoft.Data.Sqlite.SqliteDataReader row) => (row.GetInt64(0), new Movement(
            row.GetString(1), row.GetString(2), row.IsDBNull(3) ? null : row.GetString(3), row.GetString(4), row.GetString(5),
            row.GetInt64(6), row.GetString(7), DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(8))));

        return order is null
            ? session.Query($"SELECT {columns} FROM movements WHERE (order_id, seq) > ($order, $seq) ORDER BY order_id, seq LIMIT $limit",
                Row, ("$order", after.Order), ("$seq", after.Seq), ("$limit", limit))
            : session.Query($"SELECT {columns} FROM movements WHERE order_id=$order AND seq > $seq ORDER BY seq LIMIT $limit",
                Row, ("$order", order), ("$seq", after.Seq), ("$limit", limit));
    }

    /// <summary>Authorizations whose time is over.</summary>
    public List<string> Lapsed(int limit) => session.Query(
        "SELECT id FROM payment_intents WHERE capture_before <= $now ORDER BY capture_before LIMIT $limit",
        row => row.GetString(0), ("$now", Seconds), ("$limit", limit));

    /// <summary>A page of a table, newest first, as the API's lists are.</summary>
    /// <param name="table">One of the tables of objects.</param>
    /// <param name="filter">A column that must have a value, if any.</param>
    /// <param name="value">That value.</param>
    /// <param name="page">Which page.</param>
    internal (List<JsonObject> Data, bool HasMore) Page(string table, string? filter, string? value, Page page)
    {
        var cursor = page.StartingAfter ?? page.EndingBefore;
        var seq = cursor is null ? long.MaxValue : session.Scalar<long?>($"SELECT seq FROM {table} WHERE id=$id", ("$id", cursor))
            ?? throw StripeException.Missing(table[..^1], cursor, page.StartingAfter is null ? "ending_before" : "starting_after", 400);
        var backwards = page.EndingBefore is not null;
        var where = (backwards ? "seq>$seq" : "seq<$seq") + (filter is null ? "" : $" AND {filter}=$value");
        var sql = $"SELECT body FROM {table} WHERE {where} ORDER BY seq {(backwards ? "ASC" : "DESC")} LIMIT $limit";
        var rows = filter is null
            ? session.Query(sql, row => row.GetString(0), ("$seq", seq), ("$limit", page.Limit + 1))
            : session.Query(sql, row => row.GetString(0), ("$seq", seq), ("$limit", page.Limit + 1), ("$value", value));
        var more = rows.Count > page.Limit;
        if (more) rows.RemoveAt(rows.Count - 1);
        if (backwards) rows.Reverse();
        return ([.. rows.Select(body => Show(table, body))], more);
    }

    /// <summary>
    /// Payment intents that have all of the metadata, newest first; each with its place, from which the next page goes on.
    /// </summary>
    internal List<(long Seq, PaymentIntent Intent)> Search(IReadOnlyList<(string Name, string Value)> metadata, long before, int limit)
    {
        var joins = string.Concat(Enumerable.Range(1, metadata.Count - 1).Select(i =>
            $" JOIN payment_intent_metadata m{i} ON m{i}.name=$name{i} AND m{i}.value=$value{i} AND m{i}.seq=m0.seq"));
        var parameters = new List<(string, object?)> { ("$before", before), ("$limit", limit) };
        for (var i = 0; i < metadata.Count; i++)
        {
            parameters.Add(($"$name{i}", metadata[i].Name));
            parameters.Add(($"$value{i}", metadata[i].Value));
        }

        return session.Query(
            $"SELECT p.seq, p.body FROM payment_intent_metadata m0{joins} JOIN payment_intents p ON p.seq=m0.seq " +
            "WHERE m0.name=$name0 AND m0.value=$value0 AND m0.seq<$before ORDER BY m0.seq DESC LIMIT $limit",
            row => (row.GetInt64(0), Parse(row.GetString(1), StoredJson.Default.PaymentIntent)), parameters.ToArray());
    }

    /// <summary>The object of that id as the API shows it, whatever its kind; null when there is none.</summary>
    public JsonObject? Show(string id) => id.AsSpan(0, Math.Max(0, id.IndexOf('_'))) switch
    {
        "pi" => FindIntent(id)?.ToJson(),
        "ch" => FindCharge(id) is { } charge ? Show(charge) : null,
        "re" => FindRefund(id)?.ToJson(now),
        "prv" => FindReview(id)?.ToJson(),
        _ => null,
    };

    /// <summary>A charge as the API shows it, with what its refunds amount to by now.</summary>
    public JsonObject Show(Charge charge) => charge.ToJson(charge.Captured ? RefundedOf(charge.Id) : 0);

    private JsonObject Show(string table, string body) => table switch
    {
        "payment_intents" => Parse(body, StoredJson.Default.PaymentIntent).ToJson(),
        "charges" => Show(Parse(body, StoredJson.Default.Charge)),
        "refunds" => Parse(body, StoredJson.Default.Refund).ToJson(now),
        _ => Parse(body, StoredJson.Default.Review).ToJson(),
    };

    private T? Find<T>(string table, string id, JsonTypeInfo<T> type) where T : class =>
        session.Scalar<string>($"SELECT body FROM {table} WHERE id=$id", ("$id", id)) is { } body ? Parse(body, type) : null;

    private static T Parse<T>(string body, JsonTypeInfo<T> type) => JsonSerializer.Deserialize(body, type)!;

    private static string Text<T>(T value, JsonTypeInfo<T> type) => JsonSerializer.Serialize(value, type);
}

/// <summary>Which part of a list is wanted.</summary>
internal sealed record Page(int Limit, string? StartingAfter, string? EndingBefore);
