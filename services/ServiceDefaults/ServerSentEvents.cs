using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Shop.ServiceDefaults;

/// <summary>One event of a <c>text/event-stream</c>; <paramref name="Data"/> is JSON on one line.</summary>
public readonly record struct ServerSentEvent(long Id, string Type, byte[] Data);

/// <summary>
/// Writes a <c>text/event-stream</c>. What is at hand goes out in one flush; while nothing happens a <c>heartbeat</c> goes out now and
/// then, so that proxies keep the connection and readers know that it lives.
/// </summary>
public static class ServerSentEvents
{
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(10);
    private static readonly byte[] Heartbeat = "event: heartbeat\ndata: {}\n\n"u8.ToArray();

    /// <summary>Writes until the events end or the reader goes away.</summary>
    public static async Task Write(HttpResponse response, IAsyncEnumerable<ServerSentEvent> events, CancellationToken cancellation)
    {
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-cache, no-store";
        response.Headers["X-Accel-Buffering"] = "no";
        var writer = response.BodyWriter;
        try
        {
            await writer.FlushAsync(cancellation);
            await using var reader = events.GetAsyncEnumerator(cancellation);
            while (true)
            {
                var next = reader.MoveNextAsync().AsTask();
                if (!next.IsCompleted) await writer.FlushAsync(cancellation);
                while (!next.IsCompleted && await Task.WhenAny(next, Task.Delay(Silence, cancellation)) != next)
                {
                    cancellation.ThrowIfCancellationRequested();
                    await writer.WriteAsync(Heartbeat, cancellation);
                }

                if (!await next) break;
                Write(writer, reader.Current);
                if (writer.UnflushedBytes > 64 * 1024) await writer.FlushAsync(cancellation);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The reader went away, or the host is stopping: the usual end of such a stream.
        }
    }

    private static void Write(PipeWriter writer, ServerSentEvent sent)
    {
        Encoding.UTF8.GetBytes($"id: {sent.Id}\nevent: {sent.Type}\ndata: ", writer);
        writer.Write(sent.Data);
        writer.Write("\n\n"u8);
    }
}
