using System.Buffers.Text;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Shop.Benchmarks;

/// <summary>What a load came to.</summary>
internal sealed record LoadResult(long Answers, long Errors, TimeSpan Elapsed, IReadOnlyList<double> Milliseconds)
{
    public double PerSecond => Answers / Elapsed.TotalSeconds;
}

/// <summary>
/// Requests over so many connections, each sent as soon as the one before is answered. On bare sockets and with requests made
/// beforehand, since the driver shares the processor with what it measures.
/// </summary>
internal static class HttpLoad
{
    public static byte[] Post(Uri url, string path, string json, params (string Name, string Value)[] headers) =>
        Encoding.UTF8.GetBytes(
            $"POST {path} HTTP/1.1\r\nHost: {url.Authority}\r\nContent-Type: application/json\r\n{Lines(headers)}" +
            $"Content-Length: {Encoding.UTF8.GetByteCount(json)}\r\n\r\n{json}");

    public static byte[] Get(Uri url, string path, params (string Name, string Value)[] headers) =>
        Encoding.UTF8.GetBytes($"GET {path} HTTP/1.1\r\nHost: {url.Authority}\r\n{Lines(headers)}\r\n");

    /// <summary>Sends the requests in turn for so long; an answer of another status is an error.</summary>
    public static async Task<LoadResult> Run(
        Uri url, IReadOnlyList<byte[]> requests, int status, TimeSpan duration, int connections = Plan.Connections)
    {
        var watch = Stopwatch.StartNew();
        var results = await Task.WhenAll(Enumerable.Range(0, connections).Select(i => Task.Run(() => Connection(url, requests, i, status, watch, duration))));
        var elapsed = watch.Elapsed;
        return new(
            results.Sum(result => (long)result.Milliseconds.Count), results.Sum(result => result.Errors), elapsed,
            [.. results.SelectMany(result => result.Milliseconds).Order()]);
    }

    /// <summary>Until the code is compiled for good, which takes calls and not time: on a busy machine, minutes.</summary>
    public static async Task WarmUp(Plan plan, Uri url, IReadOnlyList<byte[]> requests, int status)
    {
        var (watch, answers) = (Stopwatch.StartNew(), 0L);
        while (answers < plan.WarmUpCalls && watch.Elapsed < TimeSpan.FromSeconds(60))
            answers += (await Run(url, requests, status, TimeSpan.FromSeconds(1))).Answers;
    }

    private static async Task<(List<double> Milliseconds, long Errors)> Connection(
        Uri url, IReadOnlyList<byte[]> requests, int first, int status, Stopwatch watch, TimeSpan duration)
    {
        var (milliseconds, errors) = (new List<double>(1024), 0L);
        using var connection = new HttpConnection(url);
        await connection.Open();
        for (var i = first; watch.Elapsed < duration && errors < 100; i++)
        {
            var sent = Stopwatch.GetTimestamp();
            if (await connection.Send(requests[i % requests.Count]) == status) milliseconds.Add(Stopwatch.GetElapsedTime(sent).TotalMilliseconds);
            else errors++;
        }

        return (milliseconds, errors);
    }

    private static string Lines((string Name, string Value)[] headers) => string.Concat(headers.Select(header => $"{header.Name}: {header.Value}\r\n"));
}

/// <summary>One connection, one request at a time.</summary>
internal sealed class HttpConnection(Uri url) : IDisposable
{
    private readonly Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] buffer = new byte[64 * 1024];
    private int filled;

    /// <summary>The whole answer to the last request.</summary>
    public ReadOnlySpan<byte> Answer => buffer.AsSpan(0, filled);

    public async Task Open() => await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, url.Port));

    /// <summary>Sends a request and waits for the whole answer; its status, or 0 when there is none.</summary>
    public async ValueTask<int> Send(ReadOnlyMemory<byte> request)
    {
        await socket.SendAsync(request);
        filled = 0;
        while (filled < buffer.Length)
        {
            var received = await socket.ReceiveAsync(buffer.AsMemory(filled));
            if (received == 0) return 0;
            filled += received;
            if (IsWhole(Answer)) return Utf8Parser.TryParse(buffer.AsSpan(9, 3), out int status, out _) ? status : 0;
        }

        return 0;
    }

    public void Dispose() => socket.Dispose();

    private static bool IsWhole(ReadOnlySpan<byte> answer)
    {
        var end = answer.IndexOf("\r\n\r\n"u8);
        if (end < 0) return false;
        var head = answer[..(end + 2)];
        const string name = "Content-Length: ";
        var at = head.IndexOf("Content-Length: "u8);
        if (at >= 0) return Utf8Parser.TryParse(head[(at + name.Length)..], out int length, out _) && answer.Length >= end + 4 + length;
        return head.IndexOf("chunked"u8) < 0 || answer.EndsWith("0\r\n\r\n"u8);
    }
}
