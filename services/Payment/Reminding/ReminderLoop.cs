using System.Diagnostics;
using Microsoft.Extensions.Options;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Logs;
using Shop.ServiceDefaults.Messaging;

namespace Shop.Payment.Reminding;

/// <summary>Comes back to whatever is due. What cannot be looked after now is come back to later: no reminder is lost.</summary>
public sealed partial class ReminderLoop(
    Reminders reminders, Refunds refunds, PaymentProcess payments, IOptions<PaymentOptions> options, TimeProvider clock, ILogger<ReminderLoop> log)
    : BackgroundService
{
    private const int PageSize = 100;

    /// <summary>Before what failed is tried again, and before anything is while the provider or the Order Event Service is away.</summary>
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var pause = options.Value.ReminderInterval;
            try
            {
                if (!await Run(stoppingToken)) pause = PauseAfterFailure;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                LoopFailed(log, exception);
                pause = PauseAfterFailure;
            }

            await Task.Delay(pause, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Looks after all that is due; false when whom it needs for that is away.</summary>
    internal async Task<bool> Run(CancellationToken cancellation)
    {
        while (reminders.Due(PageSize) is { Count: > 0 } due)
        {
            foreach (var reminder in due)
            {
                using var span = Telemetry.StartSpan($"payment reminder {reminder.Kind}", ActivityKind.Internal, traceparent: null, always: true)!;
                span.SetTag("shop.order.id", reminder.OrderId);
                try
                {
                    await reminders.Next(reminder, await LookAfter(reminder, cancellation));
                }
                catch (RetryLaterException later)
                {
                    Deferred(log, reminder.OrderId, reminder.Cause.CausationId, reminder.Kind, later.Message);
                    return false;
                }
                catch (Exception exception) when (exception is not OperationCanceledException)
                {
                    Failed(log, exception, reminder.OrderId, reminder.Cause.CausationId, reminder.Kind);
                    await reminders.Next(reminder, clock.GetUtcNow() + PauseAfterFailure);
                }
            }
        }

        return true;
    }

    private Task<DateTimeOffset?> LookAfter(Reminder reminder, CancellationToken cancellation) => reminder.Kind switch
    {
        ReminderKind.Refund => refunds.LookUp(reminder, cancellation),
        _ => payments.Expire(reminder, cancellation),
    };

    [LoggerMessage(EventName = LogEvents.ProcessingDeferred, Level = LogLevel.Warning,
        Message = "What is due for order {OrderId} (event {EventId}), a {Kind}, waits: {Reason}")]
    private static partial void Deferred(ILogger log, Guid orderId, Guid eventId, ReminderKind kind, string reason);

    [LoggerMessage(EventName = LogEvents.ProcessingError, Level = LogLevel.Error,
        Message = "What is due for order {OrderId} (event {EventId}), a {Kind}, failed and is tried again")]
    private static partial void Failed(ILogger log, Exception exception, Guid orderId, Guid eventId, ReminderKind kind);

    [LoggerMessage(LogLevel.Error, "What is due cannot be told; tried again")]
    private static partial void LoopFailed(ILogger log, Exception exception);
}
