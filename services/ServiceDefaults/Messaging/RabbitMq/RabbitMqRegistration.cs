using System.Diagnostics.Metrics;
using System.Reflection;
using MassTransit;
using MassTransit.RabbitMqTransport.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Shop.Contracts;
using Shop.Contracts.Messages;

namespace Shop.ServiceDefaults.Messaging.RabbitMq;

/// <summary>MassTransit on RabbitMQ, in the contract's shape: its exchanges, queues and bodies, and nothing else on the broker.</summary>
internal static class RabbitMqRegistration
{
    // MassTransit's topology is configured by type argument.
    private static readonly MethodInfo ShapeOf =
        typeof(RabbitMqRegistration).GetMethod(nameof(ShapeMessage), BindingFlags.NonPublic | BindingFlags.Static)!;

    public static void AddBroker(this IHostApplicationBuilder builder, RabbitMqOptions options)
    {
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton(MessagingOptions.From(builder.Configuration));
        builder.Services.AddSingleton<BrokerConnection>();
        builder.Services.AddHostedService(services => services.GetRequiredService<BrokerConnection>());
        builder.Services.AddHostedService<DeadConnectionWatch>();
        builder.Services.AddHealthChecks().AddCheck<BrokerConnection>("rabbitmq-topology");
        builder.Services.Configure<MassTransitHostOptions>(host =>
        {
            host.WaitUntilStarted = false;
            host.StopTimeout = TimeSpan.FromSeconds(20);
        });
        // What failed is logged once, by the failure policy.
        builder.Logging.AddFilter("MassTransit.Messages", LogLevel.None);
    }

    public static void AddPublisher(this IHostApplicationBuilder builder, RabbitMqOptions options)
    {
        builder.AddBroker(options);
        builder.Services.AddMassTransit(bus =>
        {
            bus.DisableUsageTelemetry();
            bus.UsingRabbitMq((_, rabbit) => Shape(rabbit, options));
        });
        builder.Services.AddSingleton(services => new EventBus(
            services.GetRequiredService<IBus>(), services.GetRequiredService<BrokerConnection>(), services.GetRequiredService<TimeProvider>(),
            options.PublishTimeout, services.GetRequiredService<IMeterFactory>()));
    }

    public static void AddReceiver(
        this IHostApplicationBuilder builder, RabbitMqOptions options, QueueTopology queue, Action<IRegistrationConfigurator> consumers)
    {
        builder.AddBroker(options);
        builder.Services.AddSingleton<IDeadLetters>(services => new BrokerDeadLetters(
            queue.Name, options, services.GetRequiredService<ServiceName>(), services.GetRequiredService<TimeProvider>()));
        builder.Services.AddSingleton(services => new FailedDeliveries(
            queue.Name, services.GetRequiredService<MessagingOptions>().FailurePolicy(), services.GetRequiredService<MessageCounters>(),
            services.GetRequiredService<TimeProvider>(), services.GetRequiredService<ILogger<FailedDeliveries>>()));
        builder.Services.AddMassTransit(bus =>
        {
            bus.DisableUsageTelemetry();
            consumers(bus);
            bus.UsingRabbitMq((context, rabbit) =>
            {
                Shape(rabbit, options);
                rabbit.ReceiveEndpoint(queue.Name, endpoint => Receive(endpoint, context));
            });
        });
    }

    private static void Receive(IRabbitMqReceiveEndpointConfigurator endpoint, IBusRegistrationContext context)
    {
        var messaging = context.GetRequiredService<MessagingOptions>();
        var broker = context.GetRequiredService<BrokerConnection>();
        var failed = context.GetRequiredService<FailedDeliveries>();
        endpoint.PrefetchCount = messaging.Prefetch;
        endpoint.ConcurrentMessageLimit = messaging.Concurrency;
        endpoint.PublishFaults = false;

        // The topology is ours. All that MassTransit insists on declaring for an endpoint is an exchange, by default one named like
        // the queue: for the queue "payment" that would be the topic exchange of that name, bound to the queue with no key, and for
        // "notification" an exchange that no contract knows. It is given one that is there already.
        endpoint.ConfigureConsumeTopology = false;
        endpoint.BindQueue = false;
        endpoint.ExchangeType = RabbitMQ.Client.ExchangeType.Topic;
        ((RabbitMqReceiveSettings)((RabbitMqReceiveEndpointConfiguration)endpoint).Settings).ExchangeName = Topology.Exchanges[0];
        endpoint.ConfigureChannel(channel => channel.UseExecuteAsync(at => broker.Declared.WaitAsync(at.CancellationToken)));

        endpoint.ConfigureError(pipe =>
        {
            // Marks the message as faulted; without it MassTransit would take it for skipped as well.
            pipe.UseFilter(new MassTransit.Middleware.GenerateFaultFilter());
            pipe.UseFilter(failed);
        });
        endpoint.ConfigureDeadLetter(pipe => pipe.UseFilter(failed));
        endpoint.UseFilter(context.GetRequiredService<InboxFilter>());
        endpoint.ConfigureConsumers(context);
    }

    private static void Shape(IRabbitMqBusFactoryConfigurator rabbit, RabbitMqOptions options)
    {
        rabbit.Host(options.Host, (ushort)options.Port, options.VirtualHost, host =>
        {
            host.Username(options.User);
            host.Password(options.Password);
            if (options.Tls) host.UseSsl(ssl => ssl.ServerName = options.Host);
        });
        rabbit.ClearSerialization();
        rabbit.AddSerializer(new PlainJsonSerialization());
        rabbit.AddDeserializer(new PlainJsonSerialization(), isDefault: true);
        rabbit.Publish<Message>(message => message.Exclude = true);
        foreach (var type in MessageTypes.Published) ShapeOf.MakeGenericMethod(type.MessageJson!.Type).Invoke(null, [rabbit, type.Exchange]);
    }

    private static void ShapeMessage<T>(IRabbitMqBusFactoryConfigurator rabbit, string exchange) where T : class
    {
        rabbit.Message<T>(message => message.SetEntityName(exchange));
        rabbit.Publish<T>(message => message.ExchangeType = RabbitMQ.Client.ExchangeType.Topic);
    }
}
