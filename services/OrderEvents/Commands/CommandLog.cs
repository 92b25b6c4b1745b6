using System.Threading.Channels;
using Microsoft.Data.Sqlite;
using Shop.Contracts;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Sqlite;

namespace Shop.OrderEvents.Commands;

/// <summary>
/// Who asked for what, and what they were told: <c>commands.db</c>, beside the event store and apart from it. An order never waits
/// for it. What comes in is put into a queue of fixed size and written many at a time; when they come faster than that, they are
/// counted and let go. The oldest go when there are too many. It may be deleted.
/// </summary>
internal sealed partial class CommandLog(SqliteDatabase database, CommandLogOptions options, TimeProvider clock, ILogger<CommandLog> log) : BackgroundService, IAsyncDisposable
{
    private const int Waiting = 8192;
    private const int LargestBatch = 1000;

    private const string Schema = """
        CREATE TABLE commands(
            id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, command TEXT NOT NULL, event_type TEXT, agent TEXT NOT NULL, order_id TEXT,
            outcome INTEGER NOT NULL, status INTEGER NOT NULL, code TEXT, revision INTEGER, trace_id TEXT);
        CREATE INDEX commands_by_order ON commands(order_id, id) WHERE order_id IS NOT NULL;
        CREATE INDEX commands_by_code ON commands(code, id) WHERE code IS NOT NULL
        """;

    private const string Columns = "id, at, command, event_type, agent, order_id, outcome, status, code, revision, trace_id";

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    private readonly Channel<CommandRecord> queue = Channel.CreateBounded<CommandRecord>(new BoundedChannelOptions(Waiting) { SingleReader = true });
    private long dropped;

    /// <summary>Commands that were let go since the start.</summary>
    public long Dropped => Volatile.Read(ref dropped);

    /// <summary>Opens the file in that folder.</summary>
    /// <exception cref="ConfigurationException">It is in use, or cannot be used.</exception>
    public static SqliteDatabase Open(string folder) => SqliteDatabase.Open(Path.Combine(folder, "commands.db"), Schema, powerLossSafe: false);

    /// <summary>Remembers a command, soon. Never waits.</summary>
    public void Add(CommandRecord command)
    {
        if (!queue.Writer.TryWrite(command)) Interlocked.Increment(ref dropped);
    }

    /// <summary>The commands for which all conditions hold, the latest first.</summary>
    public IReadOnlyList<CommandRecord> Read(Conditions where, int limit) => database.Read(session => session.Query(
        $"SELECT {Columns} FROM commands {where.Text} ORDER BY id DESC LIMIT @limit", Row, [.. where.Parameters, ("@limit", limit)]));

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        queue.Writer.TryComplete();
        await base.StopAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        queue.Writer.TryComplete();
        Dispose();
        if (ExecuteTask is { } run) await run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await database.DisposeAsync();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // What is in the queue when the host stops is still written.
        while (await queue.Reader.WaitToReadAsync(CancellationToken.None))
        {
            var batch = new List<CommandRecord>();
            while (batch.Count < LargestBatch && queue.Reader.TryRead(out var command)) batch.Add(command);
            try
            {
                await Write(batch);
            }
            catch (SqliteException exception)
            {
                Interlocked.Add(ref dropped, batch.Count);
                LogNotWritten(log, batch.Count, exception);
            }

            if (batch.Count < LargestBatch) await Task.Delay(Interval, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private Task Write(List<CommandRecord> batch) => database.Write(session =>
    {
        foreach (var command in batch)
        {
            session.Execute(
                """
                INSERT INTO commands(at, command, event_type, agent, order_id, outcome, status, code, revision, trace_id)
                VALUES(@at, @command, @type, @agent, @order, @outcome, @status, @code, @revision, @trace)
                """,
                ("@at", command.At.ToUnixTimeMilliseconds()), ("@command", command.Command), ("@type", command.EventType), ("@agent", command.Agent),
                ("@order", command.OrderId?.ToString()), ("@outcome", (int)command.Outcome), ("@status", command.Status), ("@code", command.Code),
                ("@revision", command.Revision), ("@trace", command.TraceId));
        }

        // A little more than came in, so that it also shrinks when the settings do.
        session.Execute(
            "DELETE FROM commands WHERE id IN (SELECT id FROM commands WHERE id <= @last OR at < @before ORDER BY id LIMIT @chunk)",
            ("@last", session.LastInsertRowId - options.MaxEntries), ("@before", (clock.GetUtcNow() - options.Retention).ToUnixTimeMilliseconds()),
            ("@chunk", batch.Count + 100));
    });

    private static CommandRecord Row(SqliteDataReader row) => new()
    {
        Id = row.GetInt64(0),
        At = DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(1)),
        Command = row.GetString(2),
        EventType = Text(row, 3),
        Agent = row.GetString(4),
        OrderId = Text(row, 5) is { } order ? Guid.Parse(order) : null,
        Outcome = (CommandOutcome)row.GetInt32(6),
        Status = row.GetInt32(7),
        Code = Text(row, 8),
        Revision = row.IsDBNull(9) ? null : row.GetInt64(9),
        TraceId = Text(row, 10),
    };

    private static string? Text(SqliteDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    [LoggerMessage(LogLevel.Error, "{Count} commands could not be recorded")]
    private static partial void LogNotWritten(ILogger log, int count, Exception exception);
}

/// <summary>The settings under <c>CommandLog</c>.</summary>
public sealed class CommandLogOptions
{
    /// <summary>False records nothing.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>No more than so many are kept.</summary>
    public long MaxEntries { get; set; } = 500_000;

    /// <summary>How long a command is kept.</summary>
    public TimeSpan Retention { get; set; } = TimeSpan.FromDays(30);
}
