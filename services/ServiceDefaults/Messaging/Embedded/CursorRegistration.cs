using MassTransit;
using MassTransit.Mediator;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Shop.Contracts;

namespace Shop.ServiceDefaults.Messaging.Embedded;

/// <summary>The embedded transport: a cursor in front, MassTransit's mediator behind it.</summary>
internal static class CursorRegistration
{
    public static void AddCursor(this IHostApplicationBuilder builder, QueueTopology queue, Action<IRegistrationConfigurator> consumers)
    {
        var options = MessagingOptions.From(builder.Configuration);
        builder.Services.AddSingleton(queue);
        builder.Services.AddHttpClient();
        builder.Services.AddMediator(mediator =>
        {
            consumers(mediator);
            mediator.ConfigureMediator((context, pipe) => pipe.UseFilter(context.GetRequiredService<InboxFilter>()));
        });
        builder.Services.AddSingleton(services => new EmbeddedCursor(
            queue,
            options,
            new OrderLog(services.GetRequiredService<IHttpClientFactory>()),
            new CursorStore(queue.Name, services.GetRequiredService<Inbox>(), services.GetRequiredService<TimeProvider>()),
            services.GetRequiredService<IMediator>(),
            services.GetRequiredService<MessageCounters>(),
            services.GetRequiredService<TimeProvider>(),
            services.GetRequiredService<ILogger<EmbeddedCursor>>()));
        builder.Services.AddHostedService(services => services.GetRequiredService<EmbeddedCursor>());
        builder.Services.AddSingleton<IDeadLetters>(services => new CursorDeadLetters(
            queue.Name, services.GetRequiredService<Inbox>(), services.GetRequiredService<TimeProvider>()));
        builder.Services.AddHostedService<CursorGauges>();
        builder.Services.AddHealthChecks().AddCheck<EmbeddedCursor>("order-log");
        // What failed is logged once, by the failure policy.
        builder.Logging.AddFilter("MassTransit.Messages", LogLevel.None);
    }
}
