using Shop.Contracts.Messages;
using Shop.Payment;

namespace Shop.Histories.Tests;

/// <summary>Which consumer gets which message.</summary>
internal static class Consumers
{
    public static Task Payment(PaymentProcess payments, Message message) => message switch
    {
        OrderCreated created => new OrderCreatedConsumer(payments).Consume(Delivered.Of(created)),
        OrderCancelled cancelled => new OrderCancelledConsumer(payments).Consume(Delivered.Of(cancelled)),
        PaymentUpdated updated => new PaymentUpdatedConsumer(payments).Consume(Delivered.Of(updated)),
        PaymentReviewAccepted accepted => new PaymentReviewAcceptedConsumer(payments).Consume(Delivered.Of(accepted)),
        PaymentReviewDeclined declined => new PaymentReviewDeclinedConsumer(payments).Consume(Delivered.Of(declined)),
        RefundRequested requested => new RefundRequestedConsumer(payments).Consume(Delivered.Of(requested)),
        PaymentRefundFailed failed => new PaymentRefundFailedConsumer(payments).Consume(Delivered.Of(failed)),
        _ => throw new NotSupportedException($"The Payment Service has no consumer for {message.GetType().Name}."),
    };

    public static Task Shipping(Shop.Shipping.PaymentCapturedConsumer shipping, Message message) => message switch
    {
        PaymentCaptured captured => shipping.Consume(Delivered.Of(captured)),
        _ => throw new NotSupportedException($"The Shipping Service has no consumer for {message.GetType().Name}."),
    };
}
