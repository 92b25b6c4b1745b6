using Shop.Contracts;

namespace Shop.Producer;

/// <summary>
/// Who orders what: invented customers, some of whom come back, and full baskets. The same random numbers give the same orders.
/// Everybody is called Example and reads mail at example.org, where no mail arrives.
/// </summary>
internal static class Shoppers
{
    private const int Regulars = 200;

    private static readonly string[] Names =
        ["Ada", "Ben", "Chloé", "Dmitri", "Elif", "Farid", "Grace", "Hana", "Ivo", "Jürgen", "Kofi", "Lena", "Mei", "Nils", "Olga", "Priya"];

    private static readonly (string Currency, string Locale, string Country, string City, string PostalCode)[] Homes =
    [
        ("EUR", "de", "DE", "Berlin", "10115"), ("EUR", "de", "AT", "Wien", "1010"), ("EUR", "fr", "FR", "Lyon", "69001"), ("EUR", "fr", "BE", "Namur", "5000"),
        ("EUR", "en", "IE", "Cork", "T12 X70A"), ("GBP", "en", "GB", "Leeds", "LS1 1AA"), ("CHF", "de", "CH", "Basel", "4001"), ("USD", "en", "US", "Portland", "97201"),
    ];

    private static readonly (string Sku, string Name, long Price)[] Shelf =
    [
        ("TEA-1", "Green tea", 1999), ("TEA-2", "Black tea", 1499), ("TEA-3", "Rooibos", 1299), ("TEA-4", "Jasmine pearls", 3499), ("POT-1", "Teapot", 4950),
        ("POT-2", "Cast iron teapot", 8900), ("CUP-1", "Cup and saucer", 1650), ("CUP-2", "Travel mug", 2400), ("INF-1", "Infuser", 790), ("BOX-1", "Tea caddy", 2150),
        ("KET-1", "Kettle", 11900), ("HON-1", "Lime honey", 895),
    ];

    /// <summary>An order to be placed, paid with that card.</summary>
    public static PlaceOrder Order(Random random, string card)
    {
        // The lower the number, the more often somebody comes: the square of what is drawn from 0 to 1.
        var customer = (int)(Math.Pow(random.NextDouble(), 2) * Regulars);
        var (name, home) = (Name(customer), Homes[customer % Homes.Length]);
        var items = Enumerable.Range(0, random.Next(1, 5)).Select(_ => Shelf[random.Next(Shelf.Length)]).DistinctBy(item => item.Sku)
            .Select(item => new PlaceOrderItem(item.Sku, item.Name, random.Next(1, 4), item.Price)).ToList();
        return new PlaceOrder(
            home.Currency,
            new PlaceOrderCustomer($"c-{customer:0000}", name, $"customer{customer:0000}@example.org", null, home.Locale),
            items,
            items.Sum(item => item.Quantity!.Value * item.UnitPrice!.Value) >= 10_000 ? 0 : 499,
            ShippingAddress: Address(customer, random.Next(1, 200)),
            Payment: new UpdatePayment(card));
    }

    /// <summary>Another address of whoever placed an order.</summary>
    public static AddressBody NewAddress(Random random) => Address(random.Next(Regulars), random.Next(1, 200));

    private static AddressBody Address(int customer, int number)
    {
        var home = Homes[customer % Homes.Length];
        return new AddressBody(Name(customer), $"{number} Example Street", City: home.City, PostalCode: home.PostalCode, Country: home.Country);
    }

    private static string Name(int customer) => $"{Names[customer % Names.Length]} Example";
}
