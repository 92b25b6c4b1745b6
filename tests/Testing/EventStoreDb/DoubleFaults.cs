namespace Shop.Testing.EventStoreDb;

/// <summary>How a double of EventStoreDB misbehaves. All of it may be changed at any time.</summary>
public sealed class DoubleFaults
{
    private int subscriptionsToDrop;
    private int answersToLose;

    /// <summary>Each answer comes so late.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>Set: this node is no leader, and that one is.</summary>
    public Uri? Leader { get; set; }

    /// <summary>This node is no leader, and sees none.</summary>
    public bool SeesNoLeader { get; set; }

    /// <summary>Each frame goes out in pieces: within its head, and within its message.</summary>
    public bool CutsFrames { get; set; }

    /// <summary>Nobody may do anything.</summary>
    public bool DeniesAccess { get; set; }

    /// <summary>Anybody but these may do nothing: a value of the header <c>Authorization</c>.</summary>
    public string? Credentials { get; set; }

    /// <summary>More bytes than that are not appended at once.</summary>
    public int MaxAppendSize { get; set; } = 1024 * 1024;

    /// <summary>An old server, which knows neither <c>BatchAppend</c> nor <c>ServerFeatures</c>.</summary>
    public bool IsOld { get; set; }

    /// <summary>A subscription is broken off, in the middle of a frame, after so many events.</summary>
    public int DropAfter { get; set; } = 3;

    /// <summary>So many subscriptions are broken off.</summary>
    public int SubscriptionsToDrop
    {
        get => Volatile.Read(ref subscriptionsToDrop);
        set => Volatile.Write(ref subscriptionsToDrop, value);
    }

    /// <summary>So many appends are done, and the connection breaks before the answer.</summary>
    public int AnswersToLose
    {
        get => Volatile.Read(ref answersToLose);
        set => Volatile.Write(ref answersToLose, value);
    }

    internal bool TakeDrop() => Take(ref subscriptionsToDrop);

    internal bool TakeLoss() => Take(ref answersToLose);

    private static bool Take(ref int count)
    {
        var seen = Volatile.Read(ref count);
        while (seen > 0)
        {
            var before = Interlocked.CompareExchange(ref count, seen - 1, seen);
            if (before == seen) return true;
            seen = before;
        }

        return false;
    }
}
