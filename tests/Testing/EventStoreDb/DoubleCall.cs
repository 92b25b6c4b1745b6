using System.Buffers.Binary;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Shop.Testing.EventStoreDb;

/// <summary>One gRPC call as the server's side sees it.</summary>
internal sealed class DoubleCall(HttpContext context, DoubleFaults faults)
{
    /// <summary>Cancelled when the caller is gone.</summary>
    public CancellationToken Aborted => context.RequestAborted;

    public string? Header(string name) => context.Request.Headers.TryGetValue(name, out var value) ? value.ToString() : null;

    /// <summary>The next message of the request; null when there is none any more.</summary>
    public async Task<T?> Read<T>(MessageParser<T> parser)
        where T : class, IMessage<T>
    {
        var head = new byte[5];
        if (await context.Request.Body.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, Aborted) < head.Length) return null;
        var message = new byte[BinaryPrimitives.ReadUInt32BigEndian(head.AsSpan(1))];
        await context.Request.Body.ReadExactlyAsync(message, Aborted);
        return parser.ParseFrom(message);
    }

    /// <summary>Sends a message of the answer.</summary>
    public async Task Write(IMessage message)
    {
        var frame = Frame(message);
        var body = context.Response.Body;
        if (faults.CutsFrames)
        {
            foreach (var piece in new[] { 0..2, 2..6, 6..frame.Length }.Where(piece => piece.Start.Value < frame.Length))
            {
                await body.WriteAsync(frame.AsMemory(piece.Start.Value..Math.Min(piece.End.Value, frame.Length)), Aborted);
                await body.FlushAsync(Aborted);
                await Task.Yield();
            }

            return;
        }

        await body.WriteAsync(frame, Aborted);
        await body.FlushAsync(Aborted);
    }

    /// <summary>Sends half a message, and breaks off.</summary>
    public async Task BreakOff(IMessage message)
    {
        var frame = Frame(message);
        await context.Response.Body.WriteAsync(frame.AsMemory(0, frame.Length / 2), Aborted);
        await context.Response.Body.FlushAsync(Aborted);
        Abort();
    }

    /// <summary>Breaks off.</summary>
    public void Abort() => context.Features.GetRequiredFeature<IHttpResetFeature>().Reset(2); // INTERNAL_ERROR

    /// <summary>Ends the call with its outcome, and what else EventStoreDB says of it: behind what was answered, or else in the headers.</summary>
    public void End(int status = 0, string message = "", params (string Name, string Value)[] trailers)
    {
        foreach (var (name, value) in (IEnumerable<(string, string)>)[("grpc-status", status.ToString()), ("grpc-message", Uri.EscapeDataString(message)), .. trailers])
        {
            if (context.Response.HasStarted) context.Response.AppendTrailer(name, value);
            else context.Response.Headers[name] = value;
        }
    }

    private static byte[] Frame(IMessage message)
    {
        var frame = new byte[5 + message.CalculateSize()];
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(1), (uint)(frame.Length - 5));
        message.WriteTo(frame.AsSpan(5));
        return frame;
    }
}
