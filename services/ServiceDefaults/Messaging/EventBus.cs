using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using MassTransit;
using RabbitMQ.Client;
using Shop.Contracts;
using Shop.Contracts.Messages;
using Shop.ServiceDefaults.Messaging.RabbitMq;

namespace Shop.ServiceDefaults.Messaging;

/// <summary>Publishes recorded events to the broker.</summary>
public sealed class EventBus
{
    private readonly IBus bus;
    private readonly BrokerConnection broker;
    private readonly TimeProvider clock;
    private readonly TimeSpan timeout;
    private readonly Counter<long> published;
    private readonly Lock gate = new();
    private readonly ConcurrentDictionary<EventType, CancellationToken> opened = new();
    private Task turn = Task.CompletedTask;

    internal EventBus(IBus bus, BrokerConnection broker, TimeProvider clock, TimeSpan timeout, IMeterFactory meters)
    {
        (this.bus, this.broker, this.clock, this.timeout) = (bus, broker, clock, timeout);
        published = meters.ShopMeter().CreateCounter<long>("shop.events.published", "{event}", "Events that the broker has confirmed, by type.");
    }

    /// <summary>Waits for the broker; the token is cancelled when that connection is lost.</summary>
    public async Task<CancellationToken> Connected(CancellationToken cancellation)
    {
        while (true)
        {
            if (broker.Session is { IsCancellationRequested: false } session) return session;
            await Task.Delay(TimeSpan.FromMilliseconds(100), cancellation);
        }
    }

    /// <summary>True while there is a connection to the broker.</summary>
    public bool IsConnected => broker.IsUp;

    /// <summary>
    /// Whether this broker has been published to before, by what <see cref="Remember"/> left there: false for a new one, and for
    /// one that lost its disk.
    /// </summary>
    /// <exception cref="BrokerUnavailableException">The broker is away.</exception>
    public Task<bool> IsRemembered(CancellationToken cancellation) => broker.Has(Topology.Memory, cancellation);

    /// <summary>Leaves at the broker that it has been published to.</summary>
    /// <exception cref="BrokerUnavailableException">The broker is away.</exception>
    public Task Remember(CancellationToken cancellation) => broker.Declare(Topology.Memory, cancellation);

    /// <summary>
    /// Publishes the message that tells of an event, and completes when the broker has it. Many may be in flight
    /// (more than a hundred gain nothing), and they reach the broker in the order in which they were started for as long as the
    /// connection lasts; when it is lost, all that are in flight fail at once, so that none waits for the next connection and is
    /// overtaken there. After an exception the message may be on the broker all the same: publish it again.
    /// </summary>
    /// <exception cref="ArgumentException">The event's type is not published.</exception>
    /// <exception cref="BrokerUnavailableException">The broker is away, or did not confirm in time.</exception>
    /// <exception cref="MessageReturnedException">No queue is bound to the message's routing key, and declaring them did not help.</exception>
    public async Task Publish(RecordedEvent recorded, CancellationToken cancellation)
    {
        var declarations = broker.Declarations;
        try
        {
            await PublishOnce(recorded, cancellation);
        }
        catch (MessageReturnedException)
        {
            // Somebody removed a queue or a binding: it is put back, and the message has a place to go.
            await broker.DeclareAgain(declarations, cancellation);
            await PublishOnce(recorded, cancellation);
        }
    }

    private async Task PublishOnce(RecordedEvent recorded, CancellationToken cancellation)
    {
        var type = EventTypes.Of(recorded.Event);
        var message = Message.Of(recorded) ?? throw new ArgumentException($"A {type.StoredName} is not published.", nameof(recorded));
        var session = broker.Session ?? throw new BrokerUnavailableException("The broker cannot be reached.");
        var traceparent = recorded.Metadata.Traceparent;
        using var span = traceparent is not null && Telemetry.Source.HasListeners()
            ? Telemetry.StartSpan($"{type.RoutingKey} publish", ActivityKind.Producer, traceparent)
            : null;
        span?.SetTag("messaging.destination.name", type.Exchange).SetTag("messaging.message.id", recorded.EventId).SetTag("shop.order.id", recorded.OrderId);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation, session);
        limit.CancelAfter(timeout);
        try
        {
            // With a disk or memory alarm the client may block in the socket and not see its token: the outer waits do.
            Task<Task> started;
            lock (gate) turn = started = Start(turn, type, message, recorded, span?.Id ?? traceparent, session, limit.Token);
            await (await started.WaitAsync(limit.Token)).WaitAsync(limit.Token);
            span?.SetStatus(ActivityStatusCode.Ok);
            published.Add(1, new KeyValuePair<string, object?>("type", type.Name));
        }
        catch (OperationCanceledException exception) when (!cancellation.IsCancellationRequested)
        {
            throw new BrokerUnavailableException(
                session.IsCancellationRequested
                    ? "The connection to the broker was lost."
                    : $"The broker did not confirm a message within {timeout.TotalSeconds} s.", exception);
        }
    }

    // A type's first message on a connection opens its way to the broker, which takes a few round trips; the others wait until that
    // is done, or they would overtake it. After that nothing waits here.
    private async Task<Task> Start(
        Task previous, EventType type, Message message, RecordedEvent recorded, string? traceparent, CancellationToken session, CancellationToken cancellation)
    {
        if (!previous.IsCompleted) await previous.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var publishing = bus.Publish(
            message, message.GetType(), Pipe.Execute<PublishContext>(context => Describe(context, type, recorded, traceparent)), cancellation);
        if (opened.TryGetValue(type, out var on) && on == session) return publishing;
        await publishing.WaitAsync(cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (publishing.IsCompletedSuccessfully) opened[type] = session;
        return publishing;
    }

    private void Describe(PublishContext context, EventType type, RecordedEvent recorded, string? traceparent)
    {
        context.MessageId = recorded.EventId;
        context.CorrelationId = recorded.Metadata.CausationId;
        context.Headers.Set(MessageHeaders.CorrelationId, recorded.Metadata.CorrelationId.ToString());
        if (traceparent is not null) context.Headers.Set(MessageHeaders.Traceparent, traceparent);
        var rabbit = context.GetPayload<RabbitMqSendContext>();
        rabbit.RoutingKey = type.RoutingKey;
        rabbit.Mandatory = Topology.IsConsumed(type.RoutingKey!); // what only others may listen to is not missed here
        rabbit.BasicProperties.Type = type.StoredName;
        rabbit.BasicProperties.AppId = "order-event-service";
        rabbit.BasicProperties.Timestamp = new AmqpTimestamp(clock.GetUtcNow().ToUnixTimeSeconds());
    }
}
