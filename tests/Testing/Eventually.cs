using System.Diagnostics;

namespace Shop.Testing;

/// <summary>Waits for what must come true, by looking again and again until a deadline; never by sleeping for a guess.</summary>
public static class Eventually
{
    /// <summary>The first value of <paramref name="look"/> that satisfies <paramref name="wanted"/>.</summary>
    /// <exception cref="TimeoutException">It did not come true in time; says what was seen last.</exception>
    public static async Task<T> Get<T>(Func<Task<T>> look, Func<T, bool> wanted, string what, TimeSpan? within = null)
    {
        var watch = Stopwatch.StartNew();
        var deadline = within ?? TimeSpan.FromSeconds(30);
        while (true)
        {
            var seen = await look();
            if (wanted(seen)) return seen;
            if (watch.Elapsed > deadline) throw new TimeoutException($"Not within {deadline.TotalSeconds} s: {what}. Last seen: {seen}");
            await Task.Delay(20);
        }
    }

    /// <summary>Waits until <paramref name="condition"/> holds.</summary>
    public static Task True(Func<Task<bool>> condition, string what, TimeSpan? within = null) => Get(condition, holds => holds, what, within);

    /// <summary>Waits until <paramref name="condition"/> holds.</summary>
    public static Task True(Func<bool> condition, string what, TimeSpan? within = null) => True(() => Task.FromResult(condition()), what, within);
}
