using System.Collections.Concurrent;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using Shop.Contracts;

namespace Shop.EndToEnd.Tests;

/// <summary>A message as any program at the broker sees it.</summary>
public sealed record SeenMessage(string Exchange, string RoutingKey, IReadOnlyBasicProperties Properties, byte[] Body);

/// <summary>
/// A plain AMQP client beside the shop: a queue of its own, bound to everything on the three exchanges, and a channel to publish on.
/// </summary>
public sealed class PlainClient : IAsyncDisposable
{
    private readonly IConnection connection;
    private readonly IChannel channel;
    private readonly ConcurrentQueue<SeenMessage> seen = new();

    private PlainClient(IConnection connection, IChannel channel) => (this.connection, this.channel) = (connection, channel);

    public IReadOnlyList<SeenMessage> Seen => [.. seen];

    /// <summary>Connects, and listens from now on.</summary>
    public static async Task<PlainClient> Connect(Uri broker)
    {
        var connection = await new ConnectionFactory { Uri = broker }.CreateConnectionAsync();
        var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true));
        var client = new PlainClient(connection, channel);
        var queue = (await channel.QueueDeclareAsync()).QueueName;
        foreach (var exchange in Topology.Exchanges) await channel.QueueBindAsync(queue, exchange, "#");
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, delivery) =>
        {
            client.seen.Enqueue(new(delivery.Exchange, delivery.RoutingKey, new BasicProperties(delivery.BasicProperties), delivery.Body.ToArray()));
            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync(queue, autoAck: true, consumer);
        return client;
    }

    /// <summary>Publishes a message once more, as it was seen.</summary>
    public async Task Repeat(SeenMessage message) => await channel.BasicPublishAsync(
        message.Exchange, message.RoutingKey, mandatory: false, new BasicProperties(message.Properties), message.Body);

    /// <summary>Publishes a message to an exchange, or with none to a queue.</summary>
    public async Task Publish(string exchange, string routingKey, BasicProperties properties, byte[] body) =>
        await channel.BasicPublishAsync(exchange, routingKey, mandatory: true, properties, body);

    /// <summary>How many messages wait in a queue.</summary>
    public async Task<uint> Count(string queue) => await channel.MessageCountAsync(queue);

    /// <summary>Takes a message out of a queue; null when there is none.</summary>
    public async Task<BasicGetResult?> Take(string queue) => await channel.BasicGetAsync(queue, autoAck: true);

    public async ValueTask DisposeAsync()
    {
        await channel.DisposeAsync();
        await connection.DisposeAsync();
    }
}
