using System.Data.Common;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Shop.Backoffice.Projections;
using Shop.Contracts;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Sqlite;

namespace Shop.Backoffice.Journal;

/// <summary>
/// Every event in a row, of every type and version, for reading and for auditors: what happened to which order, by whom, when it
/// happened and when it was recorded. Rows are neither changed nor removed. With the setting <c>Journal:HashChain</c> each row's
/// hash is over the row and the hash before it, so that whoever knows the last can tell whether any was changed.
/// </summary>
public sealed class EventJournal : Projection
{
    private const string Columns = "position, entity_id, revision, agent, event_type, time_occurred, time_observed, data, hash";

    private const string Tables = """
        CREATE TABLE event_journal(
            position BIGINT PRIMARY KEY, entity_id TEXT NOT NULL, revision BIGINT NOT NULL, agent TEXT NOT NULL, event_type TEXT NOT NULL,
            time_occurred TEXT NOT NULL, time_observed TEXT NOT NULL, data TEXT NOT NULL, hash TEXT, UNIQUE(entity_id, revision)) WITHOUT ROWID;
        CREATE INDEX journal_by_type ON event_journal(event_type, position);
        CREATE INDEX journal_by_agent ON event_journal(agent, position);
        CREATE INDEX journal_by_time ON event_journal(time_observed, position);
        CREATE TRIGGER rows_are_not_changed BEFORE UPDATE ON event_journal BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
        CREATE TRIGGER rows_are_not_removed BEFORE DELETE ON event_journal BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
        CREATE TABLE journal_head(one INTEGER PRIMARY KEY CHECK(one = 1), row_count BIGINT NOT NULL, position BIGINT NOT NULL, hash TEXT);
        INSERT INTO journal_head VALUES(1, 0, 0, NULL)
        """;

    private readonly bool isChained;

    public EventJournal(IConfiguration configuration) : this(configuration.GetValue("Journal:HashChain", true)) { }

    // With and without the chain are two definitions: changing the setting builds the journal anew.
    private EventJournal(bool isChained) : base("journal", isChained ? Tables : $"{Tables} /* without hashes */")
    {
        this.isChained = isChained;
        OnEvery(Write);
    }

    /// <summary>The next rows behind a position for which all conditions hold.</summary>
    internal static List<JournalRow> Read(SqliteSession tables, Conditions where, long after, int limit) => tables.Query(
        $"SELECT {Columns} FROM event_journal {(where.Text.Length == 0 ? "WHERE" : $"{where.Text} AND")} position > @after ORDER BY position LIMIT @limit",
        Row, [.. where.Parameters, ("@after", after), ("@limit", limit)]);

    /// <summary>How many rows were written, the last one's position, and its hash.</summary>
    internal static (long Rows, long Position, string? Hash) Head(SqliteSession tables) => tables.Query(
        "SELECT row_count, position, hash FROM journal_head", row => (row.GetInt64(0), row.GetInt64(1), row.IsDBNull(2) ? null : row.GetString(2)))[0];

    /// <summary>The hash of a row that stands behind another of that hash: SHA-256, in hexadecimal, over all columns, each with its length.</summary>
    internal static string Hash(string? before, JournalRow row)
    {
        var text = new StringBuilder(before ?? "", 1024);
        foreach (var column in (string[])[$"{row.Position}", $"{row.EntityId}", $"{row.Revision}", row.Agent, row.EventType, row.TimeOccurred, row.TimeObserved, row.Data])
            text.Append('\n').Append(column.Length).Append(':').Append(column);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    private void Write(SqliteSession tables, LogEvent happened)
    {
        var (envelope, head) = (happened.Envelope, isChained ? Head(tables).Hash : null);
        var row = new JournalRow(
            envelope.Position, envelope.OrderId, envelope.Revision, envelope.Metadata.Agent.ToString(), happened.StoredName,
            Times.Text(envelope.Metadata.TimeOccurred), Times.Text(envelope.Metadata.TimeObserved), envelope.Data.GetRawText(), null);
        var hash = isChained ? Hash(head, row) : null;
        tables.Execute(
            $"INSERT INTO event_journal({Columns}) VALUES(@position, @entity, @revision, @agent, @type, @occurred, @observed, @data, @hash)",
            ("@position", row.Position), ("@entity", row.EntityId.ToString()), ("@revision", row.Revision), ("@agent", row.Agent), ("@type", row.EventType),
            ("@occurred", row.TimeOccurred), ("@observed", row.TimeObserved), ("@data", row.Data), ("@hash", hash));
        tables.Execute("UPDATE journal_head SET row_count = row_count + 1, position = @position, hash = @hash", ("@position", row.Position), ("@hash", hash));
    }

    private static JournalRow Row(DbDataReader row) => new(
        row.GetInt64(0), Guid.Parse(row.GetString(1)), row.GetInt64(2), row.GetString(3), row.GetString(4), row.GetString(5), row.GetString(6), row.GetString(7),
        row.IsDBNull(8) ? null : row.GetString(8));
}

/// <summary>A row as it is stored; times and data are text.</summary>
internal sealed record JournalRow(
    long Position, Guid EntityId, long Revision, string Agent, string EventType, string TimeOccurred, string TimeObserved, string Data, string? Hash)
{
    public JournalEntry ToEntry() => new(
        Position, EntityId, Revision, Agent, EventType, Times.Parse(TimeOccurred), Times.Parse(TimeObserved),
        JsonSerializer.Deserialize(Data, ContractsJson.Default.JsonElement), Hash);
}
