using System.Net.Mime;
using System.Text.Json;
using MassTransit;
using Shop.Contracts;
using Shop.Contracts.Messages;

namespace Shop.ServiceDefaults.Messaging.RabbitMq;

/// <summary>
/// Reads a message that any AMQP client may have published. The AMQP <c>type</c> says what it is, and the routing key when there is
/// none; the content type says nothing, since everything here is JSON.
/// </summary>
internal sealed class MessageDeserializer : IMessageDeserializer
{
    public ContentType ContentType => PlainJsonSerialization.Json;

    /// <exception cref="UnprocessableMessageException">It cannot be read, now or ever.</exception>
    public ConsumeContext Deserialize(ReceiveContext receiveContext)
    {
        if (!receiveContext.TryGetPayload<RabbitMqBasicConsumeContext>(out var delivery))
            throw new InvalidOperationException("Only RabbitMQ delivers bodies.");
        var type = TypeOf(delivery);
        try
        {
            var message = JsonSerializer.Deserialize(receiveContext.Body.GetBytes(), type.MessageJson!) as Message
                ?? throw new UnprocessableMessageException("The body is null.") { Reason = "malformed" };
            var id = Guid.TryParse(delivery.Properties.MessageId, out var given) ? given : message.EventId;
            return new ReceivedMessageContext(receiveContext, message, id);
        }
        catch (JsonException exception)
        {
            // The exception's own text may quote the body.
            var what = $"The body is not a {type.StoredName}: at {exception.Path ?? "$"}.";
            throw new UnprocessableMessageException(what) { Reason = "malformed" };
        }
    }

    public SerializerContext Deserialize(MessageBody body, Headers headers, Uri? destinationAddress = null) =>
        throw new NotSupportedException();

    public MessageBody GetMessageBody(string text) => throw new NotSupportedException();

    public void Probe(ProbeContext context) => context.CreateScope("plain-json");

    private static EventType TypeOf(RabbitMqBasicConsumeContext delivery)
    {
        var (name, type) = delivery.Properties.Type is { Length: > 0 } stated
            ? (stated, EventTypes.Find(stated))
            : (delivery.OriginalRoutingKey(), MessageTypes.OfRoutingKey(delivery.OriginalRoutingKey()));
        if (type is { MessageJson: not null }) return type;
        var shown = name.Length <= 100 ? name : name[..100];
        throw new UnprocessableMessageException($"Unknown message type '{shown}'.") { Reason = "unknown-type" };
    }
}
