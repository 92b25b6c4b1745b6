using System.Text;
using RabbitMQ.Client;
using Shop.Testing;

namespace Shop.ServiceDefaults.Tests.Messaging;

/// <summary>A virtual host of the broker, and a plain client at it, such as any other program would be.</summary>
internal sealed class Broker : IAsyncDisposable
{
    private Broker(RabbitMqServer server, Uri uri, IConnection connection, IChannel channel) =>
        (Server, Uri, Connection, Channel) = (server, uri, connection, channel);

    public RabbitMqServer Server { get; }
    public Uri Uri { get; }
    public IConnection Connection { get; }
    public IChannel Channel { get; }
    public string VirtualHost => Uri.AbsolutePath[1..];

    public static async Task<Broker> Open()
    {
        var server = await SharedBroker.Get();
        var uri = await server.CreateVirtualHost();
        var connection = await new ConnectionFactory { Uri = uri }.CreateConnectionAsync();
        return new(server, uri, connection, await connection.CreateChannelAsync(new CreateChannelOptions(true, true)));
    }

    public Dictionary<string, string?> Settings(TemporaryFolder folder) => new()
    {
        ["ConnectionStrings:RabbitMq"] = Uri.ToString(),
        ["DataDirectory"] = folder.Path,
        ["Messaging:RetryDelays:0"] = "1",
        ["Messaging:RetryDelays:1"] = "2",
        ["Messaging:MaxAttempts"] = "3",
    };

    public async Task Publish(string exchange, string routingKey, string body, BasicProperties? properties = null) =>
        await Channel.BasicPublishAsync(exchange, routingKey, mandatory: true, properties ?? new BasicProperties(), Encoding.UTF8.GetBytes(body));

    /// <summary>Takes the next message of a queue, waiting for it.</summary>
    public async Task<BasicGetResult> Take(string queue) =>
        (await Eventually.Get(async () => await Channel.BasicGetAsync(queue, autoAck: true), got => got is not null, $"a message in {queue}"))!;

    public async Task<uint> Count(string queue) => await Channel.MessageCountAsync(queue);

    /// <summary>
    /// What is left of the queue's messages once nobody consumes them any more: what a consumer had not acknowledged is back by then.
    /// </summary>
    public async Task<(uint Waiting, uint ToBeRetried, uint Dead)> Left(string queue) =>
        (await Count(queue), await Count($"{queue}.retry.1") + await Count($"{queue}.retry.2"), await Count($"{queue}.dead"));

    public async ValueTask DisposeAsync()
    {
        await Channel.DisposeAsync();
        await Connection.DisposeAsync();
    }
}
