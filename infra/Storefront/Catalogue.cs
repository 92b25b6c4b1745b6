using System.Text.Json.Serialization;
using Shop.Contracts;
using Shop.ServiceDefaults;

namespace Shop.Storefront;

/// <summary>One thing to buy. <see cref="UnitPrice"/> is in minor units of the catalogue's currency; <see cref="Picture"/> names a drawing.</summary>
public sealed record Article(string Sku, string Name, string Description, long UnitPrice, string Picture);

/// <summary>What the sample sells, and what it costs to have it sent. Prices are decided here: a browser says what and how many, never for how much.</summary>
public sealed record Catalogue(string Currency, long ShippingCost, long FreeShippingFrom, int MostOfEach, IReadOnlyList<Article> Articles)
{
    /// <summary>The one catalogue.</summary>
    public static Catalogue Current { get; } = new("EUR", ShippingCost: 499, FreeShippingFrom: 6000, MostOfEach: 20,
    [
        new("TEA-1", "Green tea", "Sencha, first flush. 100 g in a paper bag.", 1999, "leaf"),
        new("TEA-2", "Black tea", "Assam, malty and strong. 100 g in a paper bag.", 1450, "bag"),
        new("POT-1", "Teapot", "Stoneware, 0.8 litres, with a strainer.", 4200, "pot"),
        new("CUP-1", "Cup", "Stoneware, 0.25 litres. Goes with the teapot.", 1250, "cup"),
        new("TIN-1", "Tin", "Keeps 200 g of tea dry and dark.", 890, "tin"),
        new("TIM-1", "Hourglass", "Three minutes for green, four for black.", 690, "hourglass"),
    ]);

    /// <summary>The order that a cart makes, with this catalogue's names and prices.</summary>
    /// <exception cref="ProblemException">The cart is empty, or holds what is not sold here.</exception>
    public PlaceOrder Order(Cart cart)
    {
        var items = (cart.Items ?? []).Select((item, index) => Line(item, $"items[{index}]")).ToList();
        if (items.Count == 0) throw ProblemException.Validation("items", "The cart is empty.");
        if (items.DistinctBy(item => item.Sku).Count() != items.Count) throw ProblemException.Validation("items", "An article is there twice.");
        var subtotal = items.Sum(item => item.Quantity!.Value * item.UnitPrice!.Value);
        var shipping = subtotal >= FreeShippingFrom ? 0 : ShippingCost;
        return new PlaceOrder(
            Currency, cart.Customer, items, shipping, Tax: 0, subtotal + shipping, cart.ShippingAddress, Payment: cart.Payment);
    }

    private PlaceOrderItem Line(CartItem? item, string field)
    {
        var article = Articles.FirstOrDefault(article => article.Sku == item?.Sku)
            ?? throw ProblemException.Validation($"{field}.sku", "There is no such article.");
        if (item?.Quantity is not { } quantity || quantity < 1 || quantity > MostOfEach)
            throw ProblemException.Validation($"{field}.quantity", $"The quantity must be 1 to {MostOfEach}.");
        return new PlaceOrderItem(article.Sku, article.Name, quantity, article.UnitPrice);
    }
}

/// <summary>What a browser sends to <c>/shop/api/orders</c>.</summary>
public sealed record Cart(
    IReadOnlyList<CartItem?>? Items = null,
    PlaceOrderCustomer? Customer = null,
    AddressBody? ShippingAddress = null,
    UpdatePayment? Payment = null);

/// <summary>What, and how many.</summary>
public sealed record CartItem(string? Sku = null, int? Quantity = null);

/// <summary>How they are read and written.</summary>
[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(Catalogue))]
[JsonSerializable(typeof(Cart))]
internal sealed partial class StorefrontJson : JsonSerializerContext;
