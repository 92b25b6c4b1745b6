using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Sqlite;

namespace Shop.Backoffice.Journal;

/// <summary>
/// Writes the journal as it is read, a thousand rows at a time and no faster than the reader takes them: it holds no more memory
/// for a million rows than for a thousand.
/// </summary>
internal static class JournalExport
{
    private const int PageSize = 1000;

    private static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly SearchValues<char> ToBeQuoted = SearchValues.Create(",\"\r\n");

    /// <summary>Comma-separated values (RFC 4180): a line of names, then one for each row.</summary>
    public static Task WriteCsv(PipeWriter output, Func<Func<SqliteSession, List<JournalRow>>, List<JournalRow>> read, Conditions where, long after, CancellationToken cancellation)
    {
        var line = new StringBuilder("position,entity_id,revision,agent,event_type,time_occurred,time_observed,data,hash\r\n");
        return Write(output, read, where, after, Flush, row =>
        {
            line.Append(row.Position).Append(',').Append(row.EntityId).Append(',').Append(row.Revision).Append(',');
            Append(row.Agent).Append(',');
            Append(row.EventType).Append(',').Append(row.TimeOccurred).Append(',').Append(row.TimeObserved).Append(',');
            Append(row.Data).Append(',').Append(row.Hash).Append("\r\n");
        }, cancellation);

        void Flush()
        {
            Encoding.UTF8.GetBytes(line.ToString(), output);
            line.Clear();
        }

        StringBuilder Append(string value) => value.AsSpan().ContainsAny(ToBeQuoted)
            ? line.Append('"').Append(value.Replace("\"", "\"\"", StringComparison.Ordinal)).Append('"')
            : line.Append(value);
    }

    /// <summary>JSON lines: an object on a line for each row.</summary>
    public static async Task WriteJsonLines(
        PipeWriter output, Func<Func<SqliteSession, List<JournalRow>>, List<JournalRow>> read, Conditions where, long after, CancellationToken cancellation)
    {
        await using var json = new Utf8JsonWriter(output, Json);
        await Write(output, read, where, after, () => { }, row =>
        {
            json.WriteStartObject();
            json.WriteNumber("position"u8, row.Position);
            json.WriteString("entityId"u8, row.EntityId);
            json.WriteNumber("revision"u8, row.Revision);
            json.WriteString("agent"u8, row.Agent);
            json.WriteString("eventType"u8, row.EventType);
            json.WriteString("timeOccurred"u8, row.TimeOccurred);
            json.WriteString("timeObserved"u8, row.TimeObserved);
            json.WritePropertyName("data"u8);
            json.WriteRawValue(row.Data, skipInputValidation: true);
            if (row.Hash is not null) json.WriteString("hash"u8, row.Hash);
            json.WriteEndObject();
            json.Flush();
            json.Reset();
            output.Write("\n"u8);
        }, cancellation);
    }

    private static async Task Write(
        PipeWriter output, Func<Func<SqliteSession, List<JournalRow>>, List<JournalRow>> read, Conditions where, long after, Action flush,
        Action<JournalRow> write, CancellationToken cancellation)
    {
        while (true)
        {
            var rows = read(tables => EventJournal.Read(tables, where, after, PageSize));
            foreach (var row in rows) write(row);
            flush();
            if ((await output.FlushAsync(cancellation)).IsCompleted || rows.Count < PageSize) return;
            after = rows[^1].Position;
        }
    }
}
