using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Shop.Payment.Provider;
using Shop.Payment.Reminding;
using Shop.ServiceDefaults;
using Shop.Testing;

namespace Shop.Payment.Tests;

/// <summary>What the consumers and the clock call, made for a test.</summary>
internal static class Handlers
{
    private static readonly Lazy<Reminders> NobodyLooks = new(() => Reminders.Open(new TemporaryFolder().Path, TimeProvider.System));

    /// <summary>Why a handler acts: a message of its own.</summary>
    public static Cause Message => new(Guid.NewGuid(), Guid.NewGuid());

    public static PaymentProcess Of(
        OrderBook orders, IPaymentProvider provider, TimeSpan delay = default, TimeProvider? clock = null, Reminders? reminders = null)
    {
        reminders ??= NobodyLooks.Value;
        clock ??= TimeProvider.System;
        var events = new PaymentEvents(orders.Client, new PaymentMetrics(new TestMeters()));
        return new(
            orders.Client, events, provider, RefundsOf(orders, provider, reminders, clock), reminders,
            Options.Create(new PaymentOptions { AuthorizationDelay = delay }), clock, NullLogger<PaymentProcess>.Instance);
    }

    /// <summary>What the clock calls, with the default settings.</summary>
    public static ReminderLoop Loop(OrderBook orders, IPaymentProvider provider, Reminders reminders, TimeProvider clock, LogLines? log = null) => new(
        reminders, RefundsOf(orders, provider, reminders, clock, log), Of(orders, provider, clock: clock, reminders: reminders),
        Options.Create(new PaymentOptions()), clock, new Logger<ReminderLoop>(log ?? new LogLines()));

    /// <summary>The handler of order-created.</summary>
    public static Task OrderCreated(this PaymentProcess process, Guid order) => process.Begin(order, 1, Message, CancellationToken.None);

    /// <summary>The handler of order-cancelled, and of every other message.</summary>
    public static Task Continue(this PaymentProcess process, Guid order) => process.Advance(order, Message, CancellationToken.None);

    private static Refunds RefundsOf(OrderBook orders, IPaymentProvider provider, Reminders reminders, TimeProvider clock, LogLines? log = null) => new(
        orders.Client, new PaymentEvents(orders.Client, new PaymentMetrics(new TestMeters())), provider, reminders,
        Options.Create(new RefundAuditOptions()), clock, new Logger<Refunds>(log ?? new LogLines()));
}
