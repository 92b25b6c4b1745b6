namespace Shop.OrderEvents.Watch;

/// <summary>The settings under <c>StuckOrders</c>.</summary>
public sealed class WatchOptions
{
    /// <summary>An order that should have moved and has not for so long is stuck.</summary>
    public TimeSpan After { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>How often to look.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The time from the first nudge to the second; each further one takes twice as long, up to six hours.</summary>
    public TimeSpan NudgeEvery { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>How long after so many nudges the next is due.</summary>
    public TimeSpan Pause(int nudges)
    {
        var longest = NudgeEvery > LongestPause ? NudgeEvery : LongestPause;
        var pause = NudgeEvery * Math.Pow(2, Math.Clamp(nudges - 1, 0, 30));
        return pause < longest ? pause : longest;
    }

    private static readonly TimeSpan LongestPause = TimeSpan.FromHours(6);
}
