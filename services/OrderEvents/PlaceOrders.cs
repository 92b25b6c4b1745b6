using System.Buffers.Binary;
using Shop.Contracts;
using Shop.ServiceDefaults;

namespace Shop.OrderEvents;

/// <summary>Turns the body of <c>POST /orders</c> into the event that it asks for, or says what is wrong with each member.</summary>
public static class PlaceOrders
{
    /// <summary>The most that an order may come to, in minor units: what the payment provider takes (eight digits).</summary>
    public const long MostTotal = 99_999_999;

    private const int MostItems = 100;
    private const int MostQuantity = 10_000;

    /// <summary>The event that creates the order.</summary>
    /// <exception cref="ProblemException">400: names every member that is not valid; <c>total-mismatch</c> when it does not add up.</exception>
    public static OrderCreated ToEvent(this PlaceOrder body, Guid orderId)
    {
        var fields = new Fields();
        var currency = fields.Currency("currency", body.Currency);
        var customer = fields.Required("customer", body.Customer) ?? new();
        var locale = fields.Locale("customer.locale", customer.Locale);
        var personal = new PersonalData(
            body.Customer is null ? "" : fields.Text("customer.name", customer.Name, 200),
            body.Customer is null ? "" : fields.Email("customer.email", customer.Email),
            fields.OptionalText("customer.phone", customer.Phone, 40),
            fields.Address("shippingAddress", body.ShippingAddress),
            body.BillingAddress is null ? null : fields.Address("billingAddress", body.BillingAddress));
        var customerId = fields.OptionalText("customer.id", customer.Id, 100);
        var items = Items(fields, body.Items);
        var shipping = fields.Number("shippingCost", body.ShippingCost ?? 0, 0, MostTotal);
        var tax = fields.Number("tax", body.Tax ?? 0, 0, MostTotal);
        var token = fields.Required("payment", body.Payment) is { } payment ? fields.Token("payment.methodToken", payment.MethodToken) : "";
        var metadata = Metadata(fields, body.Metadata);
        fields.ThrowIfAny();

        // Each factor is bounded above, so the sum stays far within 64 bits.
        var subtotal = items.Sum(item => item.Quantity * item.UnitPrice);
        var total = subtotal + shipping + tax;
        if (body.Total is { } stated && stated != total)
            throw ProblemException.Validation("total", $"It is not what items, shipping and tax add up to, which is {total}.", "total-mismatch");
        if (total is < 1 or > MostTotal) throw ProblemException.Validation("total", $"It must be from 1 to {MostTotal}.");

        return new OrderCreated(
            OrderNumber(orderId), currency, locale, items, subtotal, shipping, tax, total, PaymentMethods.Of(token), personal, customerId, metadata);
    }

    private static List<OrderItem> Items(Fields fields, IReadOnlyList<PlaceOrderItem?>? bodies)
    {
        if (bodies is not { Count: > 0 and <= MostItems })
        {
            fields.Error("items", $"There must be from 1 to {MostItems}.");
            return [];
        }

        return [.. bodies.Select((body, i) =>
        {
            var item = fields.Required($"items[{i}]", body) ?? new();
            if (body is null) return new OrderItem("", "", 0, 0);
            return new OrderItem(
                fields.Text($"items[{i}].sku", item.Sku, 64),
                fields.Text($"items[{i}].name", item.Name, 200),
                (int)fields.Number($"items[{i}].quantity", item.Quantity, 1, MostQuantity),
                fields.Number($"items[{i}].unitPrice", item.UnitPrice, 0, MostTotal));
        })];
    }

    private static Dictionary<string, string>? Metadata(Fields fields, IReadOnlyDictionary<string, string?>? body)
    {
        if (body is not { Count: > 0 }) return null;
        if (body.Count > 20) fields.Error("metadata", "There must not be more than 20.");
        var metadata = new Dictionary<string, string>();
        foreach (var (name, value) in body.Take(20))
        {
            if (name.Length is 0 or > 40 || !name.All(character => char.IsAsciiLetterOrDigit(character) || character is '_' or '-' or '.'))
                fields.Error("metadata", "A name must have 1 to 40 letters, digits, '_', '-' or '.'.");
            else
                metadata[name] = fields.Text($"metadata.{name}", value, 500);
        }

        return metadata;
    }

    /// <summary>The number by which people speak of the order: follows from its id, so that a repeated request gets the same.</summary>
    private static string OrderNumber(Guid orderId)
    {
        const string digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"; // Crockford's base 32: nothing that is mistaken for something else
        Span<byte> id = stackalloc byte[16];
        NameBasedId.Of("order-number", orderId.ToString()).TryWriteBytes(id, bigEndian: true, out _);
        var bits = (BinaryPrimitives.ReadUInt64BigEndian(id) << 16) ^ BinaryPrimitives.ReadUInt64BigEndian(id[8..]);
        return string.Create(14, bits, (number, rest) =>
        {
            for (var i = 0; i < number.Length; i++)
            {
                if (i is 4 or 9)
                {
                    number[i] = '-';
                    continue;
                }

                number[i] = digits[(int)(rest & 31)];
                rest >>= 5;
            }
        });
    }
}

/// <summary>How payment methods are named in events.</summary>
public static class PaymentMethods
{
    /// <summary>The provider whose tokens the shop takes: whoever speaks Stripe's API.</summary>
    public const string Provider = "stripe";

    /// <summary>The method behind a provider's token.</summary>
    public static PaymentMethod Of(string token) => new(Provider, token);
}
