using MassTransit;
using Shop.Notification.Letters;
using Shop.ServiceDefaults;
using Messages = Shop.Contracts.Messages;

namespace Shop.Notification;

/// <summary>Tells the customer that the order was received.</summary>
public sealed class OrderCreatedConsumer(OrdersClient orders, Mailroom mailroom) : IConsumer<Messages.OrderCreated>
{
    public async Task Consume(ConsumeContext<Messages.OrderCreated> context)
    {
        var message = context.Message;
        var order = await orders.Find(message.OrderId, context.CancellationToken) ?? throw new OrderNotFoundException(message.OrderId);
        await mailroom.Send(LetterKind.OrderReceived, message.EventId, order, context.CancellationToken);
    }
}
