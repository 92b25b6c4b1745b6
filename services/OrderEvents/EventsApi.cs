using System.Globalization;
using System.Text;
using System.Text.Json;
using Shop.Contracts;
using Shop.OrderEvents.Store;
using Shop.ServiceDefaults;

namespace Shop.OrderEvents;

/// <summary>The services' side: write what happened, read a stream, follow the whole log. Not reached through the gateway.</summary>
public static class EventsApi
{
    private const int MostEvents = 1000;

    /// <summary>Maps <c>/orders/{id}/events</c> and <c>/events</c>.</summary>
    public static void MapEvents(this IEndpointRouteBuilder app)
    {
        app.MapPost("/orders/{orderId:guid}/events", Append);
        app.MapGet("/orders/{orderId:guid}/events", History);
        app.MapGet("/events", Page);
        app.MapGet("/events/stream", Follow);
    }

    private static async Task<IResult> Append(Guid orderId, HttpContext context, OrderHandler handler, CancellationToken cancellation)
    {
        var body = await JsonBody.Read(context.Request, ContractsJson.Default.AppendEvent, cancellation);
        var handled = await handler.Handle(
            orderId,
            new Proposal(
                Proposed(body), body.EventId, context.Request.Agent(), body.CorrelationId, body.CausationId,
                body.OccurredAt.ToUniversalTime(), body.ExpectedRevision),
            cancellation);
        var answer = new EventAppended(body.EventId, handled.Event?.Revision ?? handled.Order.Revision, handled.Order.ToView());
        context.Response.Headers.ETag = Http.ETag(handled.Order.Revision);
        var isNew = handled is { IsReplay: false, Event: not null };
        if (!isNew) context.Response.Headers[Idempotency.ReplayedHeader] = "true";
        return TypedResults.Json(
            answer, ContractsJson.Default.EventAppended, statusCode: isNew ? StatusCodes.Status201Created : StatusCodes.Status200OK);
    }

    private static OrderEvent Proposed(AppendEvent body)
    {
        var type = EventTypes.Find(body.Type) ?? EventTypes.Find($"{body.Type}/v1");
        if (type is null || type.Json.Type == typeof(OrderCreated))
        {
            throw new ProblemException(
                StatusCodes.Status422UnprocessableEntity, "unknown-event-type", "This is not an event that can be written to an order.");
        }

        try
        {
            return (OrderEvent?)body.Data.Deserialize(type.Json) ?? throw ProblemException.Validation("data", "It is required.");
        }
        catch (JsonException exception)
        {
            throw ProblemException.Validation($"data{exception.Path?[1..]}", "The value is missing, of the wrong type or out of range.");
        }
    }

    private static async Task<IResult> History(Guid orderId, OrderStreams streams, CancellationToken cancellation) => TypedResults.Json(
        new OrderHistory(orderId, [.. (await OrdersApi.Existing(streams, orderId, cancellation)).Select(EventEnvelope.Of)]),
        ContractsJson.Default.OrderHistory);

    private static async Task<IResult> Page(OrderStreams streams, CancellationToken cancellation, long from = 0, int limit = 100)
    {
        if (from < 0) throw ProblemException.Validation("from", "It must be a position from 0: the page begins with the event behind it.");
        if (limit is < 1 or > MostEvents) throw ProblemException.Validation("limit", $"It must be from 1 to {MostEvents}.");
        var events = await streams.ReadAll(from, limit, cancellation);
        return TypedResults.Json(
            new EventPage([.. events.Select(EventEnvelope.Of)], events.Count == 0 ? from : events[^1].Position), ContractsJson.Default.EventPage);
    }

    private static async Task Follow(HttpContext context, OrderStreams streams, IEventStore store, CancellationToken cancellation, long from = 0)
    {
        if (long.TryParse(context.Request.Headers["Last-Event-ID"], out var last)) from = last;
        if (from < 0) throw ProblemException.Validation("from", "It must be a position from 0: the stream begins with the event behind it.");
        // Also finds out whether there is such a position, while the answer can still say so.
        await streams.ReadAll(from, 1, cancellation);
        context.Response.Headers["X-Last-Position"] = (await store.LastPosition(cancellation)).ToString(CultureInfo.InvariantCulture);
        await ServerSentEvents.Write(context.Response, Events(), cancellation);

        async IAsyncEnumerable<ServerSentEvent> Events()
        {
            await foreach (var recorded in streams.Subscribe(from, cancellation))
            {
                yield return new ServerSentEvent(
                    recorded.Position, EventTypes.Of(recorded.Event).Name,
                    JsonSerializer.SerializeToUtf8Bytes(EventEnvelope.Of(recorded), ContractsJson.Default.EventEnvelope));
            }
        }
    }
}
