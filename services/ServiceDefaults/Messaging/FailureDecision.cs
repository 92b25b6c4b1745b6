namespace Shop.ServiceDefaults.Messaging;

/// <summary>What becomes of a message whose consumer threw.</summary>
public abstract record FailureDecision(Tries Tries)
{
    /// <summary>It comes back after one of the configured delays. <paramref name="IsExpected"/>: worth a line, not a stack.</summary>
    public sealed record Retry(Tries Tries, TimeSpan Delay, bool IsExpected) : FailureDecision(Tries);

    /// <summary>It goes to the dead-letter queue. <paramref name="Reason"/> is stable and machine-readable.</summary>
    public sealed record DeadLetter(Tries Tries, string Reason) : FailureDecision(Tries);
}
