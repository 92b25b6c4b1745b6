using System.Text;
using System.Text.Json;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using Shop.Contracts;

namespace Shop.Chaos;

/// <summary>
/// A listener at all three exchanges: what reached the broker, as any client in any language would see it. It delivers one message
/// in ten a second time, straight to the queues that had the first, and puts malformed messages in their way.
/// </summary>
internal sealed class Tap(Uri amqp, ChaosOptions options) : IAsyncDisposable
{
    private const string Queue = "chaos-tap";
    private const string PoisonHeader = "x-chaos-poison";

    private readonly CancellationTokenSource stopping = new();
    private readonly List<TapMessage> heard = [];
    private readonly HashSet<string> repeated = [];
    private readonly List<Task> late = [];
    private readonly List<Poison> poison = [];
    private readonly SemaphoreSlim turn = new(1);
    private readonly TaskCompletionSource ready = new();
    private IConnection? publishing;
    private IChannel? channel;
    private Task listening = Task.CompletedTask;

    public int Duplicates { get; private set; }

    public IReadOnlyList<Poison> Injected => poison;

    public IReadOnlyList<TapMessage> Heard
    {
        get
        {
            lock (heard) return [.. heard];
        }
    }

    private ConnectionFactory Factory => new() { Uri = amqp, AutomaticRecoveryEnabled = false, ClientProvidedName = "chaos tap" };

    /// <summary>Listens from now on; completes when it does.</summary>
    public async Task Start()
    {
        listening = Listen();
        await ready.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    /// <summary>Publishes a malformed message and waits until the broker has it, however often the broker goes away meanwhile.</summary>
    public async Task Inject(int number)
    {
        var (kind, type, body, headers) = Malformed.Of(number, options.Chance("poison", number));
        var id = $"poison-{options.Seed}-{number}";
        var chance = options.Chance("poison-way", number);
        var queue = Topology.Queues[chance.Next(Topology.Queues.Count)];
        var binding = queue.Bindings[chance.Next(queue.Bindings.Count)];
        // Without properties nothing but the place it comes from says what it is: at an exchange, its routing key would.
        var toExchange = headers && chance.Next(2) == 0;
        var queues = toExchange ? Topology.Queues.Where(other => other.Bindings.Contains(binding)).Select(other => other.Name).ToList() : [queue.Name];
        var properties = new BasicProperties();
        if (headers)
        {
            properties.Headers = new Dictionary<string, object?> { [PoisonHeader] = id };
            properties.Type = type;
            properties.MessageId = id;
            properties.Persistent = true;
        }

        await Publish(toExchange ? binding.Exchange : "", toExchange ? binding.RoutingKey : queue.Name, properties, Encoding.Latin1.GetBytes(body.Replace("{id}", id, StringComparison.Ordinal)));
        lock (poison) poison.Add(new Poison(id, kind, queues));
    }

    /// <summary>Waits until nothing is to be delivered a second time any more.</summary>
    public async Task Finish()
    {
        Task[] tasks;
        lock (late) tasks = [.. late];
        await Task.WhenAll(tasks);
    }

    /// <summary>How many messages wait in the shop's queues, each of its own and of those beside it; and in the tap's.</summary>
    public async Task<long> Waiting()
    {
        await using var connection = await Factory.CreateConnectionAsync();
        await using var look = await connection.CreateChannelAsync();
        var waiting = (long)await look.MessageCountAsync(Queue);
        foreach (var queue in Queues) waiting += await look.MessageCountAsync(queue);
        return waiting;
    }

    /// <summary>The shop's queues and their retry queues.</summary>
    public static IEnumerable<string> Queues =>
        Topology.Queues.SelectMany(queue => (string[])[queue.Name, .. RunningShop.RetryDelays.Select(delay => $"{queue.Name}.retry.{delay}")]);

    /// <summary>Takes every dead letter out of its queue.</summary>
    public async Task<IReadOnlyList<DeadLetter>> DeadLetters()
    {
        var letters = new List<DeadLetter>();
        await using var connection = await Factory.CreateConnectionAsync();
        await using var look = await connection.CreateChannelAsync();
        foreach (var queue in Topology.Queues)
        {
            while (await look.BasicGetAsync($"{queue.Name}.dead", autoAck: true) is { } letter)
            {
                var headers = letter.BasicProperties.Headers;
                string? Header(string name) => headers is not null && headers.TryGetValue(name, out var value) && value is byte[] text ? Encoding.UTF8.GetString(text) : null;
                letters.Add(new DeadLetter(
                    queue.Name, Header(PoisonHeader) ?? Malformed.IdIn(Encoding.Latin1.GetString(letter.Body.Span)),
                    $"{Header("x-dead-reason")} {Header("x-dead-exception")} {Header("x-dead-message")} {(Header("x-dead-reason") is null ? "by the broker" : "")}".Trim(),
                    letter.BasicProperties.Type ?? "", letter.BasicProperties.MessageId ?? ""));
            }
        }

        return letters;
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await listening;
        if (publishing is not null) await publishing.DisposeAsync();
        stopping.Dispose();
    }

    private async Task Listen()
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await using var connection = await Factory.CreateConnectionAsync(stopping.Token);
                await using var hearing = await connection.CreateChannelAsync(cancellationToken: stopping.Token);
                var lost = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                connection.ConnectionShutdownAsync += (_, _) =>
                {
                    lost.TrySetResult();
                    return Task.CompletedTask;
                };
                await hearing.QueueDeclareAsync(
                    Queue, durable: true, exclusive: false, autoDelete: false, new Dictionary<string, object?> { ["x-queue-type"] = "quorum" },
                    cancellationToken: stopping.Token);
                foreach (var exchange in Topology.Exchanges)
                {
                    await hearing.ExchangeDeclareAsync(exchange, ExchangeType.Topic, durable: true, cancellationToken: stopping.Token);
                    await hearing.QueueBindAsync(Queue, exchange, "#", cancellationToken: stopping.Token);
                }

                await hearing.BasicQosAsync(0, 200, false, stopping.Token);
                var consumer = new AsyncEventingBasicConsumer(hearing);
                consumer.ReceivedAsync += async (_, delivery) =>
                {
                    Hear(delivery);
                    await hearing.BasicAckAsync(delivery.DeliveryTag, multiple: false, stopping.Token);
                };
                await hearing.BasicConsumeAsync(Queue, autoAck: false, consumer, stopping.Token);
                ready.TrySetResult();
                await lost.Task.WaitAsync(stopping.Token);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception)
            {
                // The broker is being broken.
            }

            await Task.Delay(300, stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Hear(BasicDeliverEventArgs delivery)
    {
        var properties = new BasicProperties(delivery.BasicProperties);
        if (properties.Headers?.ContainsKey(PoisonHeader) == true) return;
        var body = delivery.Body.ToArray();
        var message = JsonSerializer.Deserialize<JsonElement>(body);
        var id = properties.MessageId ?? "";
        lock (heard)
        {
            heard.Add(new TapMessage(
                id, properties.Type ?? "", delivery.Exchange, delivery.RoutingKey, message.GetProperty("orderId").GetGuid(), message.GetProperty("eventId").GetGuid(),
                message.GetProperty("revision").GetInt64()));
            var chance = options.Chance(id);
            if (chance.Next(10) > 0 || !repeated.Add(id)) return;
            var delay = chance.Next(2) == 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(chance.NextDouble() * 5);
            var queues = Topology.Queues.Where(queue => queue.Bindings.Any(binding => binding.Exchange == delivery.Exchange && binding.RoutingKey == delivery.RoutingKey));
            foreach (var queue in queues.Select(queue => queue.Name).ToList())
            {
                Duplicates++;
                lock (late) late.Add(Again(queue, properties, body, delay));
            }
        }
    }

    private async Task Again(string queue, BasicProperties properties, byte[] body, TimeSpan delay)
    {
        await Task.Delay(delay);
        await Publish("", queue, properties, body);
    }

    private async Task Publish(string exchange, string routingKey, BasicProperties properties, byte[] body)
    {
        while (true)
        {
            await turn.WaitAsync();
            try
            {
                if (channel is not { IsOpen: true })
                {
                    if (publishing is not null) await publishing.DisposeAsync();
                    publishing = await Factory.CreateConnectionAsync();
                    channel = await publishing.CreateChannelAsync(new CreateChannelOptions(true, true));
                }

                using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
                await channel.BasicPublishAsync(exchange, routingKey, mandatory: true, properties, body, limit.Token).AsTask().WaitAsync(limit.Token);
                return;
            }
            catch (Exception)
            {
                // The broker is being broken: once more.
                channel = null;
            }
            finally
            {
                turn.Release();
            }

            await Task.Delay(300);
        }
    }
}
