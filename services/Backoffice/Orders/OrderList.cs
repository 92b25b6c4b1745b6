using Shop.Backoffice.Projections;
using Shop.Contracts;
using Shop.ServiceDefaults.Sqlite;

namespace Shop.Backoffice.Orders;

/// <summary>Every order in a line: where it stands, whose it is, and the words by which it can be found.</summary>
public sealed class OrderList : Projection
{
    internal static readonly OrderTable Table = new("orders");

    private static readonly string Tables = $"""
        {Table.Schema};
        CREATE TABLE words(order_id TEXT PRIMARY KEY, text TEXT NOT NULL);
        CREATE INDEX orders_by_creation ON orders(created_at, order_id);
        CREATE INDEX orders_by_update ON orders(updated_at, order_id);
        CREATE INDEX orders_by_total ON orders(total, order_id);
        CREATE INDEX orders_by_number ON orders(order_number);
        CREATE INDEX orders_by_customer ON orders(customer_id);
        CREATE INDEX orders_by_email ON orders(lower(email))
        """;

    public OrderList() : base("order_list", Tables)
    {
        On<OrderCreated>(Created);
        On<ShippingAddressUpdated>(Readdressed);
        On<Shipped>(HasShipped);
        OnOthers(Table.Move);
    }

    private static void Created(SqliteSession tables, RecordedEvent recorded, OrderCreated placed)
    {
        Table.Add(tables, recorded, placed);
        var address = placed.Personal?.ShippingAddress;
        tables.Execute("INSERT INTO words VALUES(@id, '')", ("@id", recorded.OrderId.ToString()));
        AddWords(
            tables, recorded,
            [
                recorded.OrderId.ToString(), placed.OrderNumber, placed.CustomerId, placed.Personal?.Name, placed.Personal?.Email, placed.Personal?.Phone,
                address?.Name, address?.Line1, address?.City, address?.PostalCode, .. placed.Items.SelectMany(item => (string[])[item.Sku, item.Name]),
            ]);
    }

    private static void Readdressed(SqliteSession tables, RecordedEvent recorded, ShippingAddressUpdated updated)
    {
        Table.Move(tables, recorded);
        if (updated.Personal?.ShippingAddress is { } address) AddWords(tables, recorded, [address.Name, address.Line1, address.City, address.PostalCode]);
    }

    private static void HasShipped(SqliteSession tables, RecordedEvent recorded, Shipped shipped)
    {
        Table.Move(tables, recorded);
        AddWords(tables, recorded, [shipped.Carrier, .. shipped.Packages.Select(package => package.TrackingNumber)]);
    }

    private static void AddWords(SqliteSession tables, RecordedEvent recorded, IEnumerable<string?> words) => tables.Execute(
        "UPDATE words SET text = text || @words WHERE order_id=@id",
        // Each on a line of its own, so that no word is found that begins in one and ends in another.
        ("@words", string.Concat(words.Where(word => word is not null).Select(word => word!.ToLowerInvariant() + "\n"))), ("@id", recorded.OrderId.ToString()));
}
