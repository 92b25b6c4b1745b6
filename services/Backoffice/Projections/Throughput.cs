namespace Shop.Backoffice.Projections;

/// <summary>How many events pass in a second, over the last ten.</summary>
internal sealed class Throughput(TimeProvider clock)
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(10);

    private readonly Queue<(long At, int Events)> passed = [];
    private readonly long since = clock.GetTimestamp();

    public long Total { get; private set; }

    public void Add(int events)
    {
        lock (passed)
        {
            Total += events;
            passed.Enqueue((clock.GetTimestamp(), events));
            Forget();
        }
    }

    public double PerSecond
    {
        get
        {
            lock (passed)
            {
                Forget();
                // A build that takes two seconds is not to be told as five times slower than it is.
                var span = clock.GetElapsedTime(since) is var age && age < Window ? age : Window;
                return passed.Count == 0 ? 0 : Math.Round(passed.Sum(batch => (long)batch.Events) / Math.Max(0.05, span.TotalSeconds), 1);
            }
        }
    }

    private void Forget()
    {
        while (passed.TryPeek(out var oldest) && clock.GetElapsedTime(oldest.At) > Window) passed.Dequeue();
    }
}
