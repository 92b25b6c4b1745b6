namespace Shop.Contracts;

/// <summary>What was sold in a period, and how far the orders placed in it got; the same for each hour in which something happened.</summary>
public sealed record StatisticsView(
    DateTimeOffset From, DateTimeOffset To, IReadOnlyList<Sales> Sales, Funnel Funnel, IReadOnlyList<HourStatistics> Hours);

/// <summary>One hour, which begins at <paramref name="Hour"/>, UTC.</summary>
public sealed record HourStatistics(DateTimeOffset Hour, IReadOnlyList<Sales> Sales, Funnel Funnel);

/// <summary>
/// What happened in one currency, in its minor units: orders placed and what they came to, payments captured, refunds paid out, each
/// at its own time.
/// </summary>
public sealed record Sales(string Currency, long Orders, long Ordered, long Captures, long Captured, long Refunds, long Refunded)
{
    /// <summary>Both together.</summary>
    public Sales With(Sales other) => new(
        Currency, Orders + other.Orders, Ordered + other.Ordered, Captures + other.Captures, Captured + other.Captured, Refunds + other.Refunds,
        Refunded + other.Refunded);
}

/// <summary>Of the orders placed in a period, how many have ever reached each stage by now.</summary>
public sealed record Funnel(
    long Placed, long Attempted, long Reviewed, long Failed, long Paid, long Preparing, long Prepared, long Shipped, long Cancelled, long Refunded)
{
    /// <summary>Of no orders.</summary>
    public static Funnel Empty { get; } = new(0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    /// <summary>Both together.</summary>
    public Funnel With(Funnel other) => new(
        Placed + other.Placed, Attempted + other.Attempted, Reviewed + other.Reviewed, Failed + other.Failed, Paid + other.Paid, Preparing + other.Preparing,
        Prepared + other.Prepared, Shipped + other.Shipped, Cancelled + other.Cancelled, Refunded + other.Refunded);
}
