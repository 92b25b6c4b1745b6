namespace Shop.Histories.Tests;

/// <summary>
/// Runs everything on one thread, one step at a time. Whatever reaches a port waits here until it is told to go on, so that who
/// goes first is nobody's luck: the same choices give the same history.
/// </summary>
/// <remarks>
/// There is no synchronization context while a history is played, and nothing between two ports really waits; so telling somebody to
/// go on runs all that he does until he reaches the next port, before the call returns.
/// </remarks>
internal sealed class Scheduler
{
    private static readonly AsyncLocal<Strand?> Current = new();
    private static readonly Task<bool> Never = new TaskCompletionSource<bool>().Task;

    private readonly int thread = Environment.CurrentManagedThreadId;
    private readonly List<Waiting> waiting = [];
    private readonly List<Strand> strands = [];

    /// <summary>Who waits, the longest waiting first.</summary>
    public IReadOnlyList<Waiting> Waiting => waiting;

    /// <summary>What was thrown and caught by nobody.</summary>
    public List<string> Faults { get; } = [];

    /// <summary>Whether a process is doing anything.</summary>
    public bool IsBusy(string process) => strands.Exists(strand => strand.Process == process);

    /// <summary>Begins to do something in a process, up to its first port. <paramref name="killed"/> is told if the process dies over it.</summary>
    public void Start(string process, string name, Func<Task> work, Action? killed = null)
    {
        var (strand, starter) = (new Strand(process, name, killed), Current.Value);
        strands.Add(strand);
        Current.Value = strand;
        _ = Run();
        Current.Value = starter;

        async Task Run()
        {
            try
            {
                await work();
            }
            catch (Exception exception)
            {
                Faults.Add($"{strand.Name} threw {exception.GetType().Name}: {exception.Message}");
            }
            finally
            {
                strands.Remove(strand);
            }
        }
    }

    /// <summary>A port was reached. True: go on. False: the connection broke. Never completes for whoever is dead by then.</summary>
    public Task<bool> Pause(string what)
    {
        var strand = Current.Value ?? throw new InvalidOperationException($"Nobody is known to have reached '{what}'.");
        if (Environment.CurrentManagedThreadId != thread) throw new InvalidOperationException($"'{what}' was reached on another thread.");
        if (strand.IsDead) return Never;
        var at = new Waiting(strand, what);
        waiting.Add(at);
        return at.GoesOn.Task;
    }

    /// <summary>Lets somebody go on, or breaks the connection on which he waits.</summary>
    public void Resume(Waiting who, bool intact = true)
    {
        waiting.Remove(who);
        who.GoesOn.SetResult(intact);
    }

    /// <summary>The process dies: what it was doing stops where it is, and no cleaning up is done.</summary>
    public int Kill(string process)
    {
        var dying = strands.FindAll(strand => strand.Process == process);
        foreach (var strand in dying) strand.IsDead = true;
        strands.RemoveAll(strand => strand.IsDead);
        waiting.RemoveAll(at => at.Strand.IsDead);
        foreach (var strand in dying) strand.Killed?.Invoke();
        return dying.Count;
    }
}

/// <summary>One thing that is being done by one process.</summary>
internal sealed record Strand(string Process, string Name, Action? Killed)
{
    public bool IsDead { get; set; }
}

/// <summary>Somebody who has reached a port.</summary>
internal sealed record Waiting(Strand Strand, string What)
{
    public TaskCompletionSource<bool> GoesOn { get; } = new();

    public override string ToString() => $"{Strand.Name}: {What}";
}
