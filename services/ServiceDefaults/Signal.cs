namespace Shop.ServiceDefaults;

/// <summary>
/// Wakes whoever waits. Take <see cref="Next"/> first, then look whether there is work, then wait for it: what is raised in
/// between is not missed.
/// </summary>
public sealed class Signal
{
    private TaskCompletionSource next = New();

    /// <summary>Completes at the next <see cref="Raise"/>.</summary>
    public Task Next => Volatile.Read(ref next).Task;

    public void Raise() => Interlocked.Exchange(ref next, New()).TrySetResult();

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
