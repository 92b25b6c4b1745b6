using System.Text.Json.Serialization;

namespace Shop.Contracts;

/// <summary>What somebody asked of the orders, and what they were told. It holds nothing of what the request said beside that.</summary>
public sealed record CommandRecord
{
    /// <summary>Grows with time.</summary>
    public required long Id { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>What was asked, such as <c>place-order</c>, <c>cancel-order</c> or <c>append-event</c>.</summary>
    public required string Command { get; init; }

    /// <summary>The event that a service wanted to be written.</summary>
    public string? EventType { get; init; }

    /// <summary>By whom, as <c>kind/id</c>: a key's name, never the key.</summary>
    public required string Agent { get; init; }

    /// <summary>Of which order; absent for one that was not placed.</summary>
    public Guid? OrderId { get; init; }

    public required CommandOutcome Outcome { get; init; }

    /// <summary>The HTTP status of the answer.</summary>
    public required int Status { get; init; }

    /// <summary>Why not: the problem's code.</summary>
    public string? Code { get; init; }

    /// <summary>The order's revision after what was accepted.</summary>
    public long? Revision { get; init; }

    public string? TraceId { get; init; }
}

/// <summary>What became of a command.</summary>
[JsonConverter(typeof(Kebab<CommandOutcome>))]
public enum CommandOutcome
{
    Accepted,

    /// <summary>It had been done before, and was answered as then.</summary>
    Repeated,

    /// <summary>It was not valid, or the order's history ruled it out.</summary>
    Refused,

    /// <summary>A part of the shop was away, or broken.</summary>
    Failed,
}

/// <summary>
/// Commands, the latest first. <paramref name="Dropped"/> have not been recorded since the service started, having come faster than
/// they could be written. <paramref name="Next"/> is what to pass as <c>before</c> for the next page; absent on the last.
/// </summary>
public sealed record CommandPage(IReadOnlyList<CommandRecord> Commands, long Dropped, long? Next = null);
