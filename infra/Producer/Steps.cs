using Shop.Contracts;

namespace Shop.Producer;

/// <summary>
/// The steps in the life of an order, each from what somebody does until it is clear what came of it. What comes to something else
/// than the step is called is a <see cref="ShopException"/>.
/// </summary>
/// <param name="wait">The longest that a step may take.</param>
internal sealed class Steps(ShopClient shop, TimeSpan wait, CancellationToken cancellation)
{
    /// <summary>A customer places an order; the first attempt to pay comes to something.</summary>
    public async Task<OrderView> Order(PlaceOrder order) => await Attempted(await shop.Place(order, cancellation), 0);

    /// <summary>A customer places an order, and nobody waits for what comes of it.</summary>
    public Task<OrderView> Place(PlaceOrder order) => shop.Place(order, cancellation);

    /// <summary>A customer pays with another card; that attempt comes to something.</summary>
    public async Task<OrderView> Pay(Guid order, string card)
    {
        var before = (await shop.Find(order, cancellation)).Payment.Attempts.Count;
        return await Attempted(await shop.Pay(order, card, cancellation), before);
    }

    /// <summary>A customer wants the parcel elsewhere.</summary>
    public Task<OrderView> Readdress(Guid order, AddressBody address) => shop.Readdress(order, address, cancellation);

    /// <summary>An operator accepts a payment under review: it is captured.</summary>
    public async Task<OrderView> Accept(Guid order, string? note)
    {
        await shop.Review(order, accept: true, note, cancellation);
        return Paid(await Until(order, seen => seen.Status != OrderStatus.PaymentReview));
    }

    /// <summary>An operator declines a payment under review: it is voided.</summary>
    public async Task<OrderView> Decline(Guid order, string? note)
    {
        await shop.Review(order, accept: false, note, cancellation);
        return Being(await Until(order, seen => seen.Status != OrderStatus.PaymentReview), OrderStatus.PaymentFailed);
    }

    /// <summary>A customer cancels; what was held or taken is given back.</summary>
    public async Task<OrderView> Cancel(Guid order, string? reason)
    {
        await shop.Cancel(order, reason, cancellation);
        return await Until(order, IsAtRest);
    }

    /// <summary>The warehouse hands the parcel to a carrier, once it is prepared.</summary>
    public async Task<OrderView> Ship(Guid order, string carrier, string trackingNumber)
    {
        await AtRest(order);
        return await shop.Ship(order, carrier, trackingNumber, cancellation);
    }

    /// <summary>An operator gives some of the money back, or all of it; the provider does it.</summary>
    public async Task<OrderView> Refund(Guid order, long? amount, string reason)
    {
        await shop.Refund(order, amount, reason, cancellation);
        return await Until(order, seen => seen.Payment.Status is PaymentStatus.PartiallyRefunded or PaymentStatus.Refunded);
    }

    /// <summary>Waits until nothing more will happen to the order before somebody does something.</summary>
    public Task<OrderView> AtRest(Guid order) => Until(order, IsAtRest);

    /// <summary>The order, if it is paid for.</summary>
    public static OrderView Paid(OrderView order) =>
        order.Payment.Captured > 0 ? order : throw Otherwise(order, "paid");

    /// <summary>The order, if it has that status.</summary>
    public static OrderView Being(OrderView order, OrderStatus wanted) => order.Status == wanted ? order : throw Otherwise(order, Screen.Word(wanted));

    private static ShopException Otherwise(OrderView order, string wanted) =>
        new(ExitCodes.Refused, $"Order {order.OrderId} should be {wanted}, and is {Screen.Word(order.Status)}.");

    private Task<OrderView> Attempted(OrderView order, int before) => Until(
        order.OrderId,
        seen => seen.Status == OrderStatus.Cancelled || (seen.Payment.Attempts.Count > before && seen.Payment.Attempts[^1].Status != AttemptStatus.Open));

    private Task<OrderView> Until(Guid order, Func<OrderView, bool> wanted) => shop.Until(order, wanted, wait, cancellation);

    private static bool IsAtRest(OrderView order) => order switch
    {
        { Payment.Status: PaymentStatus.Refunding } => false,
        { Status: OrderStatus.Cancelled } => order.Payment.Attempts.All(attempt => attempt.Status is AttemptStatus.Failed or AttemptStatus.Voided or AttemptStatus.Captured)
            && order.Payment.Refunded == order.Payment.Captured,
        { Status: OrderStatus.PaymentFailed } => !order.Payment.NextAttemptDue,
        { Status: OrderStatus.PaymentReview } => order.Payment.Attempts[^1].Status == AttemptStatus.Review,
        _ => order.Status is OrderStatus.ShipmentPrepared or OrderStatus.Shipped,
    };
}
