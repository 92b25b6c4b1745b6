using Microsoft.Extensions.Options;
using Shop.Backoffice.Orders;
using Shop.ServiceDefaults;

namespace Shop.Backoffice.Deliveries;

/// <summary>Registration of the deliveries to the order management system.</summary>
public static class DeliveriesRegistration
{
    /// <summary>Adds what keeps, sends and shows them.</summary>
    public static void AddDeliveries(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<OrderManagementOptions>().BindConfiguration("OrderManagement").ValidateOnStart();
        builder.Services.AddSingleton<IValidateOptions<OrderManagementOptions>, Validation>();
        builder.Services.AddSingleton(services => DeliveryStore.Open(
            builder.Configuration["DataDirectory"] is { Length: > 0 } configured ? configured : Path.Combine(".shop", services.GetRequiredService<ServiceName>().Value)));
        builder.Services.AddSingleton<ReadApprovals>(services =>
        {
            var (projections, approved) = (services.GetRequiredService<Projections.Projections>(), services.GetRequiredService<ApprovedOrders>());
            return (after, limit) => projections.Read(approved, tables => ApprovedOrders.Read(tables, after, limit));
        });

        // A redirection would be followed to wherever the answer says: the URL comes from the settings alone.
        builder.Services.AddHttpClient("order-management", http => http.Timeout = Timeout.InfiniteTimeSpan)
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) });
        builder.Services.AddSingleton(services => new OrderManagementClient(
            services.GetRequiredService<IHttpClientFactory>().CreateClient("order-management"),
            services.GetRequiredService<IOptions<OrderManagementOptions>>(), services.GetRequiredService<TimeProvider>()));
        builder.Services.AddSingleton<DeliveryMetrics>();
        builder.Services.AddSingleton<DeliveryProcess>();
        builder.Services.AddHostedService(services => services.GetRequiredService<DeliveryProcess>());
        builder.Services.AddHealthChecks().AddCheck<DeliveryProcess>("deliveries");
    }

    private sealed class Validation(IHostEnvironment environment) : IValidateOptions<OrderManagementOptions>
    {
        public ValidateOptionsResult Validate(string? name, OrderManagementOptions options) =>
            options.Mistake(environment.IsDevelopment()) is { } mistake ? ValidateOptionsResult.Fail(mistake) : ValidateOptionsResult.Success;
    }
}
