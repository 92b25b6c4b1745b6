using Shop.Contracts;

namespace Shop.Backoffice.Projections;

/// <summary>Brings one build of a projection up to date with the log, and says how that goes.</summary>
internal sealed partial class Follower(ProjectionFile file, Projection projection, EventFeed feed, TimeProvider clock, ILogger log)
{
    /// <summary>After so long without an event it looks whether it is done.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan Backoff = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();
    private DateTimeOffset? behindSince;

    public ProjectionFile File => file;

    public DateTimeOffset StartedAt { get; } = clock.GetUtcNow();

    public Throughput Throughput { get; } = new(clock);

    /// <summary>What went wrong last, and is not overcome.</summary>
    public string? LastError { get; private set; }

    /// <summary>When the oldest event was written that is not applied yet, as far as is known; null when none is waiting.</summary>
    public DateTimeOffset? BehindSince
    {
        get
        {
            lock (gate) return behindSince;
        }
    }

    /// <summary>Follows until <paramref name="isDone"/>, whatever goes wrong with the log or the disk meanwhile.</summary>
    /// <param name="isDone">Asked before each step.</param>
    /// <param name="isInNoHurry">After each step it rests for as long as that took: orders, which may share the machine, come first.</param>
    /// <param name="stopping">Ends it at once.</param>
    /// <exception cref="UnreadableEventException">It met an event that it cannot go past. What was before it is applied.</exception>
    public async Task Run(Func<bool> isDone, bool isInNoHurry, CancellationToken stopping)
    {
        while (!isDone())
        {
            try
            {
                var began = clock.GetTimestamp();
                await Step(stopping);
                LastError = null;
                if (isInNoHurry) await Task.Delay(clock.GetElapsedTime(began), clock, stopping);
            }
            catch (Exception exception) when (exception is not UnreadableEventException && !stopping.IsCancellationRequested)
            {
                // The log is away, the disk is full, or a handler fails: it stays where it is, and says why.
                if (LastError != exception.Message) LogFailed(log, projection.Name, file.Position, exception);
                LastError = exception.Message;
                await Task.Delay(Backoff, clock, stopping);
            }
        }
    }

    private async Task Step(CancellationToken stopping)
    {
        if (feed.LastPosition is { } end && end < file.Position)
            throw new InvalidDataException($"The log ends at position {end}, and this was built from one that reached {file.Position}. Rebuild it.");
        var events = await feed.ReadAfter(file.Position, Patience, stopping);
        if (events.Count == 0) return;
        var readable = 0;
        string? obstacle = null;
        while (readable < events.Count && (obstacle = projection.Obstacle(events[readable])) is null) readable++;
        Waiting(events[0]);
        if (readable > 0)
        {
            await file.Apply(readable == events.Count ? events : [.. events.Take(readable)]);
            Throughput.Add(readable);
        }

        if (obstacle is not null)
        {
            Waiting(events[readable]);
            var at = events[readable].Envelope;
            throw new UnreadableEventException($"stopped before position {at.Position}, revision {at.Revision} of order {at.OrderId}: {obstacle}");
        }

        Waiting(null);
    }

    private void Waiting(LogEvent? next)
    {
        lock (gate) behindSince = next?.Envelope.Metadata.TimeObserved;
    }

    [LoggerMessage(LogLevel.Warning, "Projection {Projection} cannot go past position {Position}, and tries again")]
    private static partial void LogFailed(ILogger log, string projection, long position, Exception exception);
}
