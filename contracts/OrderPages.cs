namespace Shop.Contracts;

/// <summary>An order as a line of a list. Money is in minor units of <see cref="Currency"/>.</summary>
public sealed record OrderSummary
{
    public required Guid OrderId { get; init; }
    public required string OrderNumber { get; init; }
    public required OrderStatus Status { get; init; }
    public required PaymentStatus PaymentStatus { get; init; }
    public required string Currency { get; init; }
    public required long Total { get; init; }
    public required long Captured { get; init; }
    public required long Refunded { get; init; }

    /// <summary>How many pieces were ordered.</summary>
    public required long Items { get; init; }

    public string? CustomerId { get; init; }
    public string? CustomerName { get; init; }
    public string? Email { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
    public required long Revision { get; init; }
}

/// <summary>A page of orders. <paramref name="Next"/> is the <c>cursor</c> of the next; absent on the last.</summary>
public sealed record OrderPage(IReadOnlyList<OrderSummary> Orders, string? Next = null);

/// <summary>A page of a customer's orders, and what all of them come to.</summary>
public sealed record CustomerOrdersPage(string CustomerId, IReadOnlyList<CustomerTotals> Totals, IReadOnlyList<OrderSummary> Orders, string? Next = null);

/// <summary>What a customer's orders in one currency come to, in its minor units.</summary>
public sealed record CustomerTotals(string Currency, long Orders, long Ordered, long Captured, long Refunded);
