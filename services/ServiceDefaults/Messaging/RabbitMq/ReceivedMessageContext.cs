using System.Diagnostics.CodeAnalysis;
using MassTransit;
using MassTransit.Context;
using MassTransit.Serialization;
using Shop.Contracts.Messages;

namespace Shop.ServiceDefaults.Messaging.RabbitMq;

/// <summary>A message from the broker on its way to its consumers.</summary>
internal sealed class ReceivedMessageContext(ReceiveContext receiveContext, Message message, Guid messageId)
    : DeserializerConsumeContext(receiveContext, Plain(receiveContext))
{
    public override Guid? MessageId => messageId;
    public override Guid? RequestId => null;
    public override Guid? CorrelationId => SerializerContext.CorrelationId;
    public override Guid? ConversationId => null;
    public override Guid? InitiatorId => null;
    public override DateTime? ExpirationTime => null;
    public override DateTime? SentTime => SerializerContext.SentTime;
    public override Headers Headers => SerializerContext.Headers;
    public override HostInfo Host => SerializerContext.Host;

    // Declared as never null, but MassTransit's own contexts return null too when a message says nothing of them.
    public override Uri SourceAddress => null!;
    public override Uri DestinationAddress => null!;
    public override Uri ResponseAddress => null!;
    public override Uri FaultAddress => null!;

    public override IEnumerable<string> SupportedMessageTypes { get; } = [MessageUrn.ForTypeString(message.GetType())];

    public override bool HasMessageType(Type messageType) => messageType.IsInstanceOfType(message);

    public override bool TryGetMessage<T>([NotNullWhen(true)] out ConsumeContext<T>? consumeContext)
    {
        consumeContext = message is T wanted ? new MessageConsumeContext<T>(this, wanted) : null;
        return consumeContext is not null;
    }

    private static SystemTextJsonRawSerializerContext Plain(ReceiveContext context) => new(
        SystemTextJsonMessageSerializer.Instance, SystemTextJsonMessageSerializer.Options, PlainJsonSerialization.Json,
        new RawMessageContext(context.TransportHeaders, context.InputAddress, 0), [], 0, default);
}
