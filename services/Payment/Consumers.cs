using MassTransit;
using Shop.Contracts.Messages;
using Shop.ServiceDefaults.Messaging;

namespace Shop.Payment;

/// <summary>A new order is to be paid.</summary>
public sealed class OrderCreatedConsumer(PaymentProcess payments) : IConsumer<OrderCreated>
{
    public Task Consume(ConsumeContext<OrderCreated> context) =>
        payments.Begin(context.Message.OrderId, attempt: 1, context.Cause(), context.CancellationToken);
}

/// <summary>The method was changed: after a failed attempt, the next one is due.</summary>
public sealed class PaymentUpdatedConsumer(PaymentProcess payments) : IConsumer<PaymentUpdated>
{
    public Task Consume(ConsumeContext<PaymentUpdated> context) =>
        payments.Advance(context.Message.OrderId, context.Cause(), context.CancellationToken);
}

/// <summary>A cancelled order's money is given back, or never taken.</summary>
public sealed class OrderCancelledConsumer(PaymentProcess payments) : IConsumer<OrderCancelled>
{
    public Task Consume(ConsumeContext<OrderCancelled> context) =>
        payments.Advance(context.Message.OrderId, context.Cause(), context.CancellationToken);
}

/// <summary>A payment that a person accepted is captured.</summary>
public sealed class PaymentReviewAcceptedConsumer(PaymentProcess payments) : IConsumer<PaymentReviewAccepted>
{
    public Task Consume(ConsumeContext<PaymentReviewAccepted> context) =>
        payments.Advance(context.Message.OrderId, context.Cause(), context.CancellationToken);
}

/// <summary>A payment that a person declined is voided.</summary>
public sealed class PaymentReviewDeclinedConsumer(PaymentProcess payments) : IConsumer<PaymentReviewDeclined>
{
    public Task Consume(ConsumeContext<PaymentReviewDeclined> context) =>
        payments.Advance(context.Message.OrderId, context.Cause(), context.CancellationToken);
}

/// <summary>What staff asked to be given back is given back.</summary>
public sealed class RefundRequestedConsumer(PaymentProcess payments) : IConsumer<RefundRequested>
{
    public Task Consume(ConsumeContext<RefundRequested> context) =>
        payments.Advance(context.Message.OrderId, context.Cause(), context.CancellationToken);
}

/// <summary>A refund that failed is made again.</summary>
public sealed class PaymentRefundFailedConsumer(PaymentProcess payments) : IConsumer<PaymentRefundFailed>
{
    public Task Consume(ConsumeContext<PaymentRefundFailed> context) =>
        payments.Advance(context.Message.OrderId, context.Cause(), context.CancellationToken);
}
