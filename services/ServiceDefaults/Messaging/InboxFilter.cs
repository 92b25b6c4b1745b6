using System.Diagnostics;
using MassTransit;
using Microsoft.Extensions.Logging;
using Shop.Contracts.Messages;
using Shop.ServiceDefaults.Logs;

namespace Shop.ServiceDefaults.Messaging;

/// <summary>
/// Stands before the consumers of a queue, on either transport: an event that was completed is acknowledged and not run again;
/// any other runs as part of its flow's trace, and is recorded as completed last, when all of its work is done.
/// </summary>
internal sealed partial class InboxFilter(string queue, Inbox inbox, MessageCounters counters, ILogger<InboxFilter> log)
    : IFilter<ConsumeContext>
{
    public async Task Send(ConsumeContext context, IPipe<ConsumeContext> next)
    {
        if (!context.TryGetMessage<Message>(out var received))
            throw new UnprocessableMessageException("The message is none of the shop's.") { Reason = "unknown-type" };
        var message = received.Message;
        var type = MessageTypes.Name(message);
        using var activity = Telemetry.StartSpan(
            $"{queue} process {type}", ActivityKind.Consumer, context.Headers.Get<string>(MessageHeaders.Traceparent), always: true)!;
        using var claim = await inbox.Take(message.EventId, context.CancellationToken);
        if (inbox.IsCompleted(message.EventId))
        {
            counters.Duplicate();
            LogDuplicate(log, queue, type, message.EventId, message.OrderId);
            await received.NotifyConsumed(TimeSpan.Zero, nameof(InboxFilter));
            return;
        }

        if (activity.IsAllDataRequested)
            activity.SetTag("messaging.destination.name", queue).SetTag("messaging.message.id", message.EventId).SetTag("shop.order.id", message.OrderId);
        LogReceived(log, queue, type, message.EventId, message.OrderId);
        var started = Stopwatch.GetTimestamp();
        try
        {
            await next.Send(context);
        }
        catch (Exception exception)
        {
            counters.Handled(type, isCompleted: false, Stopwatch.GetElapsedTime(started));
            activity.SetStatus(ActivityStatusCode.Error, exception.GetType().Name);
            context.ReceiveContext.GetOrAddPayload(() => new FailedMessage(message.OrderId));
            throw;
        }

        // Nobody consumed it: the transport's dead-letter pipe has it next.
        if (!context.ReceiveContext.IsDelivered) return;
        await inbox.Complete(message.EventId);
        counters.Processed();
        counters.Handled(type, isCompleted: true, Stopwatch.GetElapsedTime(started));
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("inbox");

    [LoggerMessage(EventName = LogEvents.EventReceived, Level = LogLevel.Information,
        Message = "{Queue} received {EventType} {EventId} of order {OrderId}")]
    private static partial void LogReceived(ILogger log, string queue, string eventType, Guid eventId, Guid orderId);

    [LoggerMessage(EventName = LogEvents.DuplicateEvent, Level = LogLevel.Information,
        Message = "{Queue} discarded a duplicate {EventType}: event {EventId} of order {OrderId} is completed")]
    private static partial void LogDuplicate(ILogger log, string queue, string eventType, Guid eventId, Guid orderId);
}

/// <summary>Whose message it was that failed, for who deals with the failure.</summary>
internal sealed record FailedMessage(Guid OrderId);
