using Shop.Contracts;

namespace Shop.Notification.Letters;

/// <summary>
/// Writes the letters: decides what there is to say about an order, in the order's language. The links lead to
/// <c>&lt;storefront&gt;/orders/&lt;order id&gt;</c>, where the storefront knows its customer; no letter holds a key to an order.
/// </summary>
public sealed class LetterWriter(Uri storefront)
{
    /// <summary>The letter of that kind about an order as it is now.</summary>
    public Letter Write(LetterKind kind, OrderView order)
    {
        var wording = Wording.Of(order.Customer.Locale);
        var content = Content(kind, order, wording);
        return new Letter(content.Opening.Subject, TextLetter.Of(content), HtmlLetter.Of(content));
    }

    private LetterContent Content(LetterKind kind, OrderView order, Wording wording)
    {
        string Money(long amount) => wording.Numbers.Money(amount, CustomerText.Line(order.Currency, 8));
        LetterAmount[] amounts =
        [
            new(wording.Subtotal, Money(order.Totals.Subtotal)),
            new(wording.Shipping, Money(order.Totals.Shipping)),
            new(wording.Tax, Money(order.Totals.Tax)),
        ];
        return new LetterContent(
            wording,
            Opening(kind, order, wording, Money),
            wording.Greeting(CustomerText.Name(order.Customer.Name)),
            kind == LetterKind.Shipped ? [.. (order.Shipping.Packages ?? []).Select(Parcel)] : [],
            new Uri($"{storefront.AbsoluteUri.TrimEnd('/')}/orders/{order.OrderId}"),
            CustomerText.Line(order.OrderNumber, 64),
            [.. order.Items.Select(item => new LetterLine(
                CustomerText.Line(item.Name), item.Quantity, Money(item.UnitPrice), Money(item.UnitPrice * item.Quantity)))],
            order.Totals.Tax == 0 ? amounts[..2] : amounts,
            new(wording.Total, Money(order.Totals.Total)),
            kind == LetterKind.OrderCancelled ? [] : AddressLines(order.Shipping.Address));
    }

    private static Opening Opening(LetterKind kind, OrderView order, Wording wording, Func<long, string> money)
    {
        var number = CustomerText.Line(order.OrderNumber, 64);
        switch (kind)
        {
            case LetterKind.OrderReceived:
                return wording.OrderReceived(number, order.Status == OrderStatus.Cancelled);
            case LetterKind.PaymentFailed:
                // Not after a hard decline, and not when the tries are used up: the Order Event Service decides that.
                return wording.PaymentFailed(number, order.AllowedActions.Contains(OrderAction.UpdatePayment));
            case LetterKind.OrderCancelled:
                var (state, amount) = MoneyOf(order.Payment);
                return wording.OrderCancelled(number, state, money(amount));
            case LetterKind.Shipped:
                var carrier = CustomerText.Line(order.Shipping.Carrier, 60);
                return wording.Shipped(number, carrier.Length == 0 ? null : carrier, order.Shipping.Packages?.Count ?? 1);
            default:
                throw new ArgumentOutOfRangeException(nameof(kind));
        }
    }

    // The amount is what the cancellation gives back: what staff had refunded before is not told as if it came again.
    private static (MoneyBack State, long Amount) MoneyOf(PaymentView payment)
    {
        if (payment.Captured == 0)
        {
            var isOpen = payment.Attempts.Any(attempt => attempt.Status is not (AttemptStatus.Failed or AttemptStatus.Voided));
            return (isOpen ? MoneyBack.StillOpen : MoneyBack.NothingCharged, 0);
        }

        var before = payment.Refunds.Where(refund => refund.Cause != RefundCause.OrderCancelled && refund.Status != RefundStatus.Failed).Sum(refund => refund.Amount);
        return (payment.Refunded >= payment.Captured ? MoneyBack.Done : MoneyBack.OnItsWay, payment.Captured - before);
    }

    private static LetterParcel Parcel(Package package) =>
        new(CustomerText.Line(package.TrackingNumber, 100), WebLink.Of(package.TrackingUrl));

    private static IReadOnlyList<string> AddressLines(Address? address)
    {
        if (address is null) return [];
        string?[] lines =
        [
            address.Name, address.Line1, address.Line2, $"{address.PostalCode} {address.City}", $"{address.Region} {address.Country}",
        ];
        return [.. lines.Select(line => CustomerText.Line(line)).Where(line => line.Length > 0)];
    }
}
