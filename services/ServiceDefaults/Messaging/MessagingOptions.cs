using Microsoft.Extensions.Configuration;

namespace Shop.ServiceDefaults.Messaging;

/// <summary>How messages are consumed, on either transport; section <c>Messaging</c>.</summary>
public sealed record MessagingOptions
{
    /// <summary><c>RetryDelays</c>: seconds a failed message waits before it comes back, the shortest first; the last repeats.</summary>
    public required IReadOnlyList<int> RetryDelays { get; init; }

    /// <summary><c>MaxAttempts</c>: a message that failed unexpectedly this often goes to the dead-letter queue.</summary>
    public required int MaxAttempts { get; init; }

    /// <summary><c>Prefetch</c>: messages the broker hands out ahead.</summary>
    public required int Prefetch { get; init; }

    /// <summary><c>Concurrency</c>: messages handled at a time.</summary>
    public required int Concurrency { get; init; }

    internal FailurePolicy FailurePolicy() => new([.. RetryDelays.Select(seconds => TimeSpan.FromSeconds(seconds))], MaxAttempts);

    /// <summary>Reads the section.</summary>
    /// <exception cref="ConfigurationException">A value is out of range.</exception>
    public static MessagingOptions From(IConfiguration configuration)
    {
        var section = configuration.GetSection("Messaging");
        var delays = section.GetSection("RetryDelays").Get<int[]>() ?? [1, 5, 30, 120, 600];
        if (delays.Length == 0 || delays.Any(delay => delay < 1) || !delays.SequenceEqual(delays.Distinct().Order()))
            throw new ConfigurationException("Messaging:RetryDelays must be growing whole seconds, such as [1, 5, 30, 120, 600].");
        return new()
        {
            RetryDelays = delays,
            MaxAttempts = Positive(section, "MaxAttempts", 12),
            Prefetch = Positive(section, "Prefetch", 64),
            Concurrency = Positive(section, "Concurrency", 16),
        };
    }

    private static int Positive(IConfiguration section, string name, int otherwise) =>
        section.GetValue<int?>(name) switch
        {
            null => otherwise,
            > 0 and <= ushort.MaxValue and var value => value,
            _ => throw new ConfigurationException($"Messaging:{name} must be between 1 and {ushort.MaxValue}."),
        };
}
