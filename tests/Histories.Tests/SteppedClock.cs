namespace Shop.Histories.Tests;

/// <summary>
/// Time that passes by a second with each step. Whoever waits for a short while waits at the scheduler as if at a port; a request's
/// deadline never comes, because a reply that does not come is a broken connection here.
/// </summary>
internal sealed class SteppedClock(Scheduler scheduler) : TimeProvider
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);
    private DateTimeOffset now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    public void Step() => now += TimeSpan.FromSeconds(1);

    public override DateTimeOffset GetUtcNow() => now;

    public override long GetTimestamp() => now.UtcTicks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer();
        if (dueTime < Deadline && dueTime >= TimeSpan.Zero) _ = Ring();
        return timer;

        async Task Ring()
        {
            await scheduler.Pause("waits a moment");
            if (!timer.IsOver) callback(state);
        }
    }

    private sealed class Timer : ITimer
    {
        public bool IsOver { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose() => IsOver = true;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }
    }
}
