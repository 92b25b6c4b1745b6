namespace Shop.ServiceDefaults.Metrics;

/// <summary>One instrument's measurements under one set of labels. Safe to write from any thread; writing takes no lock.</summary>
internal sealed class Series(string labels, double[] boundaries)
{
    private readonly long[] buckets = new long[boundaries.Length + 1];
    private double value;

    /// <summary>The labels in text form.</summary>
    public string Labels => labels;

    /// <summary>Whether an observable instrument spoke of it the last time it was asked.</summary>
    public bool IsCurrent { get; set; } = true;

    /// <summary>The counter or gauge; of a histogram, the sum.</summary>
    public double Value => Volatile.Read(ref value);

    /// <summary>Of a histogram, how many fell into each bucket; the last has no upper bound.</summary>
    public IReadOnlyList<long> Buckets => buckets;

    public void Add(double amount)
    {
        for (var seen = Volatile.Read(ref value); ;)
        {
            var before = Interlocked.CompareExchange(ref value, seen + amount, seen);
            if (before.Equals(seen)) return;
            seen = before;
        }
    }

    public void Set(double now)
    {
        Volatile.Write(ref value, now);
        IsCurrent = true;
    }

    public void Observe(double amount)
    {
        // The bucket's bound is inclusive.
        var index = Array.BinarySearch(boundaries, amount);
        Interlocked.Increment(ref buckets[index < 0 ? ~index : index]);
        Add(amount);
    }
}
