using Shop.Contracts;
using Shop.ServiceDefaults;

namespace Shop.Backoffice.Projections;

/// <summary>
/// The log as everybody in the back office reads it: one connection follows its end, whatever number of projections and operators
/// look on, and those who are behind share the pages that they read. So the Order Event Service, which has orders to decide, sends
/// an event once.
/// </summary>
public sealed partial class EventFeed(OrderLog log, TimeProvider clock, ILogger<EventFeed> logger) : BackgroundService
{
    private const int Kept = 2048;
    private const int KeptPages = 8;

    private static readonly TimeSpan LongestBackoff = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan UnusedPagesAreKept = TimeSpan.FromSeconds(30);

    private readonly Lock gate = new();
    private readonly Signal changed = new();
    private readonly List<LogEvent> recent = [];
    private readonly Dictionary<long, Task<IReadOnlyList<LogEvent>>> pages = [];
    private readonly Queue<long> pagesByAge = [];
    private long recentAfter = long.MaxValue;
    private long pagesUsed;
    private long? tail;
    private long? lastPosition;

    /// <summary>The position of the last event that the log is known to hold; null before it has answered.</summary>
    public long? LastPosition
    {
        get
        {
            lock (gate) return lastPosition;
        }
    }

    /// <summary>Why the log cannot be followed; null when it can.</summary>
    public string? Trouble { get; private set; } = "not connected yet";

    /// <summary>
    /// The next events after a position, in order, as soon as there is one; none when there is none for as long as
    /// <paramref name="patience"/> says.
    /// </summary>
    /// <exception cref="HttpRequestException">The log is away.</exception>
    /// <exception cref="UnreadableEventException">What it sends is not a page of events.</exception>
    public async Task<IReadOnlyList<LogEvent>> ReadAfter(long position, TimeSpan patience, CancellationToken cancellation)
    {
        var since = clock.GetTimestamp();
        while (true)
        {
            var next = changed.Next;
            IReadOnlyList<LogEvent> page = Recent(position) ?? await Page(position).WaitAsync(cancellation);
            if (page.Count > 0) return page;
            var left = patience - clock.GetElapsedTime(since);
            if (left <= TimeSpan.Zero) return page;
            await next.WaitAsync(left, clock, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellation.ThrowIfCancellationRequested();
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var backoff = TimeSpan.FromMilliseconds(100);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var from = tail ??= await log.LastPosition(stoppingToken);
                await foreach (var envelope in log.ReadAfter(from, last => Connected(from, last), stoppingToken)) Add(new LogEvent(envelope));
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException or UnreadableEventException or OperationCanceledException or InvalidDataException)
            {
                if (stoppingToken.IsCancellationRequested) return;
                if (Trouble is null) LogAway(logger, exception.Message);
                Trouble = exception.Message;
            }

            await Task.Delay(backoff, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            backoff = Trouble is null ? TimeSpan.FromMilliseconds(100) : backoff * 2 < LongestBackoff ? backoff * 2 : LongestBackoff;
        }
    }

    /// <summary>What has come after that position; null when that is not, or no longer, at hand.</summary>
    private List<LogEvent>? Recent(long position)
    {
        lock (gate)
        {
            if (position < recentAfter) return null;
            if (pages.Count > 0 && clock.GetElapsedTime(pagesUsed) > UnusedPagesAreKept) ForgetPages();
            var first = recent.Count;
            while (first > 0 && recent[first - 1].Position > position) first--;
            return recent.GetRange(first, Math.Min(OrderLog.LargestPage, recent.Count - first));
        }
    }

    private Task<IReadOnlyList<LogEvent>> Page(long position)
    {
        lock (gate)
        {
            pagesUsed = clock.GetTimestamp();
            // A page that failed, or was not full, is asked for again.
            if (pages.TryGetValue(position, out var page) && (!page.IsCompleted || page is { IsCompletedSuccessfully: true, Result.Count: OrderLog.LargestPage })) return page;
            if (!pages.ContainsKey(position)) pagesByAge.Enqueue(position);
            while (pagesByAge.Count > KeptPages) pages.Remove(pagesByAge.Dequeue());
            return pages[position] = Read();
        }

        async Task<IReadOnlyList<LogEvent>> Read() =>
            [.. (await log.ReadPage(position, OrderLog.LargestPage, CancellationToken.None)).Events.Select(envelope => new LogEvent(envelope))];
    }

    private void Connected(long from, long last)
    {
        lock (gate)
        {
            if (last < from)
            {
                recent.Clear();
                ForgetPages();
                (recentAfter, tail, lastPosition) = (long.MaxValue, last, last);
                throw new InvalidDataException($"The log ends at position {last} and was read up to {from} before: an older copy was put back.");
            }

            if (recentAfter == long.MaxValue) recentAfter = from;
            lastPosition = last;
        }

        Trouble = null;
        LogConnected(logger, from);
        changed.Raise();
    }

    private void Add(LogEvent happened)
    {
        lock (gate)
        {
            recent.Add(happened);
            tail = happened.Position;
            lastPosition = Math.Max(happened.Position, lastPosition ?? 0);
            if (recent.Count > 2 * Kept)
            {
                recentAfter = recent[Kept - 1].Position;
                recent.RemoveRange(0, Kept);
            }
        }

        changed.Raise();
    }

    private void ForgetPages()
    {
        pages.Clear();
        pagesByAge.Clear();
    }

    [LoggerMessage(LogLevel.Information, "The back office follows the order log from position {Position}")]
    private static partial void LogConnected(ILogger log, long position);

    [LoggerMessage(LogLevel.Warning, "The back office cannot follow the order log, trying again: {Trouble}")]
    private static partial void LogAway(ILogger log, string trouble);
}
