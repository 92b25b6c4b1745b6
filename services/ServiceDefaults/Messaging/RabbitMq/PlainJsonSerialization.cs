using System.Net.Mime;
using MassTransit;

namespace Shop.ServiceDefaults.Messaging.RabbitMq;

/// <summary>Bodies are the contract's plain JSON, both ways: no envelope, nothing of MassTransit's.</summary>
internal sealed class PlainJsonSerialization : ISerializerFactory
{
    private static readonly PlainJsonSerializer Serializer = new();
    private static readonly MessageDeserializer Deserializer = new();

    internal static ContentType Json { get; } = new(MediaTypeNames.Application.Json);

    public ContentType ContentType => Json;

    public IMessageSerializer CreateSerializer() => Serializer;

    public IMessageDeserializer CreateDeserializer() => Deserializer;
}
