namespace Shop.ServiceDefaults.Messaging;

/// <summary>The broker is away, or does not take messages for now (a disk or memory alarm). Try again later.</summary>
public sealed class BrokerUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
