using System.Collections.Immutable;
using Shop.Contracts;

namespace Shop.Producer;

/// <summary>The numbers of one story: orders begun, at their end, failed, and the statuses in which they ended.</summary>
internal sealed record StoryCount(int Begun = 0, int Done = 0, int Failed = 0)
{
    public ImmutableSortedDictionary<OrderStatus, int> Ends { get; init; } = ImmutableSortedDictionary<OrderStatus, int>.Empty;

    public int Running => Begun - Done - Failed;
}
