using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Shop.Payment.Provider;
using Shop.ServiceDefaults;
using Shop.Testing;

namespace Shop.Payment.Tests;

/// <summary>What the consumers call, made for a test.</summary>
internal static class Handlers
{
    /// <summary>Why a handler acts: a message of its own.</summary>
    public static Cause Message => new(Guid.NewGuid(), Guid.NewGuid());

    public static PaymentProcess Of(OrderBook orders, IPaymentProvider provider, TimeSpan delay = default, TimeProvider? clock = null) => new(
        orders.Client, provider, Options.Create(new PaymentOptions { AuthorizationDelay = delay }), clock ?? TimeProvider.System,
        new PaymentMetrics(new TestMeters()), NullLogger<PaymentProcess>.Instance);

    /// <summary>The handler of order-created.</summary>
    public static Task OrderCreated(this PaymentProcess process, Guid order) => process.Begin(order, 1, Message, CancellationToken.None);

    /// <summary>The handler of order-cancelled, and of every other message.</summary>
    public static Task Continue(this PaymentProcess process, Guid order) => process.Advance(order, Message, CancellationToken.None);
}
