using Shop.OrderEvents.Commands;
using Shop.OrderEvents.Reviews;
using Shop.OrderEvents.Store;
using Shop.OrderEvents.Store.EventStoreDb;
using Shop.OrderEvents.Watch;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Messaging;

namespace Shop.OrderEvents;

/// <summary>
/// The Order Event Service: decides by an order's own history, appends the event to the event store, and publishes it. Settings:
/// <c>ConnectionStrings:EventStore</c> for EventStoreDB, without it an embedded event store in <c>DataDirectory</c>;
/// <c>ConnectionStrings:RabbitMq</c> for the broker, without one the other services follow the log over HTTP. <c>Publisher</c> is the
/// publisher's, <c>StuckOrders</c> the watch's, <c>CommandLog</c> the command log's.
/// </summary>
public static class OrderEventsService
{
    /// <summary>The service, ready to run.</summary>
    /// <exception cref="ConfigurationException">A setting is missing or wrong.</exception>
    public static WebApplication Build(string[] args)
    {
        var builder = ServiceHost.CreateBuilder("order-events", args);
        var store = OpenStore(builder.Configuration);
        builder.Services.AddSingleton<IEventStore>(_ => store); // not as an instance: those are not closed with the service
        builder.Services.AddSingleton<OrderStreams>();
        builder.Services.AddSingleton<StoreMetrics>();
        builder.Services.AddSingleton<OrderHandler>();
        builder.Services.AddSingleton<OrderChanges>();
        builder.Services.AddHostedService(services => services.GetRequiredService<OrderChanges>());
        builder.Services.AddExceptionHandler<StoreProblems>();
        builder.Services.AddHealthChecks().AddCheck<StoreHealth>("event-store");
        var publishes = builder.Configuration.GetConnectionString("RabbitMq") is { Length: > 0 };
        if (publishes)
        {
            builder.AddEventBus();
            builder.Services.AddOptions<PublisherOptions>().BindConfiguration("Publisher")
                .Validate(options => options.RepublishWindow >= TimeSpan.Zero, "Publisher:RepublishWindow must not be negative (d.hh:mm:ss).")
                .ValidateOnStart();
            builder.Services.AddSingleton<Publisher>();
            builder.Services.AddHostedService(services => services.GetRequiredService<Publisher>());
            builder.Services.AddHostedService<PublisherLag>();
            builder.Services.AddHealthChecks().AddCheck<Publisher>("publisher");
        }

        builder.AddPaymentReviews(DataDirectory(builder.Configuration));
        builder.AddStuckOrdersWatch(DataDirectory(builder.Configuration), publishes);
        builder.AddCommandLog(DataDirectory(builder.Configuration));

        var app = builder.Build();
        app.UseServiceDefaults();
        app.UseCommandLog();
        app.MapOrders();
        app.MapEvents();
        app.MapStuckOrders();
        app.MapPaymentReviews();
        app.MapStaffCommands();
        return app;
    }

    private static IEventStore OpenStore(ConfigurationManager configuration) =>
        configuration.GetConnectionString("EventStore") is { Length: > 0 } connection
            ? new EventStoreDbStore(EventStoreDbSettings.Parse(connection))
            : SqliteEventStore.Open(Path.Combine(DataDirectory(configuration), "events.db"));

    private static string DataDirectory(ConfigurationManager configuration) => configuration["DataDirectory"] ?? ".shop/order-events";
}
