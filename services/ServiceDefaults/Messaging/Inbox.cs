using System.Collections.Concurrent;
using Microsoft.Extensions.Configuration;
using Shop.ServiceDefaults.Sqlite;

namespace Shop.ServiceDefaults.Messaging;

/// <summary>
/// Remembers which events this service has completed, in <c>inbox.db</c> in the folder that the setting <c>DataDirectory</c> names
/// (<c>./.shop/&lt;service&gt;</c>), so that an event that is delivered again is not acted upon again. The embedded transport keeps
/// its cursor in the same file.
/// </summary>
/// <remarks>
/// A row that a power cut takes along makes an event run twice, which the consumers' deterministic ids make harmless; so by default
/// a row outlives the process, not the power. <c>Inbox:PowerLossSafe</c> changes that, at the price of one disk flush for a group
/// of messages.
/// </remarks>
public sealed class Inbox : IAsyncDisposable
{
    private const string Schema = """
        CREATE TABLE completed(event_id TEXT PRIMARY KEY, completed_at INTEGER NOT NULL) WITHOUT ROWID;
        CREATE INDEX completed_by_time ON completed(completed_at);
        CREATE TABLE cursors(queue TEXT PRIMARY KEY, position INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE parked(
            event_id TEXT PRIMARY KEY, position INTEGER NOT NULL, type TEXT NOT NULL, body TEXT NOT NULL, correlation_id TEXT NOT NULL,
            traceparent TEXT, attempts INTEGER NOT NULL, failures INTEGER NOT NULL, due INTEGER NOT NULL) WITHOUT ROWID;
        CREATE INDEX parked_by_due ON parked(due);
        CREATE TABLE dead_letters(
            event_id TEXT PRIMARY KEY, position INTEGER NOT NULL, type TEXT NOT NULL, body TEXT NOT NULL, correlation_id TEXT NOT NULL,
            traceparent TEXT, attempts INTEGER NOT NULL, reason TEXT NOT NULL, exception TEXT NOT NULL, message TEXT NOT NULL,
            stack TEXT NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID
        """;

    private readonly ConcurrentDictionary<Guid, TaskCompletionSource> running = new();
    private readonly TimeProvider clock;

    /// <summary>Opens the file. Once for a service: a second process gets a clear error.</summary>
    /// <exception cref="ConfigurationException">The file is in use, or cannot be used.</exception>
    public Inbox(ServiceName service, IConfiguration configuration, TimeProvider clock)
    {
        this.clock = clock;
        Retention = configuration.GetValue("Inbox:Retention", TimeSpan.FromDays(30));
        if (Retention <= TimeSpan.Zero)
            throw new ConfigurationException("Inbox:Retention must be a positive time span, such as 30.00:00:00.");
        var folder = configuration["DataDirectory"] is { Length: > 0 } configured ? configured : Path.Combine(".shop", service.Value);
        var powerLossSafe = configuration.GetValue("Inbox:PowerLossSafe", false);
        Database = SqliteDatabase.Open(Path.Combine(folder, "inbox.db"), Schema, powerLossSafe: powerLossSafe);
    }

    /// <summary>How long a completed event is remembered; setting <c>Inbox:Retention</c>.</summary>
    public TimeSpan Retention { get; }

    internal SqliteDatabase Database { get; }

    /// <summary>
    /// Waits until no other delivery of the event is being handled here; then the event is the caller's until it disposes the claim.
    /// </summary>
    public async Task<Claim> Take(Guid eventId, CancellationToken cancellation)
    {
        var mine = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        while (true)
        {
            var holder = running.GetOrAdd(eventId, mine);
            if (holder == mine) return new Claim(this, eventId, mine);
            await holder.Task.WaitAsync(cancellation);
        }
    }

    /// <summary>True when the event was completed.</summary>
    public bool IsCompleted(Guid eventId) => Database.Read(session =>
        session.Scalar<long>("SELECT 1 FROM completed WHERE event_id=$id", ("$id", eventId.ToString())) == 1);

    /// <summary>Remembers that all of an event's work is done.</summary>
    public Task Complete(Guid eventId)
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        return Database.Write(session => session.Execute(
            "INSERT INTO completed(event_id, completed_at) VALUES($id, $at) ON CONFLICT DO NOTHING",
            ("$id", eventId.ToString()), ("$at", now)));
    }

    /// <summary>Forgets what is older than <see cref="Retention"/>; how much that was.</summary>
    public async Task<int> Prune()
    {
        const int Chunk = 1000;
        var before = (clock.GetUtcNow() - Retention).ToUnixTimeMilliseconds();
        for (var pruned = 0; ;)
        {
            // In small pieces, between which messages are completed.
            var gone = await Database.Write(session => session.Execute(
                "DELETE FROM completed WHERE event_id IN (SELECT event_id FROM completed WHERE completed_at < $before LIMIT $chunk)",
                ("$before", before), ("$chunk", Chunk)));
            pruned += gone;
            if (gone < Chunk) return pruned;
        }
    }

    public ValueTask DisposeAsync() => Database.DisposeAsync();

    /// <summary>The right to handle one event, until disposed.</summary>
    public sealed class Claim(Inbox inbox, Guid eventId, TaskCompletionSource released) : IDisposable
    {
        public void Dispose()
        {
            inbox.running.TryRemove(eventId, out _);
            released.TrySetResult();
        }
    }
}
