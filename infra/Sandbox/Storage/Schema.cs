namespace Shop.Sandbox.Storage;

/// <summary>The tables of <c>sandbox.db</c>. Every question that the API answers is answered by a key or an index.</summary>
internal static class Schema
{
    public const string Sql = """
        CREATE TABLE payment_intents (seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, capture_before INTEGER, body TEXT NOT NULL);
        CREATE INDEX payment_intents_lapsing ON payment_intents (capture_before) WHERE capture_before IS NOT NULL;
        CREATE TABLE payment_intent_metadata (name TEXT NOT NULL, value TEXT NOT NULL, seq INTEGER NOT NULL,
            PRIMARY KEY (name, value, seq)) WITHOUT ROWID;
        CREATE TABLE charges (seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, payment_intent TEXT NOT NULL, body TEXT NOT NULL);
        CREATE INDEX charges_of_intent ON charges (payment_intent, seq);
        CREATE TABLE refunds (seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, charge TEXT NOT NULL, payment_intent TEXT NOT NULL,
            body TEXT NOT NULL);
        CREATE INDEX refunds_of_charge ON refunds (charge, seq);
        CREATE INDEX refunds_of_intent ON refunds (payment_intent, seq);
        CREATE TABLE reviews (seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, body TEXT NOT NULL);
        CREATE TABLE movements (seq INTEGER PRIMARY KEY, order_id TEXT NOT NULL, kind TEXT NOT NULL, attempt TEXT,
            payment_intent TEXT NOT NULL, reference TEXT NOT NULL, amount INTEGER NOT NULL, currency TEXT NOT NULL, at INTEGER NOT NULL);
        CREATE INDEX movements_of_order ON movements (order_id, seq);
        CREATE TABLE idempotency_keys (key TEXT PRIMARY KEY, fingerprint BLOB NOT NULL, created INTEGER NOT NULL, status INTEGER NOT NULL,
            body BLOB NOT NULL) WITHOUT ROWID;
        CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created);
        CREATE TABLE failed_once (occasion TEXT PRIMARY KEY, created INTEGER NOT NULL) WITHOUT ROWID
        """;
}
