using System.Buffers;
using System.Collections.Concurrent;
using System.Net;
using System.Threading.Channels;
using Google.Protobuf;
using Shop.OrderEvents.Store.EventStoreDb.Protocol;

namespace Shop.OrderEvents.Store.EventStoreDb;

/// <summary>
/// One call of <c>BatchAppend</c> to one node, which carries the appends of everybody: what is asked while the connection is busy goes
/// out together, and each is answered by its correlation id. When the call breaks, everybody who waits is told, and knows nothing of
/// what became of his events; the next append opens another.
/// </summary>
internal sealed class BatchAppends(GrpcClient node) : IDisposable
{
    private const string Method = "/event_store.client.streams.Streams/BatchAppend";

    private readonly CancellationTokenSource disposed = new();
    private readonly Lock gate = new();
    private Batch? open;

    /// <summary>Appends, and waits for the answer.</summary>
    /// <exception cref="GrpcException">The call broke, or was not answered in time.</exception>
    public async Task<BatchAppendResp> Append(BatchAppendReq request, TimeSpan deadline, CancellationToken cancellation)
    {
        Batch batch;
        lock (gate)
        {
            if (open is null or { IsOver: true })
            {
                open = new Batch();
                _ = Run(open);
            }

            batch = open;
        }

        try
        {
            return await batch.Ask(request).WaitAsync(deadline, cancellation);
        }
        catch (TimeoutException exception)
        {
            throw new GrpcException(GrpcStatus.DeadlineExceeded, $"No answer within {deadline.TotalSeconds:0.###} s.", inner: exception);
        }
        finally
        {
            batch.Forget(request);
        }
    }

    public void Dispose()
    {
        disposed.Cancel();
        disposed.Dispose();
    }

    private async Task Run(Batch batch)
    {
        using var content = new BatchContent(batch.Requests);
        try
        {
            await foreach (var answer in node.Stream(Method, content, BatchAppendResp.Parser, deadline: null, disposed.Token)) batch.Answer(answer);
            batch.End(new GrpcException(GrpcStatus.Unavailable, $"{node.Node} ended the call."));
        }
        catch (Exception exception)
        {
            batch.End(exception as GrpcException ?? new GrpcException(GrpcStatus.Unavailable, exception.Message, inner: exception));
        }
    }

    /// <summary>The appends of one call.</summary>
    private sealed class Batch
    {
        private readonly Channel<BatchAppendReq> requests = Channel.CreateUnbounded<BatchAppendReq>(new UnboundedChannelOptions { SingleReader = true });
        private readonly ConcurrentDictionary<string, TaskCompletionSource<BatchAppendResp>> waiting = new();
        private volatile GrpcException? over;

        public bool IsOver => over is not null;

        public ChannelReader<BatchAppendReq> Requests => requests.Reader;

        public Task<BatchAppendResp> Ask(BatchAppendReq request)
        {
            var answered = new TaskCompletionSource<BatchAppendResp>(TaskCreationOptions.RunContinuationsAsynchronously);
            waiting[request.CorrelationId.String] = answered;
            requests.Writer.TryWrite(request);
            // It may have ended just before: then nobody else says so.
            if (over is { } exception) answered.TrySetException(exception);
            return answered.Task;
        }

        public void Forget(BatchAppendReq request) => waiting.TryRemove(request.CorrelationId.String, out _);

        public void Answer(BatchAppendResp answer)
        {
            if (waiting.TryGetValue(Messages.IdOf(answer.CorrelationId).ToString(), out var waits)) waits.TrySetResult(answer);
        }

        public void End(GrpcException exception)
        {
            over = exception;
            requests.Writer.TryComplete();
            foreach (var waits in waiting.Values) waits.TrySetException(exception);
        }
    }

    /// <summary>The body of the call: as long as there is something to send it is gathered, then flushed.</summary>
    private sealed class BatchContent(ChannelReader<BatchAppendReq> requests) : HttpContent
    {
        private const int FlushAt = 64 * 1024;

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            await stream.FlushAsync(cancellationToken);
            var buffer = new ArrayBufferWriter<byte>();
            while (await requests.WaitToReadAsync(cancellationToken))
            {
                while (buffer.WrittenCount < FlushAt && requests.TryRead(out var request)) GrpcClient.Frame(request, buffer);
                await stream.WriteAsync(buffer.WrittenMemory, cancellationToken);
                await stream.FlushAsync(cancellationToken);
                buffer.ResetWrittenCount();
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
