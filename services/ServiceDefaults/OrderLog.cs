using System.Globalization;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Shop.Contracts;

namespace Shop.ServiceDefaults;

/// <summary>The Order Event Service's log over HTTP: a page of it, or all of it as it grows. For reading only.</summary>
public sealed class OrderLog(IHttpClientFactory clients)
{
    /// <summary>In the answer to a reader of the log: the position of the last event at that moment.</summary>
    public const string LastPositionHeader = "X-Last-Position";

    /// <summary>A page holds no more events than this.</summary>
    public const int LargestPage = 1000;

    private const string Heartbeat = "heartbeat";

    /// <summary>A connection that says nothing for this long, not even a heartbeat, is taken for dead.</summary>
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Every event after <paramref name="position"/>, then each new one, until the connection ends. <paramref name="connected"/> is
    /// called once the log has answered, with the position of the last event that it held then.
    /// </summary>
    /// <exception cref="UnreadableEventException">An item is not an event envelope.</exception>
    /// <exception cref="HttpRequestException">The log is away.</exception>
    public async IAsyncEnumerable<EventEnvelope> ReadAfter(
        long position, Action<long> connected, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        silence.CancelAfter(LongestSilence);
        using var response = await Open($"events/stream?from={position}", silence.Token);
        connected(LastPosition(response) ?? position);
        await using var body = await response.Content.ReadAsStreamAsync(silence.Token);
        await foreach (var item in SseParser.Create(body, Parse).EnumerateAsync(silence.Token))
        {
            silence.CancelAfter(LongestSilence);
            if (item.Data is { } envelope) yield return envelope;
        }
    }

    /// <summary>The events after <paramref name="position"/>, at most <paramref name="limit"/>; none when it is the last.</summary>
    /// <exception cref="UnreadableEventException">The answer is not a page of events.</exception>
    /// <exception cref="HttpRequestException">The log is away.</exception>
    public async Task<EventPage> ReadPage(long position, int limit, CancellationToken cancellation)
    {
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        silence.CancelAfter(LongestSilence);
        using var response = await Open($"events?from={position}&limit={limit}", silence.Token);
        try
        {
            return await response.Content.ReadFromJsonAsync(ContractsJson.Default.EventPage, silence.Token)
                ?? throw new UnreadableEventException("A page of the log is null.");
        }
        catch (JsonException exception)
        {
            throw new UnreadableEventException($"A page of the log cannot be read: at {exception.Path ?? "$"}.");
        }
    }

    /// <summary>The position of the last event; 0 when the log is empty.</summary>
    /// <exception cref="HttpRequestException">The log is away.</exception>
    public async Task<long> LastPosition(CancellationToken cancellation)
    {
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        silence.CancelAfter(LongestSilence);
        using var response = await Open("events?limit=1", silence.Token);
        return LastPosition(response) ?? throw new HttpRequestException("The Order Event Service does not say where its log ends.");
    }

    private async Task<HttpResponseMessage> Open(string path, CancellationToken cancellation)
    {
        var response = await clients.CreateClient(OrdersClientRegistration.HttpClientName).GetAsync(path, HttpCompletionOption.ResponseHeadersRead, cancellation);
        if (response.IsSuccessStatusCode) return response;
        using (response) throw new HttpRequestException($"The Order Event Service answered {(int)response.StatusCode}.");
    }

    private static long? LastPosition(HttpResponseMessage response) =>
        response.Headers.TryGetValues(LastPositionHeader, out var last) && long.TryParse(last.First(), CultureInfo.InvariantCulture, out var end) ? end : null;

    private static EventEnvelope? Parse(string type, ReadOnlySpan<byte> data)
    {
        if (type == Heartbeat) return null;
        try
        {
            return JsonSerializer.Deserialize(data, ContractsJson.Default.EventEnvelope)
                ?? throw new UnreadableEventException("An event of the log is null.");
        }
        catch (JsonException exception)
        {
            throw new UnreadableEventException($"An event of the log cannot be read: at {exception.Path ?? "$"}.");
        }
    }
}
