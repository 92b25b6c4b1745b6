using System.Text.Json;

namespace Shop.Contracts;

/// <summary>
/// What differs between an order at one revision and at a later one, and the events that brought it about, which are those behind
/// the first up to the second.
/// </summary>
public sealed record OrderDifference(Guid OrderId, long From, long To, IReadOnlyList<OrderChange> Changes, IReadOnlyList<EventEnvelope> Events);

/// <summary>
/// A member of the order that is not as it was. <paramref name="Path"/> is its JSON pointer; <paramref name="From"/> is absent when
/// it was not there, <paramref name="To"/> when it is no longer.
/// </summary>
public sealed record OrderChange(string Path, JsonElement? From = null, JsonElement? To = null);
