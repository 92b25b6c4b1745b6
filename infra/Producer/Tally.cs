using Shop.Contracts;

namespace Shop.Producer;

/// <summary>How far a demonstration has come. Counted from many threads at once.</summary>
internal sealed class Tally(int orders)
{
    private readonly Lock gate = new();
    private readonly Dictionary<Story, StoryCount> counts = Story.All.ToDictionary(story => story, _ => new StoryCount());
    private readonly SortedDictionary<string, int> failures = new(StringComparer.Ordinal);
    private readonly long started = TimeProvider.System.GetTimestamp();
    private TimeSpan? ended;
    private int exitCode = ExitCodes.Done;

    /// <summary>How many are to be placed.</summary>
    public int Orders => orders;

    public TimeSpan Elapsed => ended ?? TimeProvider.System.GetElapsedTime(started);

    public void Begin(Story story) => Count(story, count => count with { Begun = count.Begun + 1 });

    public void Done(Story story, OrderView order) => Count(story, count => count with
    {
        Done = count.Done + 1,
        Ends = count.Ends.SetItem(order.Status, count.Ends.GetValueOrDefault(order.Status) + 1),
    });

    public void Failed(Story story, ShopException exception)
    {
        Count(story, count => count with { Failed = count.Failed + 1 });
        lock (gate)
        {
            exitCode = Math.Max(exitCode, exception.ExitCode == ExitCodes.Away ? ExitCodes.Away : ExitCodes.Refused);
            // Each names its own order; a list of thousands would tell no more than its beginning.
            if (failures.Count < 10) failures[$"{story.Name}: {exception.Message}"] = failures.GetValueOrDefault($"{story.Name}: {exception.Message}") + 1;
        }
    }

    /// <summary>Stops the clock.</summary>
    public void End() => ended = Elapsed;

    public IReadOnlyList<(Story Story, StoryCount Count)> Counts
    {
        get { lock (gate) return [.. counts.Select(count => (count.Key, count.Value))]; }
    }

    /// <summary>The first failures, and how often each came.</summary>
    public IReadOnlyList<(string Message, int Times)> Failures
    {
        get { lock (gate) return [.. failures.Select(failure => (failure.Key, failure.Value))]; }
    }

    /// <summary>The sum of all stories.</summary>
    public StoryCount Total => Counts.Select(count => count.Count).Aggregate(new StoryCount(), (sum, count) => sum with
    {
        Begun = sum.Begun + count.Begun,
        Done = sum.Done + count.Done,
        Failed = sum.Failed + count.Failed,
        Ends = count.Ends.Aggregate(sum.Ends, (ends, end) => ends.SetItem(end.Key, ends.GetValueOrDefault(end.Key) + end.Value)),
    });

    public int ExitCode
    {
        get { lock (gate) return exitCode; }
    }

    private void Count(Story story, Func<StoryCount, StoryCount> change)
    {
        lock (gate) counts[story] = change(counts[story]);
    }
}
