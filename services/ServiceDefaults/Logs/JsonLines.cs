using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using Shop.ServiceDefaults.Messaging;

namespace Shop.ServiceDefaults.Logs;

/// <summary>
/// One JSON object on one line for each log entry: <c>time, level, service, type, message, traceId</c>, then the entry's own fields
/// under their own names, <c>category</c>, and <c>exception</c>. <c>type</c> is the entry's event name, see <see cref="LogEvents"/>.
/// </summary>
internal sealed class JsonLines(ServiceName service, TimeProvider clock) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "json-lines";

    private const string Template = "{OriginalFormat}";

    private static readonly HashSet<string> Own = ["time", "level", "service", "type", "message", "traceId", "category", "exception"];

    // For a console, not for a web page: only what JSON itself wants escaped is.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? reused;

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var message = logEntry.Formatter(logEntry.State, logEntry.Exception);
        var buffer = reused ??= new ArrayBufferWriter<byte>(1024);
        buffer.ResetWrittenCount();
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            json.WriteString("time", clock.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture));
            json.WriteString("level", logEntry.LogLevel.ToString());
            json.WriteString("service", service.Value);
            if (logEntry.EventId.Name is { } type) json.WriteString("type", type);
            json.WriteString("message", message);
            if (Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity) json.WriteString("traceId", activity.TraceId.ToHexString());
            if (logEntry.State is IReadOnlyList<KeyValuePair<string, object?>> fields) Write(json, fields);
            json.WriteString("category", logEntry.Category);
            // Other people's exceptions quote what they were given: a mail server, say, the address that it refused.
            if (logEntry.Exception is { } exception) json.WriteString("exception", Obituary.Redact(exception.ToString()));
            json.WriteEndObject();
        }

        textWriter.Write(Encoding.UTF8.GetString(buffer.WrittenSpan));
        textWriter.Write(Environment.NewLine);
    }

    private static void Write(Utf8JsonWriter json, IReadOnlyList<KeyValuePair<string, object?>> fields)
    {
        for (var i = 0; i < fields.Count; i++)
        {
            var (name, value) = fields[i];
            if (name == Template || name.Length == 0) continue;
            name = JsonNamingPolicy.CamelCase.ConvertName(name);
            json.WritePropertyName(Own.Contains(name) ? $"field_{name}" : name);
            switch (value)
            {
                case null: json.WriteNullValue(); break;
                case string text: json.WriteStringValue(text); break;
                case Guid id: json.WriteStringValue(id); break;
                case DateTimeOffset time: json.WriteStringValue(time); break;
                case bool yes: json.WriteBooleanValue(yes); break;
                case int number: json.WriteNumberValue(number); break;
                case long number: json.WriteNumberValue(number); break;
                case double number when double.IsFinite(number): json.WriteNumberValue(number); break;
                default: json.WriteStringValue(Convert.ToString(value, CultureInfo.InvariantCulture)); break;
            }
        }
    }
}

/// <summary>Registration of <see cref="JsonLines"/>.</summary>
internal static class JsonLinesRegistration
{
    public static void AddJsonLines(this ILoggingBuilder logging)
    {
        logging.AddConsole(console => console.FormatterName = JsonLines.FormatterName);
        logging.Services.AddSingleton<ConsoleFormatter, JsonLines>();
    }
}
