namespace Shop.Notification;

/// <summary>
/// A message tells of an order that the Order Event Service does not have. It writes before it publishes, so this is a store that
/// lags or was restored: the message is tried again, and kept when the tries are spent.
/// </summary>
public sealed class OrderNotFoundException(Guid orderId) : Exception($"There is no order {orderId}, although a message tells of it.");
