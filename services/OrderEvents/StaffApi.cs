using Shop.Contracts;
using Shop.ServiceDefaults;

namespace Shop.OrderEvents;

/// <summary>
/// The staff's side: decide a payment under review, give money back, note something. (Cancelling is the customer's route, under the
/// customer's rules.) Reached through the back office, which says who it is.
/// </summary>
public static class StaffApi
{
    private const long MostRefunded = 99_999_999;

    /// <summary>Maps what staff may do to <c>/orders/{id}</c>.</summary>
    public static void MapStaffCommands(this IEndpointRouteBuilder app)
    {
        var order = app.MapGroup("/orders/{orderId:guid}");
        order.MapPost("/review/accept", Accept);
        order.MapPost("/review/decline", Decline);
        order.MapPost("/refunds", Refund);
        order.MapPost("/notes", AddNote);
    }

    private static Task<IResult> Accept(Guid orderId, HttpContext context, OrderHandler handler, OrderStreams streams, CancellationToken cancellation) => Decide(
        orderId, context, handler, streams, (attempt, reviewer, note) => new PaymentReviewAccepted(attempt, reviewer, note), "review-accept", cancellation);

    private static Task<IResult> Decline(Guid orderId, HttpContext context, OrderHandler handler, OrderStreams streams, CancellationToken cancellation) => Decide(
        orderId, context, handler, streams, (attempt, reviewer, note) => new PaymentReviewDeclined(attempt, reviewer, note), "review-decline", cancellation);

    private static async Task<IResult> Decide(
        Guid orderId, HttpContext context, OrderHandler handler, OrderStreams streams, Func<int, string, string?, OrderEvent> decision,
        string operation, CancellationToken cancellation)
    {
        var staff = context.Request.Staff();
        var body = await JsonBody.ReadOptional(context.Request, ContractsJson.Default.DecideReview, cancellation);
        var fields = new Fields();
        var note = fields.OptionalText("note", body?.Note, 500);
        fields.ThrowIfAny();
        var order = Order.Fold(await OrdersApi.Existing(streams, orderId, cancellation))!;
        return await OrdersApi.Change(context, handler, orderId, decision(order.Attempts.Count, staff.Id, note), operation, cancellation);
    }

    private static async Task<IResult> Refund(Guid orderId, HttpContext context, OrderHandler handler, OrderStreams streams, CancellationToken cancellation)
    {
        context.Request.Staff();
        var key = context.Request.IdempotencyKey();
        var body = await JsonBody.Read(context.Request, ContractsJson.Default.RefundOrder, cancellation);
        var fields = new Fields();
        var reason = fields.Text("reason", body.Reason, 500);
        if (body.Amount is { } asked) fields.Number("amount", asked, 1, MostRefunded);
        fields.ThrowIfAny();

        var order = Order.Fold(await OrdersApi.Existing(streams, orderId, cancellation))!;
        var refundId = key is null ? Guid.CreateVersion7() : NameBasedId.Of("refund", orderId.ToString(), "staff", key);
        // All that is left, as it was when this was asked for the first time.
        var amount = body.Amount ?? order.Refunds.Find(refund => refund.RefundId == refundId)?.Amount ?? order.Refundable;
        return await OrdersApi.Change(context, handler, orderId, new RefundRequested(refundId, amount, reason), "refund", cancellation);
    }

    private static async Task<IResult> AddNote(Guid orderId, HttpContext context, OrderHandler handler, CancellationToken cancellation)
    {
        context.Request.Staff();
        var body = await JsonBody.Read(context.Request, ContractsJson.Default.AddNote, cancellation);
        var fields = new Fields();
        var text = fields.Text("text", body.Text, 2000);
        fields.ThrowIfAny();
        return await OrdersApi.Change(context, handler, orderId, new NoteAdded(new PersonalData(Note: text)), "note", cancellation);
    }
}
