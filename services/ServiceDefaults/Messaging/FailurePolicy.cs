using MassTransit;

namespace Shop.ServiceDefaults.Messaging;

/// <summary>
/// The one answer to "the consumer threw, what now?", the same on every transport. What can never work is dead at once. All else
/// comes back with growing delays, the last of which repeats, until its attempts are spent.
/// </summary>
/// <param name="delays">The delays, the shortest first.</param>
/// <param name="maxAttempts">A message that failed unexpectedly this often is dead.</param>
/// <param name="random">From 0 to below 1; a test passes its own.</param>
/// <remarks>
/// Jitter: every fourth message, chosen at random, takes the next longer delay. Thus messages that failed together do not all come
/// back together, and each delay can still be a queue of its own in which all wait equally long: a message with a shorter time to
/// live of its own would wait behind the others at the head of its queue.
/// </remarks>
public sealed class FailurePolicy(IReadOnlyList<TimeSpan> delays, int maxAttempts, Func<double>? random = null)
{
    private const double JitterShare = 0.25;

    private readonly Func<double> random = random ?? Random.Shared.NextDouble;

    /// <summary>What becomes of a message.</summary>
    /// <param name="exception">What its consumer, or its deserialization, threw.</param>
    /// <param name="before">How often it was tried before this time.</param>
    public FailureDecision Decide(Exception exception, Tries before)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case UnprocessableMessageException unprocessable:
                    return new FailureDecision.DeadLetter(Failed(before), unprocessable.Reason);
                case MessageNotConsumedException:
                    return new FailureDecision.DeadLetter(Failed(before), "no-consumer");
                case RetryLaterException later:
                    var waited = before with { Attempts = before.Attempts + 1 };
                    var delay = later.After is { } after ? AtLeast(after) : Delay(waited.Attempts);
                    return new FailureDecision.Retry(waited, delay, IsExpected: true);
            }
        }

        var tries = Failed(before);
        return tries.Failures >= maxAttempts
            ? new FailureDecision.DeadLetter(tries, "attempts-spent")
            : new FailureDecision.Retry(tries, Delay(tries.Attempts), IsExpected: false);
    }

    private static Tries Failed(Tries before) => new(before.Attempts + 1, before.Failures + 1);

    private TimeSpan Delay(int attempt)
    {
        var step = attempt - 1;
        if (random() < JitterShare) step++;
        return delays[Math.Min(step, delays.Count - 1)];
    }

    private TimeSpan AtLeast(TimeSpan after)
    {
        foreach (var delay in delays)
        {
            if (delay >= after) return delay;
        }

        return delays[^1];
    }
}
