using System.Diagnostics;
using Shop.OrderEvents.Store.EventStoreDb.Protocol;

namespace Shop.OrderEvents.Store.EventStoreDb;

/// <summary>
/// The nodes of one EventStoreDB, and which of them is asked: the leader, for everything. A node that is none says who is; one that
/// does not answer is left for the next. What fails for now is tried again until the deadline: every question may be asked twice, an
/// append too, since the server knows its events by their ids.
/// </summary>
internal sealed class Cluster(EventStoreDbSettings settings) : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly Lock gate = new();
    private readonly Dictionary<Uri, Node> nodes = [];
    private Uri current = settings.Nodes[0];
    private int next;
    private bool disposed;

    /// <summary>The node to ask, for who asks and deals with failures himself; tell <see cref="Failed"/> of them.</summary>
    public Node Current
    {
        get
        {
            lock (gate)
            {
                ObjectDisposedException.ThrowIf(disposed, this);
                if (!nodes.TryGetValue(current, out var node)) nodes[current] = node = new Node(new GrpcClient(current, settings));
                return node;
            }
        }
    }

    /// <summary>Asks the leader. <paramref name="question"/> gets what is left of the deadline.</summary>
    /// <exception cref="EventStoreUnavailableException">Nobody answered in time.</exception>
    /// <exception cref="EventStoreRefusedException">The answer is no.</exception>
    public async Task<T> Ask<T>(Func<Node, TimeSpan, Task<T>> question, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            var node = Current;
            try
            {
                return await question(node, Left());
            }
            catch (GrpcException exception)
            {
                var knowsBetter = Failed(node, exception);
                if (!exception.IsTransient || Left() <= Pause) throw Translated(exception);
                if (!knowsBetter) await Task.Delay(Pause, cancellation);
            }
        }

        TimeSpan Left() => settings.Deadline - Stopwatch.GetElapsedTime(started) is { Ticks: > 0 } left ? left : TimeSpan.FromTicks(1);
    }

    /// <summary>Goes to the leader that the answer names (then true), or to the next node.</summary>
    public bool Failed(Node node, GrpcException exception)
    {
        if (!exception.IsTransient && exception.Status != GrpcStatus.DeadlineExceeded) return false;
        lock (gate)
        {
            // Somebody else was told the same, and has gone already.
            if (node.Uri != current) return true;
            if (exception.Leader is { } leader)
            {
                current = new UriBuilder(settings.Nodes[0].Scheme, leader.Host, leader.Port).Uri;
                return current != node.Uri;
            }

            current = settings.Nodes[next++ % settings.Nodes.Count];
            return false;
        }
    }

    /// <summary>What the shop makes of a failure.</summary>
    public static Exception Translated(GrpcException exception) => (exception.Kind, exception.Status) switch
    {
        ("stream-deleted", _) => Refused(EventStoreRefusal.StreamDeleted, "The stream was deleted for good."),
        ("access-denied", _) or (null, GrpcStatus.PermissionDenied or GrpcStatus.Unauthenticated) =>
            Refused(EventStoreRefusal.AccessDenied, "EventStoreDB denies access: see the credentials in ConnectionStrings:EventStore."),
        ("maximum-append-size-exceeded", _) => Refused(EventStoreRefusal.TooLarge, "The events are larger than EventStoreDB takes in one append."),
        _ when exception.IsNoSuchPosition => Refused(EventStoreRefusal.NoSuchPosition, "EventStoreDB gave out no such position."),
        _ when exception.IsTransient || exception.Status == GrpcStatus.DeadlineExceeded =>
            new EventStoreUnavailableException($"EventStoreDB does not answer: {exception.Message}", exception),
        _ => Refused(EventStoreRefusal.Other, $"EventStoreDB refuses: {exception.Message}"),
    };

    public void Dispose()
    {
        lock (gate)
        {
            disposed = true;
            foreach (var node in nodes.Values) node.Dispose();
        }
    }

    private static EventStoreRefusedException Refused(EventStoreRefusal reason, string message) => new(reason, message);

    /// <summary>One node.</summary>
    internal sealed class Node(GrpcClient grpc) : IDisposable
    {
        private readonly BatchAppends batches = new(grpc);
        private volatile Task<bool>? canBatch;

        public Uri Uri => grpc.Node;

        public GrpcClient Grpc => grpc;

        /// <summary>Appends, in a batch with others where the server can do that.</summary>
        public async Task<AppendResult> Append(
            string stream, long expectedRevision, IReadOnlyList<NewEvent> events, TimeSpan deadline, CancellationToken cancellation)
        {
            if (await CanBatch(deadline, cancellation))
                return Messages.Result(await batches.Append(Messages.BatchAppend(stream, expectedRevision, events, deadline), deadline, cancellation));
            return Messages.Result(await grpc.Call(
                "/event_store.client.streams.Streams/Append", Messages.Append(stream, expectedRevision, events), AppendResp.Parser, deadline, cancellation));
        }

        public void Dispose()
        {
            batches.Dispose();
            grpc.Dispose();
        }

        private async Task<bool> CanBatch(TimeSpan deadline, CancellationToken cancellation)
        {
            // Asked once, for all who come; if that fails, once more.
            if (canBatch is not { IsFaulted: false, IsCanceled: false } asked) canBatch = asked = Ask();
            return await asked.WaitAsync(cancellation);

            async Task<bool> Ask()
            {
                try
                {
                    var features = await grpc.Call(
                        "/event_store.client.server_features.ServerFeatures/GetSupportedMethods", [new Empty()], SupportedMethods.Parser, deadline,
                        CancellationToken.None);
                    return features.Methods.Any(method =>
                        method is { MethodName: "batchappend", ServiceName: "event_store.client.streams.streams" } && method.Features.Contains("deadline_duration"));
                }
                catch (GrpcException exception) when (exception.Status == GrpcStatus.Unimplemented)
                {
                    return false;
                }
            }
        }
    }
}
