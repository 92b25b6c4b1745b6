using Shop.ServiceDefaults;

namespace Shop.Shipping;

/// <summary>Ids of shipments and of what happens to them. They follow from the order: there is one shipment for each.</summary>
public static class Shipments
{
    public static Guid IdOf(Guid orderId) => NameBasedId.Of("shipment", orderId.ToString());

    public static Guid EventId(string @event, Guid orderId, string key = "") => NameBasedId.Of(@event, orderId.ToString(), key);
}
