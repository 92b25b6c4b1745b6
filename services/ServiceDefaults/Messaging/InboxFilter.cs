using System.Diagnostics;
using MassTransit;
using Microsoft.Extensions.Logging;
using Shop.Contracts.Messages;

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
        var traceparent = context.Headers.Get<string>(MessageHeaders.Traceparent);
        using var activity = Start($"{queue} process {message.GetType().Name}", traceparent);
        using var claim = await inbox.Take(message.EventId, context.CancellationToken);
        if (inbox.IsCompleted(message.EventId))
        {
            counters.Duplicate();
            LogDuplicate(log, queue, message.GetType().Name, message.EventId, message.OrderId);
            await received.NotifyConsumed(TimeSpan.Zero, nameof(InboxFilter));
            return;
        }

        activity.SetTag("messaging.destination.name", queue);
        activity.SetTag("messaging.message.id", message.EventId);
        activity.SetTag("shop.order.id", message.OrderId);
        try
        {
            await next.Send(context);
        }
        catch (Exception exception)
        {
            activity.SetStatus(ActivityStatusCode.Error, exception.GetType().Name);
            throw;
        }

        // Nobody consumed it: the transport's dead-letter pipe has it next.
        if (!context.ReceiveContext.IsDelivered) return;
        await inbox.Complete(message.EventId);
        counters.Processed();
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("inbox");

    private static Activity Start(string name, string? traceparent)
    {
        _ = ActivityContext.TryParse(traceparent, null, isRemote: true, out var parent);
        // Nobody listening is no reason to break the trace: the calls that the consumer makes carry it on.
        if (Telemetry.Source.StartActivity(name, ActivityKind.Consumer, parent) is { } sampled) return sampled;
        var activity = new Activity(name);
        if (parent != default) activity.SetParentId(parent.TraceId, parent.SpanId, parent.TraceFlags);
        return activity.Start();
    }

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "{Queue} discarded a duplicate {Message}: event {EventId} of order {OrderId} is completed")]
    private static partial void LogDuplicate(ILogger log, string queue, string message, Guid eventId, Guid orderId);
}
