using System.Globalization;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Shop.Contracts;

namespace Shop.ServiceDefaults.Messaging.Embedded;

/// <summary>The Order Event Service's log, followed over HTTP as it grows.</summary>
internal sealed class OrderLog(IHttpClientFactory clients)
{
    /// <summary>In the answer to a reader of the log: the position of the last event at that moment.</summary>
    public const string LastPositionHeader = "X-Last-Position";

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
        var http = clients.CreateClient(OrdersClientRegistration.HttpClientName);
        using var response = await http.GetAsync($"events/stream?from={position}", HttpCompletionOption.ResponseHeadersRead, silence.Token);
        response.EnsureSuccessStatusCode();
        connected(response.Headers.TryGetValues(LastPositionHeader, out var last) && long.TryParse(last.First(), CultureInfo.InvariantCulture, out var end) ? end : position);
        await using var body = await response.Content.ReadAsStreamAsync(silence.Token);
        await foreach (var item in SseParser.Create(body, Parse).EnumerateAsync(silence.Token))
        {
            silence.CancelAfter(LongestSilence);
            if (item.Data is { } envelope) yield return envelope;
        }
    }

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
