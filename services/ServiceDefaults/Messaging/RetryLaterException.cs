namespace Shop.ServiceDefaults.Messaging;

/// <summary>
/// Something expected is not there yet, or away for now: the message comes back later, and one log line says why. It does not
/// count towards <c>Messaging:MaxAttempts</c>, since nothing is wrong with the message.
/// </summary>
/// <param name="reason">Why, for the log; nothing personal.</param>
/// <param name="after">When to come back, at the earliest; as the failure policy sees fit when null.</param>
/// <param name="inner">What happened.</param>
public class RetryLaterException(string reason, TimeSpan? after = null, Exception? inner = null) : Exception(reason, inner)
{
    /// <summary>When to come back, at the earliest; as the failure policy sees fit when null.</summary>
    public TimeSpan? After { get; } = after;
}
