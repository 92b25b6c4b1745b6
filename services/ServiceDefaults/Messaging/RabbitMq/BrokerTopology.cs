using RabbitMQ.Client;
using Shop.Contracts;

namespace Shop.ServiceDefaults.Messaging.RabbitMq;

/// <summary>
/// Declares all of <see cref="Topology"/>, and for each queue its retry queues (<c>payment.retry.30</c>: wait 30 s, then back to
/// <c>payment</c>) and its dead-letter queue (<c>payment.dead</c>). Declaring what exists already changes nothing. Retries and dead
/// letters travel through the broker's default exchange, so that no exchange exists beside the contract's.
/// </summary>
internal static class BrokerTopology
{
    /// <summary>A message that this many deliveries in a row took a consumer down goes to the dead-letter queue.</summary>
    private const int DeliveryLimit = 20;

    public static string RetryQueue(string queue, TimeSpan delay) => $"{queue}.retry.{(int)delay.TotalSeconds}";

    public static string DeadLetterQueue(string queue) => $"{queue}.dead";

    public static async Task Declare(IChannel channel, bool quorum, IReadOnlyList<int> retryDelays, CancellationToken cancellation)
    {
        foreach (var exchange in Topology.Exchanges)
            await channel.ExchangeDeclareAsync(
                exchange, ExchangeType.Topic, durable: true, autoDelete: false, cancellationToken: cancellation);
        foreach (var queue in Topology.Queues)
        {
            // The dead-letter queue first: what a queue dead-letters needs a place to go from the beginning.
            var dead = Arguments(quorum);
            // Looking at a dead letter counts as a delivery. From RabbitMQ 4 on a quorum queue drops what it has delivered 20 times,
            // unless it is told another number.
            if (quorum) dead["x-delivery-limit"] = int.MaxValue;
            await Queue(DeadLetterQueue(queue.Name), dead);
            var back = Arguments(quorum, deadLetterTo: queue.Name);
            foreach (var seconds in retryDelays)
                await Queue(RetryQueue(queue.Name, TimeSpan.FromSeconds(seconds)), new(back) { ["x-message-ttl"] = seconds * 1000 });
            var own = Arguments(quorum, deadLetterTo: DeadLetterQueue(queue.Name));
            if (quorum) own["x-delivery-limit"] = DeliveryLimit;
            await Queue(queue.Name, own);
            foreach (var binding in queue.Bindings)
                await channel.QueueBindAsync(queue.Name, binding.Exchange, binding.RoutingKey, cancellationToken: cancellation);
        }

        Task Queue(string name, Dictionary<string, object?> arguments) =>
            channel.QueueDeclareAsync(name, durable: true, exclusive: false, autoDelete: false, arguments, cancellationToken: cancellation);
    }

    private static Dictionary<string, object?> Arguments(bool quorum, string? deadLetterTo = null)
    {
        var arguments = new Dictionary<string, object?> { ["x-queue-type"] = quorum ? "quorum" : "classic" };
        if (deadLetterTo is null) return arguments;
        arguments["x-dead-letter-exchange"] = "";
        arguments["x-dead-letter-routing-key"] = deadLetterTo;
        if (!quorum) return arguments;
        // Without these two a quorum queue forgets a message before the other queue has it.
        arguments["x-dead-letter-strategy"] = "at-least-once";
        arguments["x-overflow"] = "reject-publish";
        return arguments;
    }
}
