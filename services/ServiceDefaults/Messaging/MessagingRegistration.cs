using System.Diagnostics.Metrics;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Shop.Contracts;
using Shop.ServiceDefaults.Messaging.Embedded;
using Shop.ServiceDefaults.Messaging.RabbitMq;

namespace Shop.ServiceDefaults.Messaging;

/// <summary>How a service comes by messages, and how the Order Event Service sends them.</summary>
public static class MessagingRegistration
{
    /// <summary>
    /// Runs MassTransit consumers for a queue. With <c>ConnectionStrings:RabbitMq</c> they consume from RabbitMQ; without, a durable
    /// cursor over the Order Event Service's log feeds them (<see cref="OrdersClientRegistration.AddOrdersClient"/> says where that
    /// is). Consumers, inbox and failure policy are the same on both. One queue for a service.
    /// </summary>
    /// <exception cref="ConfigurationException">A setting is wrong.</exception>
    public static IHostApplicationBuilder AddConsumers(
        this IHostApplicationBuilder builder, QueueTopology queue, Action<IRegistrationConfigurator> consumers)
    {
        builder.Services.AddSingleton<Inbox>();
        builder.Services.AddHostedService<InboxUpkeep>();
        builder.Services.AddSingleton(services => new MessageCounters(queue.Name, services.GetRequiredService<IMeterFactory>()));
        builder.Services.AddSingleton(services => new InboxFilter(
            queue.Name, services.GetRequiredService<Inbox>(), services.GetRequiredService<MessageCounters>(),
            services.GetRequiredService<ILogger<InboxFilter>>()));
        if (RabbitMqOptions.From(builder.Configuration) is { } broker) builder.AddReceiver(broker, queue, consumers);
        else builder.AddCursor(queue, consumers);
        return builder;
    }

    /// <summary>Adds <see cref="EventBus"/>, for the one service that publishes.</summary>
    /// <exception cref="ConfigurationException">No broker is configured.</exception>
    public static IHostApplicationBuilder AddEventBus(this IHostApplicationBuilder builder)
    {
        builder.AddPublisher(RabbitMqOptions.From(builder.Configuration)
            ?? throw new ConfigurationException(
                "ConnectionStrings:RabbitMq is not set: publishing needs a broker, such as amqp://user:password@host:5672/vhost."));
        return builder;
    }
}
