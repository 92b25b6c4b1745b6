using MassTransit;
using Shop.Notification.Letters;
using Shop.ServiceDefaults;
using Messages = Shop.Contracts.Messages;

namespace Shop.Notification;

/// <summary>Tells the customer that the parcel is on its way, with its tracking.</summary>
public sealed class ShippedConsumer(OrdersClient orders, Mailroom mailroom) : IConsumer<Messages.Shipped>
{
    public async Task Consume(ConsumeContext<Messages.Shipped> context)
    {
        var message = context.Message;
        var order = await orders.Find(message.OrderId, context.CancellationToken) ?? throw new OrderNotFoundException(message.OrderId);
        await mailroom.Send(LetterKind.Shipped, message.EventId, order, context.CancellationToken);
    }
}
