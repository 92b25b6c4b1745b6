using Shop.Testing;

namespace Shop.EndToEnd.Tests;

/// <summary>One broker for all stories; it takes seconds to start.</summary>
[SetUpFixture]
public sealed class EndToEndFixture
{
    private static readonly Lazy<Task<RabbitMqServer>> Server = new(RabbitMqServer.Start);

    /// <summary>The broker; the test is skipped where none can be had.</summary>
    public static Task<RabbitMqServer> Broker => Server.Value;

    [OneTimeTearDown]
    public async Task Stop()
    {
        if (Server.IsValueCreated && Server.Value.IsCompletedSuccessfully) await (await Server.Value).DisposeAsync();
    }
}
