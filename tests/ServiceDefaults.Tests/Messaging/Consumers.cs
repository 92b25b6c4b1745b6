using MassTransit;
using Shop.Contracts.Messages;

namespace Shop.ServiceDefaults.Tests.Messaging;

public sealed class OrderCreatedConsumer(Script script) : IConsumer<OrderCreated>
{
    public Task Consume(ConsumeContext<OrderCreated> context) => script.Play(context, context.Message);
}

public sealed class OrderCancelledConsumer(Script script) : IConsumer<OrderCancelled>
{
    public Task Consume(ConsumeContext<OrderCancelled> context) => script.Play(context, context.Message);
}
