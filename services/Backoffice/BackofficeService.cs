using Shop.ServiceDefaults;

namespace Shop.Backoffice;

/// <summary>
/// The operators' service, behind the gateway under <c>/api/v1/admin</c>: dead letters of every queue, stuck orders, and what staff
/// decides and does about orders. It holds nothing itself; it asks the services, and says which of them did not answer. Settings: <c>Orders:Url</c>, and under
/// <c>Services</c> the URL of the service behind each queue.
/// </summary>
public static class BackofficeService
{
    /// <summary>The service, ready to run.</summary>
    /// <exception cref="ConfigurationException">A setting is missing or wrong.</exception>
    public static WebApplication Build(string[] args)
    {
        var builder = ServiceHost.CreateBuilder("backoffice", args);
        builder.AddShopServices();

        var app = builder.Build();
        app.UseServiceDefaults();
        app.MapDeadLetters();
        app.MapStuckOrders();
        app.MapStaffCommands();
        return app;
    }
}
