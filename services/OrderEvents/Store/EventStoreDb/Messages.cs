using System.Buffers.Binary;
using System.Globalization;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Shop.OrderEvents.Store.EventStoreDb.Protocol;
using Empty = Shop.OrderEvents.Store.EventStoreDb.Protocol.Empty;
using Options = Shop.OrderEvents.Store.EventStoreDb.Protocol.ReadReq.Types.Options;

namespace Shop.OrderEvents.Store.EventStoreDb;

/// <summary>The messages that the shop sends to EventStoreDB, and what it makes of those that come back.</summary>
internal static class Messages
{
    private const long NoStream = -1;

    /// <summary>How many events a filtered read looks at before it says how far it has got.</summary>
    private const uint Window = 500;

    private static readonly Empty Empty = new();

    /// <summary>A stream from its first event on.</summary>
    public static ReadReq ReadStream(string stream) => Stream(
        new Options.Types.StreamOptions { StreamIdentifier = Identifier(stream), Start = Empty }, new Options { Count = ulong.MaxValue });

    /// <summary>The last event of a stream.</summary>
    public static ReadReq ReadLastOf(string stream) => Stream(
        new Options.Types.StreamOptions { StreamIdentifier = Identifier(stream), End = Empty },
        new Options { Count = 1, ReadDirection = Options.Types.ReadDirection.Backwards });

    /// <summary>The events of all streams whose names begin so: from that position on, itself too if there is an event.</summary>
    public static ReadReq ReadAll(string prefix, long from, ulong count) => All(prefix, From(from), new Options { Count = count });

    /// <summary>The same backwards: those before that position, or, without one, from the last on.</summary>
    public static ReadReq ReadAllBackwards(string prefix, long? before, ulong count) => All(
        prefix, before is { } position ? From(position) : new Options.Types.AllOptions { End = Empty },
        new Options { Count = count, ReadDirection = Options.Types.ReadDirection.Backwards });

    /// <summary>The events of all streams whose names begin so, behind that position, and each as it comes.</summary>
    public static ReadReq Subscribe(string prefix, long after) =>
        All(prefix, From(after), new Options { Subscription = new Options.Types.SubscriptionOptions() });

    /// <summary>An append: its options, then each event.</summary>
    public static IEnumerable<AppendReq> Append(string stream, long expectedRevision, IEnumerable<NewEvent> events)
    {
        var options = new AppendReq.Types.Options { StreamIdentifier = Identifier(stream) };
        if (expectedRevision == NoStream) options.NoStream = Empty;
        else options.Revision = (ulong)expectedRevision;
        return [new AppendReq { Options = options }, .. events.Select(appending => new AppendReq { ProposedMessage = Proposed(appending) })];
    }

    /// <summary>The same append as one message of <c>BatchAppend</c>.</summary>
    public static BatchAppendReq BatchAppend(string stream, long expectedRevision, IEnumerable<NewEvent> events, TimeSpan deadline)
    {
        var options = new BatchAppendReq.Types.Options { StreamIdentifier = Identifier(stream), Deadline = Duration.FromTimeSpan(deadline) };
        if (expectedRevision == NoStream) options.NoStream = Empty;
        else options.StreamPosition = (ulong)expectedRevision;
        return new BatchAppendReq
        {
            CorrelationId = new UUID { String = Guid.NewGuid().ToString() },
            Options = options,
            ProposedMessages = { events.Select(Proposed) },
            IsFinal = true,
        };
    }

    /// <summary>The answer to an append.</summary>
    public static AppendResult Result(AppendResp response) => response.ResultCase switch
    {
        AppendResp.ResultOneofCase.Success => Appended(response.Success),
        AppendResp.ResultOneofCase.WrongExpectedVersion => new AppendResult.WrongExpectedRevision(
            response.WrongExpectedVersion.CurrentRevisionOptionCase == AppendResp.Types.WrongExpectedVersion.CurrentRevisionOptionOneofCase.CurrentRevision
                ? (long)response.WrongExpectedVersion.CurrentRevision : NoStream),
        _ => throw new GrpcException(GrpcStatus.Internal, "The append was answered with nothing."),
    };

    /// <summary>The answer to one append of a batch; what is an error there is thrown as the same error of a call of its own.</summary>
    public static AppendResult Result(BatchAppendResp response)
    {
        if (response.ResultCase == BatchAppendResp.ResultOneofCase.Success) return Appended(response.Success);
        if (response.Error is not { } error) throw new GrpcException(GrpcStatus.Internal, "The append was answered with nothing.");
        if (error.Details?.TryUnpack<WrongExpectedVersion>(out var wrong) is true)
        {
            return new AppendResult.WrongExpectedRevision(
                wrong.CurrentStreamRevisionOptionCase == WrongExpectedVersion.CurrentStreamRevisionOptionOneofCase.CurrentStreamRevision
                    ? (long)wrong.CurrentStreamRevision : NoStream);
        }

        throw error.Details switch
        {
            { } details when details.Is(StreamDeleted.Descriptor) => Failed(GrpcStatus.FailedPrecondition, "stream-deleted"),
            { } details when details.Is(AccessDenied.Descriptor) => Failed(GrpcStatus.PermissionDenied, "access-denied"),
            { } details when details.Is(MaximumAppendSizeExceeded.Descriptor) => Failed(GrpcStatus.InvalidArgument, "maximum-append-size-exceeded"),
            { } details when details.Is(BadRequest.Descriptor) => new GrpcException(GrpcStatus.InvalidArgument, details.Unpack<BadRequest>().Message),
            { } details when details.Is(Protocol.Timeout.Descriptor) => new GrpcException(GrpcStatus.DeadlineExceeded, "The server did not write in time."),
            // Not ready, too busy, or without a leader: what the server then says has no details of its own.
            _ => new GrpcException(GrpcStatus.Unavailable, error.Message),
        };

        GrpcException Failed(GrpcStatus status, string kind) => new(status, error.Message, new Dictionary<string, string> { ["exception"] = kind });
    }

    /// <summary>An event of the log.</summary>
    /// <exception cref="EventStoreCorruptException">It was written by a transaction, which nothing of the shop does.</exception>
    public static StoredEvent Stored(ReadResp.Types.ReadEvent.Types.RecordedEvent recorded) => recorded.CommitPosition == recorded.PreparePosition
        ? new StoredEvent(
            (long)recorded.CommitPosition, recorded.StreamIdentifier.StreamName.ToStringUtf8(), (long)recorded.StreamRevision, IdOf(recorded.Id),
            recorded.Metadata.GetValueOrDefault("type", ""), recorded.Data.ToByteArray(), recorded.CustomMetadata.ToByteArray())
        : throw new EventStoreCorruptException(
            $"The event {IdOf(recorded.Id)} at {recorded.CommitPosition}/{recorded.PreparePosition} was written by a transaction, and not by the shop.");

    /// <summary>An id, in either of its two forms.</summary>
    public static Guid IdOf(UUID id)
    {
        if (id.ValueCase == UUID.ValueOneofCase.String) return Guid.Parse(id.String, CultureInfo.InvariantCulture);
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(bytes, id.Structured.MostSignificantBits);
        BinaryPrimitives.WriteInt64BigEndian(bytes[8..], id.Structured.LeastSignificantBits);
        return new Guid(bytes, bigEndian: true);
    }

    private static UUID Id(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        return new UUID
        {
            Structured = new UUID.Types.Structured
            {
                MostSignificantBits = BinaryPrimitives.ReadInt64BigEndian(bytes),
                LeastSignificantBits = BinaryPrimitives.ReadInt64BigEndian(bytes[8..]),
            },
        };
    }

    private static ReadReq Stream(Options.Types.StreamOptions stream, Options options)
    {
        options.Stream = stream;
        options.NoFilter = Empty;
        options.UuidOption = new Options.Types.UUIDOption { Structured = Empty };
        return new ReadReq { Options = options };
    }

    private static ReadReq All(string prefix, Options.Types.AllOptions all, Options options)
    {
        options.All = all;
        options.UuidOption = new Options.Types.UUIDOption { Structured = Empty };
        options.Filter = new Options.Types.FilterOptions
        {
            StreamIdentifier = new Options.Types.FilterOptions.Types.Expression { Prefix = { prefix } },
            Max = Window,
            CheckpointIntervalMultiplier = 1,
        };
        return new ReadReq { Options = options };
    }

    private static Options.Types.AllOptions From(long position) => position == 0
        ? new Options.Types.AllOptions { Start = Empty }
        : new Options.Types.AllOptions { Position = new Position { CommitPosition = (ulong)position, PreparePosition = (ulong)position } };

    private static StreamIdentifier Identifier(string stream) => new() { StreamName = ByteString.CopyFromUtf8(stream) };

    private static ProposedMessage Proposed(NewEvent appending) => new()
    {
        Id = Id(appending.EventId),
        Metadata = { ["type"] = appending.Type, ["content-type"] = "application/json" },
        Data = UnsafeByteOperations.UnsafeWrap(appending.Data),
        CustomMetadata = UnsafeByteOperations.UnsafeWrap(appending.Metadata),
    };

    private static AppendResult.Appended Appended(AppendSuccess success) => new(
        success.CurrentRevisionOptionCase == AppendSuccess.CurrentRevisionOptionOneofCase.CurrentRevision ? (long)success.CurrentRevision : NoStream,
        success.PositionOptionCase == AppendSuccess.PositionOptionOneofCase.Position ? (long)success.Position.CommitPosition : 0);
}
