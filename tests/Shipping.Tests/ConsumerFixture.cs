using MassTransit;
using MassTransit.Mediator;
using Microsoft.Extensions.DependencyInjection;
using Shop.ServiceDefaults;
using Messages = Shop.Contracts.Messages;

namespace Shop.Shipping.Tests;

/// <summary>The consumer of payment-captured, the real Order Event Service, and a warehouse that the test plays.</summary>
public abstract class ConsumerFixture
{
    private ServiceProvider services = null!;

    private protected OrderBook Orders { get; private set; } = null!;

    private protected ScriptedWarehouse Warehouse { get; private set; } = null!;

    private protected Wire Wire { get; private set; } = null!;

    private protected ShippingOptions Settings { get; private set; } = null!;

    [OneTimeSetUp]
    public async Task OpenOrders() => Orders = await OrderBook.Open();

    [OneTimeTearDown]
    public async Task CloseOrders() => await Orders.DisposeAsync();

    [SetUp]
    public void Open()
    {
        (Warehouse, Wire, Settings) = (new ScriptedWarehouse(), new Wire(), new ShippingOptions());
        services = new ServiceCollection()
            .AddSingleton(Orders.ClientThrough(Wire))
            .AddSingleton<IWarehouse>(Warehouse)
            .AddSingleton(Microsoft.Extensions.Options.Options.Create(Settings))
            .AddSingleton<TimeProvider>(TimeProvider.System)
            .AddMediator(consumers => consumers.AddConsumer<PaymentCapturedConsumer>())
            .BuildServiceProvider();
    }

    [TearDown]
    public async Task Close() => await services.DisposeAsync();

    /// <summary>Delivers payment-captured of an order, once more for each call.</summary>
    private protected Task Deliver(Guid order, Guid? messageId = null) => services.GetRequiredService<IMediator>().Publish(
        new Messages.PaymentCaptured
        {
            EventId = order,
            OrderId = order,
            Revision = 2,
            OccurredAt = DateTimeOffset.UtcNow,
            Attempt = 1,
            Amount = 4497,
            Currency = "EUR",
        },
        context => context.MessageId = messageId ?? order).WaitAsync(TimeSpan.FromSeconds(60));

    private protected async Task Stream(Guid id, params string[] names) => Assert.That(await Orders.Names(id), Is.EqualTo(names));
}
