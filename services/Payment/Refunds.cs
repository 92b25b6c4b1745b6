using Microsoft.Extensions.Options;
using Shop.Contracts;
using Shop.Payment.Provider;
using Shop.Payment.Reminding;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Logs;

namespace Shop.Payment;

/// <summary>
/// Gives money back, and sees to it that it stays there: a refund that the provider called done is looked up again and again for
/// as long as it can still fail. One that failed is made again, under an id of its own.
/// </summary>
public sealed partial class Refunds(
    OrdersClient orders, PaymentEvents events, IPaymentProvider provider, IReminders reminders, IOptions<RefundAuditOptions> options,
    TimeProvider clock, ILogger<Refunds> log)
{
    /// <summary>
    /// The refund to work on: one that is asked for or open, the next attempt at one that failed, or all that is left of a cancelled
    /// order's money. Null when there is none, also when it is for staff to act.
    /// </summary>
    public static RefundView? Due(OrderView order)
    {
        var refunds = order.Payment.Refunds;
        if (refunds.FirstOrDefault(refund => refund.Status is RefundStatus.Requested or RefundStatus.InProgress) is { } open) return open;
        if (refunds.FirstOrDefault(refund => refund.RetryDue) is { } failed)
        {
            var next = NameBasedId.Of("refund-retry", order.OrderId.ToString(), failed.RefundId.ToString());
            return new RefundView(next, failed.Amount, RefundStatus.Requested, failed.Cause, RetryOf: failed.RefundId);
        }

        var left = order.Payment.Captured - refunds.Where(refund => refund.Status != RefundStatus.Failed).Sum(refund => refund.Amount);
        return order.Status == OrderStatus.Cancelled && left > 0 && refunds.All(refund => refund.Cause != RefundCause.OrderCancelled)
            ? new RefundView(NameBasedId.Of("refund", order.OrderId.ToString(), "order-cancelled"), left, RefundStatus.Requested, RefundCause.OrderCancelled)
            : null;
    }

    /// <summary>Takes the refund one step on: marker, or the provider and what came of it.</summary>
    public async Task<AppendOutcome> Advance(OrderView order, string paymentId, RefundView refund, Cause cause, CancellationToken cancellation)
    {
        var id = refund.RefundId;
        if (refund.Status == RefundStatus.Requested)
        {
            return await events.Append(
                order.OrderId, new PaymentRefundInProgress(id, refund.Amount, order.Currency, refund.Cause, refund.RetryOf), id, cause, cancellation);
        }

        var made = await provider.Refund(order.OrderId, paymentId, id, refund.Amount, cancellation);
        if (made.HasFailed) return await Fail(order, refund, made, cause, cancellation);

        PaymentResult(log, order.OrderId, cause.CausationId, "Refunded", id);
        // Before it is written: who reads that it was refunded can rely on its being looked up.
        await reminders.Add(new Reminder(ReminderKind.Refund, order.OrderId, id.ToString(), cause, clock.GetUtcNow() + options.Value.FirstLook));
        return await events.Append(order.OrderId, new PaymentRefunded(id, refund.Amount, order.Currency, made.Id), id, cause, cancellation);
    }

    /// <summary>Looks a refund up that was done. When to look again; null when it is known to have failed, or can fail no more.</summary>
    public async Task<DateTimeOffset?> LookUp(Reminder reminder, CancellationToken cancellation)
    {
        var order = await orders.Find(reminder.OrderId, cancellation);
        switch (order?.Payment.Refunds.FirstOrDefault(refund => refund.RefundId == Guid.Parse(reminder.Subject)))
        {
            case null or { Status: RefundStatus.Failed }:
                return null;
            case { Status: RefundStatus.Refunded, ProviderRefundId: { } providerRefundId } refund:
                var found = await provider.FindRefund(providerRefundId, cancellation);
                if (!found.HasFailed) break;
                // Published, so that the next attempt is made with all the patience that a message has.
                await Fail(order!, refund, found, reminder.Cause, cancellation);
                return null;
        }

        return options.Value.NextLook(reminder.Since, reminder.Times, clock.GetUtcNow());
    }

    private async Task<AppendOutcome> Fail(OrderView order, RefundView refund, ProviderRefund failed, Cause cause, CancellationToken cancellation)
    {
        var outcome = await events.Append(
            order.OrderId, new PaymentRefundFailed(refund.RefundId, refund.Amount, order.Currency, failed.Id, failed.FailureReason), refund.RefundId, cause, cancellation);
        if (outcome is AppendOutcome.Written { IsReplay: false, Order: var now })
        {
            var willRetry = now.Payment.Refunds.Any(one => one.RefundId == refund.RefundId && one.RetryDue);
            RefundFailed(log, refund.RefundId, order.OrderId, cause.CausationId, refund.Attempt, failed.FailureReason ?? "unknown",
                willRetry ? "it is made again" : "staff must act");
        }

        return outcome;
    }

    [LoggerMessage(EventName = LogEvents.PaymentResult, Level = LogLevel.Information,
        Message = "Payment result for order {OrderId} (event {EventId}): {Result}, refund {RefundId}")]
    private static partial void PaymentResult(ILogger log, Guid orderId, Guid eventId, string result, Guid refundId);

    [LoggerMessage(EventName = LogEvents.ProcessingError, Level = LogLevel.Error,
        Message = "Refund {RefundId} of order {OrderId} (event {EventId}), attempt {Attempt}, failed at the payment provider: {Reason}; {Next}")]
    private static partial void RefundFailed(ILogger log, Guid refundId, Guid orderId, Guid eventId, int attempt, string reason, string next);
}

/// <summary>
/// The settings under <c>Payment:RefundAudit</c>: when a refund that was done is looked up again. Each pause is twice the one before.
/// </summary>
public sealed class RefundAuditOptions
{
    /// <summary>How long after it was done it is first looked up.</summary>
    public TimeSpan FirstLook { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>No pause is longer than this.</summary>
    public TimeSpan LongestPause { get; set; } = TimeSpan.FromDays(1);

    /// <summary>How long it can fail: a customer's bank may take 30 days to send the money back (Stripe, "Failed refunds").</summary>
    public TimeSpan Window { get; set; } = TimeSpan.FromDays(30);

    internal bool IsSane => FirstLook > TimeSpan.Zero && LongestPause >= FirstLook && Window >= FirstLook;

    /// <summary>When to look again after so many looks; null when its time is over. The last look is not before the window's end.</summary>
    internal DateTimeOffset? NextLook(DateTimeOffset since, int looks, DateTimeOffset now)
    {
        var end = since + Window;
        if (now >= end) return null;
        var pause = FirstLook * Math.Pow(2, Math.Min(looks + 1, 30));
        var next = now + (pause < LongestPause ? pause : LongestPause);
        return next < end ? next : end;
    }
}
