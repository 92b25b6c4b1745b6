using System.Globalization;
using System.Text;
using System.Text.Json;
using Shop.Contracts;
using Shop.OrderEvents.Commands;
using Shop.OrderEvents.Store;
using Shop.ServiceDefaults;

namespace Shop.OrderEvents;

/// <summary>The services' side: write what happened, read a stream, follow the whole log. Not reached through the gateway.</summary>
public static class EventsApi
{
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
        var proposed = Proposed(body);
        context.Items[CommandLogging.EventTypeItem] = EventTypes.Of(proposed).Name;
        var handled = await handler.Handle(
            orderId,
            new Proposal(
                proposed, body.EventId, context.Request.Agent(), body.CorrelationId, body.CausationId,
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

    // What is read here goes out as it is stored, whether this version of the shop knows the event or not: whoever acts on it decides.
    private static async Task<IResult> History(Guid orderId, IEventStore store, CancellationToken cancellation)
    {
        var stream = await store.ReadStream(OrderStreams.StreamOf(orderId), cancellation);
        if (stream.Count == 0) throw Refusals.NotFound();
        return TypedResults.Json(new OrderHistory(orderId, [.. stream.Select(OrderStreams.Envelope)]), ContractsJson.Default.OrderHistory);
    }

    private static async Task<IResult> Page(HttpContext context, IEventStore store, CancellationToken cancellation, long from = 0, int limit = 100)
    {
        if (from < 0) throw ProblemException.Validation("from", "It must be a position from 0: the page begins with the event behind it.");
        if (limit is < 1 or > OrderLog.LargestPage) throw ProblemException.Validation("limit", $"It must be from 1 to {OrderLog.LargestPage}.");
        await SayWhereTheLogEnds(context.Response, store, cancellation);
        var events = await store.ReadAll(from, limit, cancellation);
        return TypedResults.Json(
            new EventPage([.. events.Select(OrderStreams.Envelope)], events.Count == 0 ? from : events[^1].Position), ContractsJson.Default.EventPage);
    }

    private static async Task Follow(HttpContext context, IEventStore store, CancellationToken cancellation, long from = 0)
    {
        if (long.TryParse(context.Request.Headers["Last-Event-ID"], out var last)) from = last;
        if (from < 0) throw ProblemException.Validation("from", "It must be a position from 0: the stream begins with the event behind it.");
        // Also finds out whether there is such a position, while the answer can still say so.
        await store.ReadAll(from, 1, cancellation);
        await SayWhereTheLogEnds(context.Response, store, cancellation);
        await ServerSentEvents.Write(context.Response, Events(), cancellation);

        async IAsyncEnumerable<ServerSentEvent> Events()
        {
            await foreach (var entry in store.Subscribe(from, cancellation))
            {
                if (entry is not StoredEvent stored) continue;
                var envelope = OrderStreams.Envelope(stored);
                yield return new ServerSentEvent(
                    envelope.Position, envelope.Type, JsonSerializer.SerializeToUtf8Bytes(envelope, ContractsJson.Default.EventEnvelope));
            }
        }
    }

    private static async ValueTask SayWhereTheLogEnds(HttpResponse response, IEventStore store, CancellationToken cancellation) =>
        response.Headers[OrderLog.LastPositionHeader] = (await store.LastPosition(cancellation)).ToString(CultureInfo.InvariantCulture);
}
