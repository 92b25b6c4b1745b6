using System.Diagnostics;
using System.Globalization;
using MassTransit;
using MassTransit.RabbitMqTransport;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using Shop.ServiceDefaults.Logs;

namespace Shop.ServiceDefaults.Messaging.RabbitMq;

/// <summary>
/// Moves a delivery that failed to where <see cref="FailurePolicy"/> sends it: a retry queue or the dead-letter queue. The broker
/// has confirmed the copy before the original is acknowledged, so a crash in between makes two, which the inbox tells apart, and
/// never none. The queue itself is not held up.
/// </summary>
internal sealed partial class FailedDeliveries(
    string queue, FailurePolicy policy, MessageCounters counters, TimeProvider clock, ILogger<FailedDeliveries> log)
    : IFilter<ExceptionReceiveContext>, IFilter<ReceiveContext>
{
    /// <summary>A delivery whose consumer, or deserialization, threw.</summary>
    public Task Send(ExceptionReceiveContext context, IPipe<ExceptionReceiveContext> next) => Move(context, context.Exception);

    /// <summary>A delivery that no consumer wanted.</summary>
    public Task Send(ReceiveContext context, IPipe<ReceiveContext> next) => Move(
        context, new UnprocessableMessageException($"Nothing at the queue {queue} consumes this type.") { Reason = "no-consumer" });

    public void Probe(ProbeContext context) => context.CreateFilterScope("failed-deliveries");

    private async Task Move(ReceiveContext context, Exception exception)
    {
        // On shutdown a consumer that was cut off has not failed: thrown on, the broker keeps the message.
        if (exception is OperationCanceledException && context.CancellationToken.IsCancellationRequested) throw exception;
        if (!context.TryGetPayload<RabbitMqBasicConsumeContext>(out var delivery)
            || !context.TryGetPayload<ChannelContext>(out var channel))
        {
            throw new InvalidOperationException("Not a delivery from RabbitMQ.");
        }

        var (order, id, type) = (
            context.TryGetPayload<FailedMessage>(out var failed) ? failed.OrderId.ToString() : "-",
            delivery.Properties.MessageId ?? "-", delivery.Properties.Type ?? delivery.OriginalRoutingKey());
        using var span = Telemetry.StartSpan($"{queue} set aside", ActivityKind.Internal, delivery.Traceparent(), always: true);
        var decision = policy.Decide(exception, delivery.Tries());
        var properties = Properties(delivery, decision.Tries);
        switch (decision)
        {
            case FailureDecision.Retry retry:
                await Publish(BrokerTopology.RetryQueue(queue, retry.Delay));
                counters.Retried();
                var reason = Obituary.Redact(exception.GetBaseException().Message);
                if (retry.IsExpected) LogExpected(log, queue, type, id, order, retry.Delay.TotalSeconds, reason);
                else LogRetry(log, exception, queue, type, id, order, retry.Tries.Attempts, retry.Delay.TotalSeconds);
                break;
            case FailureDecision.DeadLetter dead:
                var obituary = Obituary.Of(exception);
                properties.Headers![MessageHeaders.DeadReason] = dead.Reason;
                properties.Headers[MessageHeaders.DeadException] = obituary.Exception;
                properties.Headers[MessageHeaders.DeadMessage] = obituary.Message;
                properties.Headers[MessageHeaders.DeadStack] = obituary.Stack;
                properties.Headers[MessageHeaders.DeadAttempts] = dead.Tries.Attempts;
                properties.Headers[MessageHeaders.DeadAt] = clock.GetUtcNow().ToString("O", CultureInfo.InvariantCulture);
                await Publish(BrokerTopology.DeadLetterQueue(queue));
                counters.DeadLettered(dead.Reason);
                LogDead(log, queue, type, id, order, dead.Tries.Attempts, dead.Reason, obituary.Exception, obituary.Message);
                break;
        }

        // Through the default exchange, confirmed and mandatory: what is not in the other queue stays in this one.
        Task Publish(string to) => channel.BasicPublishAsync("", to, mandatory: true, properties, context.GetBody(), awaitAck: true);
    }

    private static BasicProperties Properties(RabbitMqBasicConsumeContext delivery, Tries tries)
    {
        var (properties, headers) = MessageCopy.Of(delivery.Properties);
        headers[MessageHeaders.OriginalExchange] = delivery.OriginalExchange();
        headers[MessageHeaders.OriginalRoutingKey] = delivery.OriginalRoutingKey();
        headers[MessageHeaders.Attempts] = tries.Attempts;
        headers[MessageHeaders.Failures] = tries.Failures;
        return properties;
    }

    [LoggerMessage(EventName = LogEvents.ProcessingDeferred, Level = LogLevel.Information,
        Message = "{Queue} handed back {EventType} {EventId} of order {OrderId} for {Delay} s: {Reason}")]
    private static partial void LogExpected(
        ILogger log, string queue, string eventType, string eventId, string orderId, double delay, string reason);

    [LoggerMessage(EventName = LogEvents.ProcessingError, Level = LogLevel.Warning,
        Message = "{Queue} failed on {EventType} {EventId} of order {OrderId}, attempt {Attempt}; it comes back in {Delay} s")]
    private static partial void LogRetry(
        ILogger log, Exception exception, string queue, string eventType, string eventId, string orderId, int attempt, double delay);

    [LoggerMessage(EventName = LogEvents.DeadLettered, Level = LogLevel.Error,
        Message = "{Queue} gave up on {EventType} {EventId} of order {OrderId} after {Attempts} attempts ({Reason}), "
            + "it is in the dead-letter queue: {Error}: {Detail}")]
    private static partial void LogDead(
        ILogger log, string queue, string eventType, string eventId, string orderId, int attempts, string reason, string error, string detail);
}
