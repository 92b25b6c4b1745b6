using Shop.OrderEvents.Store;
using Shop.Payment.Provider;

namespace Shop.Histories.Tests;

/// <summary>What is put in the way of the code to plant a bug: a part between it and a port, or nothing.</summary>
internal sealed record Sabotage
{
    public Func<IEventStore, IEventStore> Store { get; init; } = store => store;

    public Func<Bank, IPaymentProvider> Provider { get; init; } = bank => bank;

    /// <summary>Between the Payment Service and the Order Event Service.</summary>
    public Func<HttpMessageHandler, HttpMessageHandler> Wire { get; init; } = wire => wire;

    /// <summary>A message is acknowledged, and its event completed, before its work is done.</summary>
    public bool AcknowledgesFirst { get; init; }

    /// <summary>The publisher's checkpoint moves before the broker has the message.</summary>
    public bool ChecksFirst { get; init; }
}
