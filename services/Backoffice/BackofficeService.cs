using Shop.Backoffice.Deliveries;
using Shop.Backoffice.Events;
using Shop.Backoffice.Journal;
using Shop.Backoffice.Orders;
using Shop.Backoffice.Projections;
using Shop.Backoffice.Statistics;
using Shop.ServiceDefaults;

namespace Shop.Backoffice;

/// <summary>
/// The operators' service, behind the gateway under <c>/api/v1/admin</c>: dead letters of every queue, and stuck orders, for which
/// it asks the services, and says which of them did not answer; what staff decides and does about orders, which it passes on; what
/// it makes of the log for reading, which follows from the log, and may be deleted; and approved orders, which it hands on to an order
/// management system. It decides nothing. Settings: <c>DataDirectory</c>, <c>Orders:Url</c>, under <c>Services</c> the URL of the
/// service behind each queue, and <c>OrderManagement</c>.
/// </summary>
public static class BackofficeService
{
    /// <summary>The service, ready to run.</summary>
    /// <exception cref="ConfigurationException">A setting is missing or wrong.</exception>
    public static WebApplication Build(string[] args)
    {
        var builder = ServiceHost.CreateBuilder("backoffice", args);
        builder.AddShopServices();
        builder.AddProjections();
        builder.AddDeliveries();

        var app = builder.Build();
        app.UseServiceDefaults();
        app.UseWebSockets();
        app.MapDeadLetters();
        app.MapStuckOrders();
        app.MapProjections();
        app.MapOrderLists();
        app.MapOrderHistory();
        app.MapApprovedOrders();
        app.MapDeliveries();
        app.MapOperatorEvents();
        app.MapCommands();
        app.MapJournal();
        app.MapStatistics();
        app.MapStaffCommands();
        return app;
    }
}
