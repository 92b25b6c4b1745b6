using System.Net.Mime;
using System.Text.Json;
using MassTransit;
using Shop.Contracts;

namespace Shop.ServiceDefaults.Messaging.RabbitMq;

/// <summary>Writes a message as the contract has it.</summary>
internal sealed class PlainJsonSerializer : IMessageSerializer
{
    public ContentType ContentType => PlainJsonSerialization.Json;

    public MessageBody GetMessageBody<T>(SendContext<T> context) where T : class
    {
        // The body is asked for last. When something listens to MassTransit's own traces it has set these by then; the contract's
        // trace header is traceparent.
        context.Headers.Set("MT-Activity-Id", null);
        context.Headers.Set("MT-Activity-Correlation-Context", null);
        return new BytesMessageBody(JsonSerializer.SerializeToUtf8Bytes(context.Message, MessageTypes.Json(typeof(T))));
    }
}
