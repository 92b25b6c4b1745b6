using System.Text.Json.Serialization;

namespace Shop.Contracts;

/// <summary>What the back office keeps for reading, made of the log alone: how far each projection is.</summary>
/// <param name="Projections">Each of them.</param>
/// <param name="LastPosition">The position of the log's last event; absent while the log has not answered.</param>
/// <param name="LogTrouble">Why the log cannot be followed; absent when it can.</param>
public sealed record ProjectionList(IReadOnlyList<ProjectionView> Projections, long? LastPosition = null, string? LogTrouble = null);

/// <summary>How a projection is doing.</summary>
public sealed record ProjectionView
{
    public required string Name { get; init; }
    public required ProjectionState State { get; init; }

    /// <summary>It knows every event up to here.</summary>
    public required long Position { get; init; }

    /// <summary>So many events of the log it does not know yet.</summary>
    public required long LagEvents { get; init; }

    /// <summary>The age of the oldest of them.</summary>
    public required double LagSeconds { get; init; }

    /// <summary>Over the last ten seconds.</summary>
    public required double EventsPerSecond { get; init; }

    /// <summary>Why it is stopped, or what it has not overcome yet; absent when all is well.</summary>
    public string? LastError { get; init; }

    /// <summary>The number of the build that is read; a later one has a higher number. 0 when there is none yet.</summary>
    public required int Build { get; init; }

    /// <summary>The build that is to take its place.</summary>
    public RebuildView? Rebuild { get; init; }
}

/// <summary>Whether a projection can be read, and moves.</summary>
[JsonConverter(typeof(Kebab<ProjectionState>))]
public enum ProjectionState
{
    /// <summary>It is being built for the first time, and cannot be read before that is done.</summary>
    Building,

    /// <summary>It follows the log.</summary>
    Live,

    /// <summary>It met an event that it cannot read, and stays before it. What it knew until then can be read.</summary>
    Stopped,
}

/// <summary>A build on its way to the end of the log.</summary>
public sealed record RebuildView(DateTimeOffset StartedAt, long Position, long Target, double Percent, double EventsPerSecond, string? LastError = null);
