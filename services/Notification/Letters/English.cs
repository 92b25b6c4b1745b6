namespace Shop.Notification.Letters;

/// <summary>The letters in English, which is also what a language without letters of its own gets.</summary>
public sealed class English : Wording
{
    public override string Language => "en";
    public override NumberStyle Numbers { get; } = new('.', ',', SignFirst: true);

    public override string Order => "Order";
    public override string Subtotal => "Subtotal";
    public override string Shipping => "Shipping";
    public override string Tax => "Tax";
    public override string Total => "Total";
    public override string ShipsTo => "Ships to";
    public override string TrackingNumber => "Tracking number";
    public override string Track => "Track parcel";
    public override string Footer => "This message was sent automatically because of your order.";

    public override string Greeting(string? name) => name is null ? "Hello," : $"Hello {name},";

    public override Opening OrderReceived(string number, bool isCancelled) => new(
        $"We have received your order {number}",
        "Thank you for your order",
        isCancelled
            ? ["We received your order. It has been cancelled in the meantime; here is what it was."]
            : ["We have received your order and will write to you again as soon as it is on its way."],
        "View order");

    public override Opening PaymentFailed(string number, bool mayPayAgain) => mayPayAgain
        ? new(
            $"Your payment for order {number} did not go through",
            "Your payment did not go through",
            [
                "We could not take the payment for your order, and you have not been charged.",
                "Your order is kept for you. Please choose a payment method again, the same or another one, and we will carry on.",
            ],
            "Choose a payment method")
        : new(
            $"Your payment for order {number} did not go through",
            "Your payment did not go through",
            [
                "We could not take the payment for your order, and you have not been charged.",
                "Another attempt is not possible for this order. You are welcome to place a new order with a different payment method.",
            ],
            "View order");

    public override Opening OrderCancelled(string number, MoneyBack money, string amount) => new(
        $"Your order {number} has been cancelled",
        "Your order has been cancelled",
        [
            "Your order has been cancelled and will not be shipped.",
            money switch
            {
                MoneyBack.Done => $"We have refunded {amount} to the payment method you used. "
                    + "It may take a few working days to appear.",
                MoneyBack.OnItsWay => $"We are refunding {amount} to the payment method you used. "
                    + "It may take a few working days to appear.",
                MoneyBack.StillOpen => "A payment was being processed at the time. We are stopping it; "
                    + "should it still be charged, we refund it in full.",
                _ => "You have not been charged.",
            },
        ],
        "View order");

    public override Opening Shipped(string number, string? carrier, int parcels) => new(
        $"Your order {number} is on its way",
        "Your order is on its way",
        [
            (carrier, parcels) switch
            {
                (null, > 1) => $"We have handed over your order in {parcels} parcels.",
                (null, _) => "We have handed over your parcel.",
                (_, > 1) => $"We have handed over your order to {carrier} in {parcels} parcels.",
                _ => $"We have handed over your parcel to {carrier}.",
            },
        ],
        "View order");
}
