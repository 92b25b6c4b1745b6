using System.Globalization;
using System.Net.WebSockets;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Shop.Backoffice.Projections;
using Shop.Contracts;
using Shop.ServiceDefaults;

namespace Shop.Backoffice.Events;

/// <summary>
/// The log for operators: a page, an order's stream, and what happens as it happens, by server-sent events or a WebSocket. Those
/// who follow it share the back office's own connection to the log.
/// </summary>
public static class EventsApi
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Maps <c>/admin/events</c> and <c>/admin/orders/{id}/events</c>.</summary>
    public static void MapOperatorEvents(this IEndpointRouteBuilder app)
    {
        app.MapGet("/admin/events", Page);
        app.MapGet("/admin/events/stream", Stream);
        app.MapGet("/admin/events/socket", Socket);
        app.MapGet("/admin/orders/{orderId:guid}/events", async (Guid orderId, ShopServices services, CancellationToken cancellation) => TypedResults.Json(
            await services.Get(ShopServices.Orders, $"orders/{orderId}/events", ContractsJson.Default.OrderHistory, cancellation), ContractsJson.Default.OrderHistory));
    }

    private static async Task<IResult> Page(HttpRequest request, ShopServices services, CancellationToken cancellation)
    {
        var query = new ListQuery(request);
        var (from, limit) = (query.Number("from") ?? 0, query.Limit(100));
        query.ThrowIfAny();
        return TypedResults.Json(
            await services.Get(
                ShopServices.Orders, string.Create(CultureInfo.InvariantCulture, $"events?from={from}&limit={limit}"), ContractsJson.Default.EventPage, cancellation),
            ContractsJson.Default.EventPage);
    }

    private static async Task Stream(HttpContext context, EventFeed feed, CancellationToken cancellation)
    {
        var wanted = Wanted.Of(context.Request, feed);
        await ServerSentEvents.Write(context.Response, Events(), cancellation);

        async IAsyncEnumerable<ServerSentEvent> Events()
        {
            await foreach (var happened in Follow(feed, wanted, cancellation))
                yield return new(happened.Position, happened.Envelope.Type, JsonSerializer.SerializeToUtf8Bytes(happened.Envelope, ContractsJson.Default.EventEnvelope));
        }
    }

    private static async Task Socket(HttpContext context, EventFeed feed, IHostApplicationLifetime host)
    {
        var wanted = Wanted.Of(context.Request, feed);
        if (!context.WebSockets.IsWebSocketRequest)
            throw new ProblemException(StatusCodes.Status426UpgradeRequired, "upgrade-required", "This is a WebSocket. For server-sent events there is /admin/events/stream.");
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, host.ApplicationStopping);
        using var socket = await context.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext
        {
            KeepAliveInterval = TimeSpan.FromSeconds(10),
            KeepAliveTimeout = TimeSpan.FromSeconds(20),
        });
        var closed = ReadToEnd(socket, ended);
        try
        {
            await foreach (var happened in Follow(feed, wanted, ended.Token))
            {
                await socket.SendAsync(
                    JsonSerializer.SerializeToUtf8Bytes(happened.Envelope, ContractsJson.Default.EventEnvelope), WebSocketMessageType.Text, endOfMessage: true,
                    context.RequestAborted); // not with the reader's farewell: what is being said is said to its end
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or WebSocketException)
        {
            // The reader went away, or the host is stopping: the usual end.
        }

        await closed;
        if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
        {
            using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(2));
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, soon.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Nothing is expected from the reader but its farewell; what else it sends is let go.</summary>
    private static async Task ReadToEnd(WebSocket socket, CancellationTokenSource ended)
    {
        try
        {
            var buffer = new byte[1024];
            while ((await socket.ReceiveAsync(buffer, ended.Token)).MessageType != WebSocketMessageType.Close) { }
        }
        catch (Exception exception) when (exception is OperationCanceledException or WebSocketException)
        {
            // As good as a farewell.
        }

        await ended.CancelAsync();
    }

    private static async IAsyncEnumerable<LogEvent> Follow(EventFeed feed, Wanted wanted, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var position = wanted.After;
        while (true)
        {
            foreach (var happened in await Next())
            {
                position = happened.Position;
                if (wanted.Includes(happened.Envelope)) yield return happened;
            }
        }

        async Task<IReadOnlyList<LogEvent>> Next()
        {
            try
            {
                return await feed.ReadAfter(position, Patience, cancellation);
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException)
            {
                // The log is away: the reader waits here, and need not come back.
                await Task.Delay(TimeSpan.FromSeconds(1), cancellation);
                return [];
            }
        }
    }

    /// <summary>Which events a reader wants: those after a position, of some types, of one order.</summary>
    private sealed record Wanted(long After, IReadOnlySet<string> Types, Guid? Order)
    {
        public static Wanted Of(HttpRequest request, EventFeed feed)
        {
            var query = new ListQuery(request);
            var (from, order, given) = (query.Number("from"), query.Id("order"), query.Text("type"));
            var types = given?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).ToHashSet() ?? [];
            if (types.Any(type => EventTypes.All.All(known => known.Name != type)))
                query.Error("type", $"It must be one or more, separated by commas, of {string.Join(", ", EventTypes.All.Select(known => known.Name).Distinct())}.");
            if (request.Headers["Last-Event-ID"].ToString() is { Length: > 0 } last)
            {
                if (long.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out var seen)) from = seen;
                else query.Error("Last-Event-ID", "It must be a position.");
            }

            query.ThrowIfAny();
            // Without a word about where to begin: with what happens from now on.
            return new(from ?? feed.LastPosition ?? throw ProblemException.Unavailable("The log"), types, order);
        }

        public bool Includes(EventEnvelope envelope) => (Order is null || envelope.OrderId == Order) && (Types.Count == 0 || Types.Contains(envelope.Type));
    }
}
