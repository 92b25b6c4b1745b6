namespace Shop.OrderEvents.Store.EventStoreDb;

/// <summary>How a call ended, in gRPC's own numbers; only those that are told apart here.</summary>
internal enum GrpcStatus
{
    Ok = 0,
    Cancelled = 1,
    Unknown = 2,
    InvalidArgument = 3,
    DeadlineExceeded = 4,
    NotFound = 5,
    PermissionDenied = 7,
    ResourceExhausted = 8,
    FailedPrecondition = 9,
    Aborted = 10,
    Unimplemented = 12,
    Internal = 13,
    Unavailable = 14,
    Unauthenticated = 16,
}

/// <summary>A call did not end well. EventStoreDB says more in its trailers: <c>exception</c> and what belongs to it.</summary>
internal sealed class GrpcException(GrpcStatus status, string message, IReadOnlyDictionary<string, string>? trailers = null, Exception? inner = null)
    : Exception($"{status}: {message}", inner)
{
    public GrpcStatus Status => status;

    /// <summary>EventStoreDB's own name for what went wrong, such as <c>stream-deleted</c>; null when it has none.</summary>
    public string? Kind => Trailer("exception");

    /// <summary>Where the leader is, when the node that was asked is none and knows.</summary>
    public (string Host, int Port)? Leader =>
        Kind == "not-leader" && Trailer("leader-endpoint-host") is { Length: > 0 } host && int.TryParse(Trailer("leader-endpoint-port"), out var port)
            ? (host, port) : null;

    /// <summary>A read of <c>$all</c> began where no event does. EventStoreDB has no name of its own for it.</summary>
    public bool IsNoSuchPosition => status == GrpcStatus.Unknown && message.EndsWith("ReadAllResult: Error", StringComparison.Ordinal);

    /// <summary>Worth another try, at this node or at another: nothing in what was asked is wrong.</summary>
    /// <remarks>Unknown is what a node says that sees no leader, as during an election.</remarks>
    public bool IsTransient => Kind == "not-leader" || Kind is null && !IsNoSuchPosition && status is
        GrpcStatus.Unavailable or GrpcStatus.Unknown or GrpcStatus.Aborted or GrpcStatus.Internal or GrpcStatus.Cancelled or GrpcStatus.ResourceExhausted;

    private string? Trailer(string name) => trailers is not null && trailers.TryGetValue(name, out var value) ? value : null;
}
