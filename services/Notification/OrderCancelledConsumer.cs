using MassTransit;
using Shop.Notification.Letters;
using Shop.ServiceDefaults;
using Messages = Shop.Contracts.Messages;

namespace Shop.Notification;

/// <summary>Tells the customer that the order was cancelled, and what becomes of the money.</summary>
public sealed class OrderCancelledConsumer(OrdersClient orders, Mailroom mailroom) : IConsumer<Messages.OrderCancelled>
{
    public async Task Consume(ConsumeContext<Messages.OrderCancelled> context)
    {
        var message = context.Message;
        var order = await orders.Find(message.OrderId, context.CancellationToken) ?? throw new OrderNotFoundException(message.OrderId);
        await mailroom.Send(LetterKind.OrderCancelled, message.EventId, order, context.CancellationToken);
    }
}
