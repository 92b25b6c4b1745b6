using Shop.Testing;

namespace Shop.ServiceDefaults.Tests.Messaging;

/// <summary>One broker for all of this assembly's tests, started when the first wants it.</summary>
[SetUpFixture]
public sealed class SharedBroker
{
    private static readonly Lazy<Task<RabbitMqServer>> Server = new(RabbitMqServer.Start);

    /// <summary>The broker; ignores the test where there is none.</summary>
    public static Task<RabbitMqServer> Get() => Server.Value;

    [OneTimeTearDown]
    public async Task Stop()
    {
        if (Server is { IsValueCreated: true, Value.IsCompletedSuccessfully: true }) await (await Server.Value).DisposeAsync();
    }
}
