using Shop.Backoffice.Projections;
using Shop.Contracts;

namespace Shop.Backoffice.Orders;

/// <summary>The orders of each customer that a storefront has named by an id, and what they come to.</summary>
public sealed class CustomerOrders : Projection
{
    internal static readonly OrderTable Table = new("customer_orders");

    public CustomerOrders() : base("customer_orders", $"{Table.Schema}; CREATE INDEX orders_by_customer ON customer_orders(customer_id, created_at, order_id)")
    {
        On<OrderCreated>((tables, recorded, placed) =>
        {
            if (placed.CustomerId is not null) Table.Add(tables, recorded, placed);
        });
        OnOthers(Table.Move);
    }
}
