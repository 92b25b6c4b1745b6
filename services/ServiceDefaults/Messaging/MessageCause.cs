using MassTransit;

namespace Shop.ServiceDefaults.Messaging;

/// <summary>From a message in hand to the <see cref="Cause"/> of what is done about it.</summary>
public static class MessageCause
{
    /// <summary>The message as the cause; the flow is the one its <c>x-correlation-id</c> names, else it starts with the message.</summary>
    public static Cause Cause(this ConsumeContext context)
    {
        var id = context.MessageId ?? throw new InvalidOperationException("The message has no id.");
        var flow = context.Headers.Get<string>(MessageHeaders.CorrelationId);
        return new Cause(id, Guid.TryParse(flow, out var correlation) ? correlation : id);
    }
}
