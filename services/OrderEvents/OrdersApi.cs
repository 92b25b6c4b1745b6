using Microsoft.AspNetCore.Http.HttpResults;
using Shop.Contracts;
using Shop.ServiceDefaults;

namespace Shop.OrderEvents;

/// <summary>The customers' side: place, read, change and cancel an order. Reached through the gateway.</summary>
public static class OrdersApi
{
    /// <summary>Maps <c>/orders</c>.</summary>
    public static void MapOrders(this IEndpointRouteBuilder app)
    {
        var orders = app.MapGroup("/orders");
        orders.MapPost("/", Place);
        orders.MapGet("/{orderId:guid}", Get);
        orders.MapGet("/{orderId:guid}/timeline", GetTimeline);
        orders.MapGet("/{orderId:guid}/stream", OrderStream.Follow);
        orders.MapPut("/{orderId:guid}/payment", UpdatePayment);
        orders.MapPut("/{orderId:guid}/shipping-address", UpdateShippingAddress);
        orders.MapPost("/{orderId:guid}/cancel", Cancel);
    }

    private static async Task<IResult> Place(HttpContext context, OrderHandler handler, CancellationToken cancellation)
    {
        var key = context.Request.IdempotencyKey();
        var body = await JsonBody.Read(context.Request, ContractsJson.Default.PlaceOrder, cancellation);
        var caller = context.Request.Agent();
        var orderId = key is null ? Guid.CreateVersion7() : NameBasedId.Of("order", caller.ToString(), key);
        var result = await Command(context, handler, orderId, body.ToEvent(orderId), "place", key, cancellation);
        context.Response.Headers.Location = $"/orders/{orderId}";
        return TypedResults.Json(result, ContractsJson.Default.OrderView, statusCode: StatusCodes.Status201Created);
    }

    private static async Task<IResult> Get(
        Guid orderId, HttpContext context, OrderStreams streams, CancellationToken cancellation, string? revision = null, string? at = null)
    {
        var stream = await Existing(streams, orderId, cancellation);
        var order = Order.Fold(TimeTravel.Cut(stream, revision, at))!;
        context.Response.Headers.ETag = Http.ETag(order.Revision);
        if (context.Request.HasRevision(order.Revision)) return TypedResults.StatusCode(StatusCodes.Status304NotModified);
        return TypedResults.Json(order.ToView(), ContractsJson.Default.OrderView);
    }

    private static async Task<JsonHttpResult<Timeline>> GetTimeline(Guid orderId, OrderStreams streams, CancellationToken cancellation) =>
        TypedResults.Json(OrderViews.ToTimeline(await Existing(streams, orderId, cancellation)), ContractsJson.Default.Timeline);

    private static async Task<IResult> UpdatePayment(Guid orderId, HttpContext context, OrderHandler handler, CancellationToken cancellation)
    {
        var body = await JsonBody.Read(context.Request, ContractsJson.Default.UpdatePayment, cancellation);
        var fields = new Fields();
        var token = fields.Token("methodToken", body.MethodToken);
        fields.ThrowIfAny();
        return await Change(context, handler, orderId, new PaymentUpdated(PaymentMethods.Of(token)), "payment", cancellation);
    }

    private static async Task<IResult> UpdateShippingAddress(Guid orderId, HttpContext context, OrderHandler handler, CancellationToken cancellation)
    {
        var body = await JsonBody.Read(context.Request, ContractsJson.Default.AddressBody, cancellation);
        var fields = new Fields();
        var address = fields.Address("", body);
        fields.ThrowIfAny();
        return await Change(
            context, handler, orderId, new ShippingAddressUpdated(new PersonalData(ShippingAddress: address)), "shipping-address", cancellation);
    }

    private static async Task<IResult> Cancel(Guid orderId, HttpContext context, OrderHandler handler, CancellationToken cancellation)
    {
        var body = await JsonBody.ReadOptional(context.Request, ContractsJson.Default.CancelOrder, cancellation);
        var fields = new Fields();
        var reason = fields.OptionalText("reason", body?.Reason, 500) ?? (context.Request.Agent().Kind == AgentKind.Staff ? "staff-request" : "customer-request");
        fields.ThrowIfAny();
        return await Change(context, handler, orderId, new OrderCancelled(reason), "cancel", cancellation);
    }

    internal static async Task<IResult> Change(
        HttpContext context, OrderHandler handler, Guid orderId, OrderEvent change, string operation, CancellationToken cancellation) =>
        TypedResults.Json(
            await Command(context, handler, orderId, change, operation, context.Request.IdempotencyKey(), cancellation),
            ContractsJson.Default.OrderView);

    /// <summary>
    /// Proposes what a customer, or staff, asks for. The event store is the record of idempotency keys: with a key, the event's id follows
    /// from it, so the event that stands under that id is the first answer, or proves that the key was used for something else.
    /// </summary>
    private static async Task<OrderView> Command(
        HttpContext context, OrderHandler handler, Guid orderId, OrderEvent @event, string operation, string? key, CancellationToken cancellation)
    {
        var request = key is null ? Guid.CreateVersion7() : NameBasedId.Of("request", orderId.ToString(), operation, key);
        var eventId = key is null ? Guid.CreateVersion7() : NameBasedId.Of("event", orderId.ToString(), operation, key);
        var handled = await handler.Handle(
            orderId,
            new Proposal(@event, eventId, context.Request.Agent(), request, request, ExpectedRevision: context.Request.IfMatch()),
            cancellation);
        if (handled.IsReplay)
        {
            if (!EventTypes.Serialize(handled.Event!.Event).AsSpan().SequenceEqual(EventTypes.Serialize(@event)))
                throw Idempotency.KeyReused();
            context.Response.Headers[Idempotency.ReplayedHeader] = "true";
        }

        context.Response.Headers.ETag = Http.ETag(handled.AsAnswered.Revision);
        return handled.AsAnswered.ToView();
    }

    /// <summary>The stream of an order that exists.</summary>
    /// <exception cref="ProblemException">404: it does not.</exception>
    internal static async Task<IReadOnlyList<RecordedEvent>> Existing(OrderStreams streams, Guid orderId, CancellationToken cancellation) =>
        await streams.Read(orderId, cancellation) is { Count: > 0 } stream ? stream : throw Refusals.NotFound();
}
