using System.Globalization;
using Microsoft.Extensions.Options;
using Shop.Contracts;
using Shop.Payment.Provider;
using Shop.Payment.Reminding;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Logs;
using Shop.ServiceDefaults.Messaging;

namespace Shop.Payment;

/// <summary>
/// Moves an order's payment on from wherever its history says it stands, one step at a time: marker, act at the provider, outcome.
/// Every step may be repeated by anyone at any time. Event ids and the provider's idempotency keys follow from the order, so a
/// redelivered message, a second handler or a restart after a crash finds what was done and goes on behind it.
/// </summary>
public sealed partial class PaymentProcess(
    OrdersClient orders, PaymentEvents events, IPaymentProvider provider, Refunds refunds, IReminders reminders, IOptions<PaymentOptions> options,
    TimeProvider clock, ILogger<PaymentProcess> log)
{
    /// <summary>More steps than any order takes at once: beyond it two of us are arguing, and the message comes back later.</summary>
    private const int MostSteps = 12;

    /// <summary>Begins an attempt, and sees it through. Nothing happens when the order's history rules the attempt out.</summary>
    public async Task Begin(Guid orderId, int attempt, Cause cause, CancellationToken cancellation)
    {
        if (await Mark(orderId, attempt, cause, cancellation) is AppendOutcome.Written marked)
            await Advance(marked.Order, justMarked: !marked.IsReplay, cause, cancellation);
    }

    /// <summary>Does whatever the order's payment waits for; nothing, when it waits for nothing.</summary>
    public async Task Advance(Guid orderId, Cause cause, CancellationToken cancellation) =>
        await Advance(await Read(orderId, cancellation), justMarked: false, cause, cancellation);

    /// <summary>
    /// Gives back the money of a review that nobody has decided, while it can still be told from a lapsed authorization. Who decides
    /// at this moment either comes first in the stream, or finds the money gone. Null: there is nothing to come back to.
    /// </summary>
    public async Task<DateTimeOffset?> Expire(Reminder reminder, CancellationToken cancellation)
    {
        var order = await Read(reminder.OrderId, cancellation);
        if (order.Payment.Attempts is [.., { Status: AttemptStatus.Review, ProviderPaymentId: { } paymentId } attempt]
            && attempt.Attempt == int.Parse(reminder.Subject, CultureInfo.InvariantCulture)
            && await Void(order, attempt, paymentId, reminder.Cause, cancellation) is AppendOutcome.Refused { Code: "payment-under-review" })
        {
            throw new InvalidOperationException("The payment under review was captured at the provider itself: decide the review.");
        }

        await Advance(reminder.OrderId, reminder.Cause, cancellation);
        return null;
    }

    private async Task Advance(OrderView order, bool justMarked, Cause cause, CancellationToken cancellation)
    {
        for (var step = 0; step < MostSteps; step++)
        {
            var cancelled = order.Status == OrderStatus.Cancelled;
            var attempt = order.Payment.Attempts is [.., var last] ? last : null;
            AppendOutcome outcome;
            switch (attempt?.Status)
            {
                case AttemptStatus.Open:
                    outcome = await Authorize(order, attempt, justMarked, cause, cancellation);
                    break;
                case AttemptStatus.Review or AttemptStatus.ReviewAccepted when cancelled:
                    outcome = await Void(order, attempt, attempt.ProviderPaymentId!, cause, cancellation);
                    break;
                case AttemptStatus.ReviewAccepted:
                    outcome = await Capture(order, attempt, attempt.ProviderPaymentId!, cause, cancellation);
                    break;
                case AttemptStatus.ReviewDeclined:
                    outcome = await Reject(order, attempt, attempt.ProviderPaymentId!, cause, cancellation);
                    break;
                case AttemptStatus.Captured when Refunds.Due(order) is { } refund:
                    outcome = await refunds.Advance(order, attempt.ProviderPaymentId!, refund, cause, cancellation);
                    break;
                case null when !cancelled:
                    outcome = await Mark(order.OrderId, 1, cause, cancellation);
                    break;
                case AttemptStatus.Failed or AttemptStatus.Voided when order.Payment.NextAttemptDue && !cancelled:
                    outcome = await Mark(order.OrderId, attempt.Attempt + 1, cause, cancellation);
                    break;
                default:
                    return;
            }

            justMarked = outcome is AppendOutcome.Written { IsReplay: false };
            order = outcome is AppendOutcome.Written written ? written.Order : await Read(order.OrderId, cancellation);
        }

        throw new RetryLaterException($"The payment of order {order.OrderId} does not come to rest.");
    }

    private async Task<AppendOutcome> Mark(Guid orderId, int attempt, Cause cause, CancellationToken cancellation)
    {
        await LeaveTime(orderId, attempt, cancellation);
        return await events.Append(orderId, new PaymentAuthInProgress(attempt), attempt, cause, cancellation);
    }

    /// <summary>
    /// Waits until the order was left alone for <see cref="PaymentOptions.AuthorizationDelay"/>: counted from what last happened to it,
    /// not from now, so that messages which waited in the queue meanwhile do not wait once more. An attempt that has begun goes on.
    /// </summary>
    private async Task LeaveTime(Guid orderId, int attempt, CancellationToken cancellation)
    {
        var delay = options.Value.AuthorizationDelay;
        if (delay <= TimeSpan.Zero || await orders.Find(orderId, cancellation) is not { } order || order.Payment.Attempts.Count >= attempt) return;
        var left = order.UpdatedAt + delay - clock.GetUtcNow();
        if (left > TimeSpan.Zero) await Task.Delay(left < delay ? left : delay, clock, cancellation);
    }

    private async Task<AppendOutcome> Authorize(OrderView order, PaymentAttempt attempt, bool justMarked, Cause cause, CancellationToken cancellation)
    {
        // The order was read behind the marker, so this is the method that no update can change any more.
        var result = await provider.Authorize(
            new AuthorizationRequest(order.OrderId, attempt.Attempt, order.Totals.Total, order.Currency, order.Payment.Method.MethodToken, MayExist: !justMarked),
            cancellation);
        PaymentResult(log, order.OrderId, cause.CausationId, attempt.Attempt, result.GetType().Name, (result as Authorization.Declined)?.Code);
        switch (result)
        {
            case Authorization.Declined declined:
                return await events.Append(
                    order.OrderId, new PaymentAuthFailed(attempt.Attempt, declined.Reason, declined.Retryable, declined.Code), attempt.Attempt, cause, cancellation);

            case Authorization.UnderReview review:
                await reminders.Add(new Reminder(
                    ReminderKind.Review, order.OrderId, attempt.Attempt.ToString(CultureInfo.InvariantCulture), cause, review.CaptureBefore - options.Value.ReviewMargin));
                var pending = await events.Append(
                    order.OrderId, new PaymentAuthPendingReview(attempt.Attempt, review.PaymentId, review.RiskLevel, review.CaptureBefore),
                    attempt.Attempt, cause, cancellation);
                return pending is AppendOutcome.Refused { Code: "order-cancelled" }
                    ? await Void(order, attempt, review.PaymentId, cause, cancellation)
                    : pending;

            case Authorization.Authorized authorized:
                // Look again before the money is taken: a customer may have cancelled while the provider was thinking.
                return (await Read(order.OrderId, cancellation)).Status == OrderStatus.Cancelled
                    ? await Void(order, attempt, authorized.PaymentId, cause, cancellation)
                    : await Capture(order, attempt, authorized.PaymentId, cause, cancellation);

            default:
                throw new InvalidOperationException($"No rule for {result.GetType().Name}.");
        }
    }

    private async Task<AppendOutcome> Capture(OrderView order, PaymentAttempt attempt, string paymentId, Cause cause, CancellationToken cancellation)
    {
        var settled = await provider.Capture(order.OrderId, attempt.Attempt, paymentId, cancellation);
        return await Settle(order, attempt, paymentId, settled, cause, cancellation);
    }

    private async Task<AppendOutcome> Void(OrderView order, PaymentAttempt attempt, string paymentId, Cause cause, CancellationToken cancellation)
    {
        var settled = await provider.Void(order.OrderId, attempt.Attempt, paymentId, cancellation);
        return await Settle(order, attempt, paymentId, settled, cause, cancellation);
    }

    private async Task<AppendOutcome> Reject(OrderView order, PaymentAttempt attempt, string paymentId, Cause cause, CancellationToken cancellation)
    {
        var settled = await provider.Void(order.OrderId, attempt.Attempt, paymentId, cancellation);
        PaymentResult(log, order.OrderId, cause.CausationId, attempt.Attempt, settled == Settlement.Captured ? "Captured" : "Voided", reason: null);
        if (settled == Settlement.Captured)
        {
            // Somebody took the money at the provider itself. To write that the payment failed would be to keep it.
            throw new UnprocessableMessageException($"The payment of order {order.OrderId} was declined here and captured at the provider: refund it there.")
            {
                Reason = "captured-though-declined",
            };
        }

        return await events.Append(
            order.OrderId, new PaymentAuthFailed(attempt.Attempt, PaymentFailureReason.ReviewDeclined, Retryable: false), attempt.Attempt, cause, cancellation);
    }

    /// <summary>Writes what the provider says the authorization came to, which may be the opposite of what was asked of it.</summary>
    private async Task<AppendOutcome> Settle(
        OrderView order, PaymentAttempt attempt, string paymentId, Settlement settled, Cause cause, CancellationToken cancellation)
    {
        var result = settled == Settlement.Captured ? "Captured" : "Voided";
        PaymentResult(log, order.OrderId, cause.CausationId, attempt.Attempt, result, reason: null);
        if (settled == Settlement.Captured)
        {
            return await events.Append(
                order.OrderId, new PaymentCaptured(attempt.Attempt, order.Totals.Total, order.Currency, paymentId), attempt.Attempt, cause, cancellation);
        }

        var voided = await events.Append(
            order.OrderId, new PaymentAuthVoided(attempt.Attempt, PaymentVoidReason.OrderCancelled, paymentId), attempt.Attempt, cause, cancellation);
        return voided is AppendOutcome.Refused { Code: "order-not-cancelled" }
            // Nobody cancelled: the provider let the authorization lapse. The customer can pay again.
            ? await events.Append(
                order.OrderId, new PaymentAuthFailed(attempt.Attempt, PaymentFailureReason.AuthorizationExpired, Retryable: true), attempt.Attempt, cause, cancellation)
            : voided;
    }

    private async Task<OrderView> Read(Guid orderId, CancellationToken cancellation) =>
        await orders.Find(orderId, cancellation) ?? throw new RetryLaterException($"There is no order {orderId} yet.");

    [LoggerMessage(EventName = LogEvents.PaymentResult, Level = LogLevel.Information,
        Message = "Payment result for order {OrderId} (event {EventId}), attempt {Attempt}: {Result} {Reason}")]
    private static partial void PaymentResult(ILogger log, Guid orderId, Guid eventId, int attempt, string result, string? reason);
}
