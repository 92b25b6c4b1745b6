using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;

namespace Shop.OrderEvents.Store.EventStoreDb;

/// <summary>
/// gRPC to one server over <see cref="HttpMessageInvoker"/>: HTTP/2, each message behind five bytes (a zero, for no compression, and its
/// length), the outcome in the trailers. Whatever goes wrong is a <see cref="GrpcException"/>.
/// </summary>
internal sealed class GrpcClient : IDisposable
{
    private const int HeadSize = 5;

    /// <summary>No event that EventStoreDB takes is longer than 16 MiB.</summary>
    private const uint LongestMessage = 32 * 1024 * 1024;

    private readonly HttpMessageInvoker http;
    private readonly EventStoreDbSettings settings;

    public GrpcClient(Uri node, EventStoreDbSettings settings)
    {
        (Node, this.settings) = (node, settings);
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
            UseProxy = false,
            ActivityHeadersPropagator = null,
            ConnectTimeout = TimeSpan.FromSeconds(5),
            EnableMultipleHttp2Connections = true,
            KeepAlivePingDelay = settings.KeepAliveInterval,
            KeepAlivePingTimeout = settings.KeepAliveTimeout,
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.Always,
        };
        if (settings.CertificateAuthority is { } file)
        {
            var authorities = new X509Certificate2Collection();
            authorities.ImportFromPemFile(file);
            handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            handler.SslOptions.CertificateChainPolicy.CustomTrustStore.AddRange(authorities);
        }

        http = new HttpMessageInvoker(handler);
    }

    /// <summary>The server.</summary>
    public Uri Node { get; }

    /// <summary>Sends these messages; the one that is answered.</summary>
    public async Task<TResponse> Call<TResponse>(
        string method, IEnumerable<IMessage> requests, MessageParser<TResponse> parser, TimeSpan deadline, CancellationToken cancellation)
        where TResponse : IMessage<TResponse>
    {
        await foreach (var response in Stream(method, Framed(requests), parser, deadline, cancellation)) return response;
        throw new GrpcException(GrpcStatus.Internal, "There was no answer.");
    }

    /// <summary>Sends one message; each one that is answered. Without a deadline it may go on for ever.</summary>
    public IAsyncEnumerable<TResponse> Stream<TResponse>(
        string method, IMessage request, MessageParser<TResponse> parser, TimeSpan? deadline, CancellationToken cancellation)
        where TResponse : IMessage<TResponse> => Stream(method, Framed([request]), parser, deadline, cancellation);

    /// <summary>Sends what <paramref name="content"/> writes, for as long as it writes; each message that is answered.</summary>
    public async IAsyncEnumerable<TResponse> Stream<TResponse>(
        string method, HttpContent content, MessageParser<TResponse> parser, TimeSpan? deadline, [EnumeratorCancellation] CancellationToken cancellation)
        where TResponse : IMessage<TResponse>
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        if (deadline is { } time) limit.CancelAfter(time);
        using var request = Request(method, content, deadline);
        using var response = await Guard(() => http.SendAsync(request, limit.Token));
        // Who answers nothing may say so in the headers alone.
        if (HasEnded(response)) yield break;
        await using var body = await Guard(() => response.Content.ReadAsStreamAsync(limit.Token));
        while (await Guard(() => ReadMessage(body, parser, limit.Token)) is { } message) yield return message;
        if (!HasEnded(response.TrailingHeaders)) throw new GrpcException(GrpcStatus.Unavailable, "The answer ended without its outcome.");

        async Task<T> Guard<T>(Func<Task<T>> step)
        {
            try
            {
                return await step();
            }
            catch (OperationCanceledException exception) when (!cancellation.IsCancellationRequested)
            {
                throw limit.IsCancellationRequested
                    ? new GrpcException(GrpcStatus.DeadlineExceeded, $"No answer within {deadline?.TotalSeconds:0.###} s.", inner: exception)
                    : new GrpcException(GrpcStatus.Unavailable, exception.Message, inner: exception);
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException or InvalidDataException or InvalidProtocolBufferException)
            {
                throw new GrpcException(GrpcStatus.Unavailable, $"{Node}: {exception.GetBaseException().Message}", inner: exception);
            }
        }
    }

    public void Dispose() => http.Dispose();

    /// <summary>Writes a message behind its head.</summary>
    public static void Frame(IMessage message, IBufferWriter<byte> writer)
    {
        var head = writer.GetSpan(HeadSize);
        head[0] = 0;
        BinaryPrimitives.WriteUInt32BigEndian(head[1..], (uint)message.CalculateSize());
        writer.Advance(HeadSize);
        message.WriteTo(writer);
    }

    private static ReadOnlyMemoryContent Framed(IEnumerable<IMessage> messages)
    {
        var buffer = new ArrayBufferWriter<byte>();
        foreach (var message in messages) Frame(message, buffer);
        return new ReadOnlyMemoryContent(buffer.WrittenMemory);
    }

    private HttpRequestMessage Request(string method, HttpContent content, TimeSpan? deadline)
    {
        content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Node, method))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        request.Headers.Add("requires-leader", "true");
        request.Headers.Add("connection-name", settings.ConnectionName);
        if (settings.Authorization is { } authorization) request.Headers.TryAddWithoutValidation("authorization", authorization);
        if (deadline is { } time) request.Headers.Add("grpc-timeout", $"{Math.Max(1, (long)time.TotalMilliseconds).ToString(CultureInfo.InvariantCulture)}m");
        return request;
    }

    private static async Task<TResponse?> ReadMessage<TResponse>(Stream body, MessageParser<TResponse> parser, CancellationToken cancellation)
        where TResponse : IMessage<TResponse>
    {
        var head = new byte[HeadSize];
        var read = await body.ReadAtLeastAsync(head, HeadSize, throwOnEndOfStream: false, cancellation);
        if (read == 0) return default;
        var length = BinaryPrimitives.ReadUInt32BigEndian(head.AsSpan(1));
        if (read < HeadSize || head[0] != 0 || length > LongestMessage) throw new InvalidDataException("What was answered is not a message of gRPC.");
        var message = ArrayPool<byte>.Shared.Rent((int)length);
        try
        {
            await body.ReadExactlyAsync(message.AsMemory(0, (int)length), cancellation);
            return parser.ParseFrom(message, 0, (int)length);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(message);
        }
    }

    private static bool HasEnded(HttpResponseMessage response)
    {
        if (HasEnded(response.Headers)) return true;
        if (response.StatusCode == HttpStatusCode.OK) return false;
        throw new GrpcException(
            response.StatusCode switch
            {
                HttpStatusCode.Unauthorized => GrpcStatus.Unauthenticated,
                HttpStatusCode.Forbidden => GrpcStatus.PermissionDenied,
                HttpStatusCode.NotFound => GrpcStatus.Unimplemented,
                HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout =>
                    GrpcStatus.Unavailable,
                _ => GrpcStatus.Unknown,
            },
            $"HTTP {(int)response.StatusCode}");
    }

    /// <summary>True when the outcome is there and is good.</summary>
    private static bool HasEnded(HttpResponseHeaders headers)
    {
        if (!headers.TryGetValues("grpc-status", out var values)) return false;
        if (!int.TryParse(values.First(), CultureInfo.InvariantCulture, out var status)) throw new GrpcException(GrpcStatus.Unknown, "The outcome is no number.");
        if (status == 0) return true;
        var trailers = headers.NonValidated.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        throw new GrpcException((GrpcStatus)status, Uri.UnescapeDataString(trailers.GetValueOrDefault("grpc-message", "")), trailers);
    }
}
