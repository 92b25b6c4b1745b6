using System.Collections.Concurrent;
using System.Net;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Shop.OrderEvents.Store.EventStoreDb.Protocol;
using Empty = Shop.OrderEvents.Store.EventStoreDb.Protocol.Empty;
using Options = Shop.OrderEvents.Store.EventStoreDb.Protocol.ReadReq.Types.Options;

namespace Shop.Testing.EventStoreDb;

/// <summary>
/// A stand-in for a node of EventStoreDB, which speaks as much of its protocol as the shop does (gRPC over HTTP/2 without TLS), answers as
/// the real one does, and misbehaves on demand. What it holds is in memory, and may be shared by several: then they are a cluster.
/// </summary>
public sealed class EventStoreDbDouble : IAsyncDisposable
{
    private const string Streams = "/event_store.client.streams.Streams";

    private readonly WebApplication app;
    private readonly CancellationTokenSource stopping = new();
    private readonly ConcurrentQueue<string> calls = new();

    private EventStoreDbDouble(DoubleLog log, int port)
    {
        Log = log;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Listen(IPAddress.Loopback, port, listen => listen.Protocols = HttpProtocols.Http2);
        });
        app = builder.Build();
        app.MapPost($"{Streams}/Read", context => Handle(context, Read));
        app.MapPost($"{Streams}/Append", context => Handle(context, Append));
        app.MapPost($"{Streams}/BatchAppend", context => Handle(context, BatchAppend));
        app.MapPost("/event_store.client.server_features.ServerFeatures/GetSupportedMethods", context => Handle(context, GetSupportedMethods));
    }

    public DoubleLog Log { get; }

    public DoubleFaults Faults { get; } = new();

    /// <summary>Where it listens.</summary>
    public Uri Url { get; private set; } = null!;

    /// <summary>The methods that were called, in order.</summary>
    public IReadOnlyCollection<string> Calls => calls;

    /// <summary>Starts one, at a port that was used before or at a free one.</summary>
    public static async Task<EventStoreDbDouble> Start(DoubleLog? log = null, int port = 0)
    {
        var node = new EventStoreDbDouble(log ?? new DoubleLog(), port);
        await node.app.StartAsync();
        node.Url = new Uri(node.app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        return node;
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        using var now = new CancellationTokenSource(TimeSpan.Zero);
        await app.StopAsync(now.Token);
        await app.DisposeAsync();
        stopping.Dispose();
    }

    private async Task Handle(HttpContext context, Func<DoubleCall, Task> method)
    {
        var call = new DoubleCall(context, Faults);
        calls.Enqueue(context.Request.Path.Value!.Split('/')[^1]);
        context.Response.ContentType = "application/grpc";
        try
        {
            if (Faults.Delay > TimeSpan.Zero) await Task.Delay(Faults.Delay, call.Aborted);
            if (Faults.DeniesAccess || (Faults.Credentials is { } wanted && call.Header("authorization") != wanted))
                call.End(7, "Access Denied", ("exception", "access-denied"));
            else if (Faults.SeesNoLeader) call.End(2, "No leader info available in response");
            else if (Faults.Leader is { } leader && call.Header("requires-leader") == "true") EndAtLeader(call, leader);
            else await method(call);
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException)
        {
            // The caller is gone, or this node stops.
        }
    }

    private static void EndAtLeader(DoubleCall call, Uri leader) => call.End(
        5, "Leader info available", ("exception", "not-leader"), ("leader-endpoint-host", leader.Host), ("leader-endpoint-port", leader.Port.ToString()));

    private async Task GetSupportedMethods(DoubleCall call)
    {
        if (Faults.IsOld)
        {
            call.End(12, "Service is unimplemented.");
            return;
        }

        var method = new SupportedMethods.Types.SupportedMethod { MethodName = "batchappend", ServiceName = "event_store.client.streams.streams", Features = { "deadline_duration" } };
        await call.Write(new SupportedMethods { EventStoreServerVersion = "23.10.6", Methods = { method } });
        call.End();
    }

    private async Task Append(DoubleCall call)
    {
        var options = (await call.Read(AppendReq.Parser))!.Options;
        var proposed = new List<ProposedMessage>();
        while (await call.Read(AppendReq.Parser) is { } message) proposed.Add(message.ProposedMessage);
        var stream = options.StreamIdentifier.StreamName.ToStringUtf8();
        if (proposed.Sum(Size) > Faults.MaxAppendSize)
        {
            call.End(3, $"Maximum Append Size of {Faults.MaxAppendSize} Exceeded.", ("exception", "maximum-append-size-exceeded"));
            return;
        }

        if (Log.IsDeleted(stream))
        {
            EndAtDeleted(call, stream);
            return;
        }

        var expected = options.ExpectedStreamRevisionCase switch
        {
            AppendReq.Types.Options.ExpectedStreamRevisionOneofCase.Revision => (long)options.Revision,
            AppendReq.Types.Options.ExpectedStreamRevisionOneofCase.NoStream => -1,
            _ => (long?)null,
        };
        var done = Log.Append(stream, expected, [.. proposed.Select(Event)]);
        if (Faults.TakeLoss())
        {
            call.Abort();
            return;
        }

        var answer = new AppendResp();
        if (done.IsWritten) answer.Success = Success(done);
        else if (done.Revision < 0) answer.WrongExpectedVersion = new AppendResp.Types.WrongExpectedVersion { CurrentNoStream = new Empty() };
        else answer.WrongExpectedVersion = new AppendResp.Types.WrongExpectedVersion { CurrentRevision = (ulong)done.Revision };
        await call.Write(answer);
        call.End();
    }

    private async Task BatchAppend(DoubleCall call)
    {
        while (await call.Read(BatchAppendReq.Parser) is { } request)
        {
            if (Faults.Delay > TimeSpan.Zero) await Task.Delay(Faults.Delay, call.Aborted);
            if (Faults.Leader is { } leader)
            {
                EndAtLeader(call, leader);
                return;
            }

            var answer = BatchAppend(request);
            if (Faults.TakeLoss())
            {
                call.Abort();
                return;
            }

            answer.CorrelationId = request.CorrelationId;
            await call.Write(answer);
        }

        call.End();
    }

    private BatchAppendResp BatchAppend(BatchAppendReq request)
    {
        var stream = request.Options.StreamIdentifier.StreamName.ToStringUtf8();
        if (Faults.DeniesAccess) return Error(7, "AccessDenied", new AccessDenied());
        if (Faults.SeesNoLeader) return Error(0, "No leader info available in response", new Empty());
        if (request.ProposedMessages.Sum(Size) > Faults.MaxAppendSize)
            return Error(3, "MaximumAppendSizeExceeded", new MaximumAppendSizeExceeded { MaxAppendSize = (uint)Faults.MaxAppendSize });
        if (Log.IsDeleted(stream)) return Error(5, "StreamDeleted", new StreamDeleted { StreamIdentifier = request.Options.StreamIdentifier });
        var expected = request.Options.ExpectedStreamPositionCase switch
        {
            BatchAppendReq.Types.Options.ExpectedStreamPositionOneofCase.StreamPosition => (long)request.Options.StreamPosition,
            BatchAppendReq.Types.Options.ExpectedStreamPositionOneofCase.NoStream => -1,
            _ => (long?)null,
        };
        var done = Log.Append(stream, expected, [.. request.ProposedMessages.Select(Event)]);
        if (done.IsWritten) return new BatchAppendResp { Success = Success(done) };
        var wrong = new WrongExpectedVersion();
        if (done.Revision < 0) wrong.CurrentNoStream = new Empty();
        else wrong.CurrentStreamRevision = (ulong)done.Revision;
        return Error(6, "WrongExpectedVersion", wrong);

        static BatchAppendResp Error(int code, string message, IMessage details) =>
            new() { Error = new BatchAppendResp.Types.Status { Code = code, Message = message, Details = Any.Pack(details) } };
    }

    private async Task Read(DoubleCall call)
    {
        var options = (await call.Read(ReadReq.Parser))!.Options;
        if (options.StreamOptionCase == Options.StreamOptionOneofCase.Stream) await ReadStream(call, options);
        else if (options.CountOptionCase == Options.CountOptionOneofCase.Subscription) await Subscribe(call, options);
        else await ReadAll(call, options);
    }

    private async Task ReadStream(DoubleCall call, Options options)
    {
        var stream = options.Stream.StreamIdentifier.StreamName.ToStringUtf8();
        if (Log.IsDeleted(stream))
        {
            EndAtDeleted(call, stream);
            return;
        }

        var events = Log.Stream(stream);
        if (events.Count == 0) await call.Write(new ReadResp { StreamNotFound = new ReadResp.Types.StreamNotFound { StreamIdentifier = options.Stream.StreamIdentifier } });
        await Write(call, options, events);
    }

    private async Task ReadAll(DoubleCall call, Options options)
    {
        var from = From(options);
        if (from > 0 && Log.Behind(from - 1) is { } next && next.Position != from) call.End(2, "Unexpected FilteredReadAllResult: Error");
        else if (options.ReadDirection == Options.Types.ReadDirection.Forwards) await Write(call, options, Log.All.Where(e => e.Position >= from && Passes(options, e)));
        else await Write(call, options, Log.All.Where(e => (from == 0 || e.Position < from) && Passes(options, e)));
    }

    private static async Task Write(DoubleCall call, Options options, IEnumerable<DoubleEvent> events)
    {
        if (options.ReadDirection == Options.Types.ReadDirection.Backwards) events = events.Reverse();
        foreach (var e in events.Take((int)Math.Min(options.Count, int.MaxValue))) await call.Write(Answer(e));
        call.End();
    }

    private async Task Subscribe(DoubleCall call, Options options)
    {
        var after = From(options);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(call.Aborted, stopping.Token);
        await call.Write(new ReadResp { Confirmation = new ReadResp.Types.SubscriptionConfirmation { SubscriptionId = Guid.NewGuid().ToString() } });
        var (sent, considered, interval) = (0, 0L, options.Filter.Max * options.Filter.CheckpointIntervalMultiplier);
        while (true)
        {
            var grown = Log.Grown;
            while (Log.Behind(after) is { } e)
            {
                after = e.Position;
                if (Passes(options, e))
                {
                    if (sent >= Faults.DropAfter && Faults.TakeDrop())
                    {
                        await call.BreakOff(Answer(e));
                        return;
                    }

                    await call.Write(Answer(e));
                    sent++;
                }

                if (++considered % interval == 0)
                    await call.Write(new ReadResp { Checkpoint = new Position { CommitPosition = (ulong)after, PreparePosition = (ulong)after } });
            }

            await call.Write(new ReadResp { CaughtUp = new Empty() });
            await grown.WaitAsync(ended.Token);
        }
    }

    private static long From(Options options) => options.All.AllOptionCase == Options.Types.AllOptions.AllOptionOneofCase.Position ? (long)options.All.Position.CommitPosition : 0;

    private static bool Passes(Options options, DoubleEvent e) =>
        options.Filter.StreamIdentifier.Prefix.Any(prefix => e.Stream.StartsWith(prefix, StringComparison.Ordinal));

    private static void EndAtDeleted(DoubleCall call, string stream) =>
        call.End(9, $"Event stream '{stream}' is deleted.", ("exception", "stream-deleted"), ("stream-name", stream));

    private static AppendSuccess Success(DoubleAppend done) => new()
    {
        CurrentRevision = (ulong)done.Revision,
        Position = new Position { CommitPosition = (ulong)done.Position, PreparePosition = (ulong)done.Position },
    };

    private static int Size(ProposedMessage message) => message.Data.Length + message.CustomMetadata.Length + message.Metadata["type"].Length;

    private static DoubleEvent Event(ProposedMessage message) => new(
        0, "", 0, Id(message.Id), message.Metadata["type"], message.Metadata["content-type"], message.Data.ToByteArray(), message.CustomMetadata.ToByteArray());

    private static Guid Id(UUID id)
    {
        var bytes = new byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(bytes, id.Structured.MostSignificantBits);
        System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(8), id.Structured.LeastSignificantBits);
        return new Guid(bytes, bigEndian: true);
    }

    private static ReadResp Answer(DoubleEvent e) => new()
    {
        Event = new ReadResp.Types.ReadEvent
        {
            Event = new ReadResp.Types.ReadEvent.Types.RecordedEvent
            {
                Id = new UUID { String = e.Id.ToString() },
                StreamIdentifier = new StreamIdentifier { StreamName = ByteString.CopyFromUtf8(e.Stream) },
                StreamRevision = (ulong)e.Revision,
                CommitPosition = (ulong)e.Position,
                PreparePosition = (ulong)e.Position,
                Metadata = { ["type"] = e.Type, ["content-type"] = e.ContentType },
                Data = ByteString.CopyFrom(e.Data),
                CustomMetadata = ByteString.CopyFrom(e.Metadata),
            },
        },
    };
}
