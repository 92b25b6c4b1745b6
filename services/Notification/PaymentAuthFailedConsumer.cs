using MassTransit;
using Shop.Contracts;
using Shop.Notification.Letters;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Logs;
using Messages = Shop.Contracts.Messages;

namespace Shop.Notification;

/// <summary>
/// Tells the customer that a payment failed and how to pay again, unless that is no longer news: the order may have been
/// cancelled, or paid in another way, while the message was under way.
/// </summary>
public sealed partial class PaymentAuthFailedConsumer(OrdersClient orders, Mailroom mailroom, MailMetrics metrics, ILogger<PaymentAuthFailedConsumer> log)
    : IConsumer<Messages.PaymentAuthFailed>
{
    public async Task Consume(ConsumeContext<Messages.PaymentAuthFailed> context)
    {
        var message = context.Message;
        var order = await orders.Find(message.OrderId, context.CancellationToken) ?? throw new OrderNotFoundException(message.OrderId);
        if (OvertakenBy(order, message.Attempt) is { } reason)
        {
            metrics.Count(LetterKind.PaymentFailed.Name(), "overtaken");
            LogOvertaken(message.OrderId, message.Attempt, reason);
            return;
        }

        await mailroom.Send(LetterKind.PaymentFailed, message.EventId, order, context.CancellationToken);
    }

    /// <summary>What has made the failure of that attempt old news; null when it still is the last word.</summary>
    public static string? OvertakenBy(OrderView order, int attempt)
    {
        if (order.Status == OrderStatus.Cancelled) return "the order is cancelled";
        if (order.Payment.Captured > 0) return "the order is paid";
        if (order.Payment.Attempts.Any(later => later.Attempt > attempt)) return "a later attempt was made";
        if (order.Payment.NextAttemptDue) return "the customer has chosen another payment method";
        return null;
    }

    [LoggerMessage(EventName = LogEvents.MailSkipped, Level = LogLevel.Information,
        Message = "No letter about the failed payment attempt {Attempt} of order {OrderId}: {Reason}.")]
    private partial void LogOvertaken(Guid orderId, int attempt, string reason);
}
