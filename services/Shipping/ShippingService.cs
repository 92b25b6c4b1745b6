using MassTransit;
using Shop.Contracts;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Messaging;

namespace Shop.Shipping;

/// <summary>The Shipping Service: has paid orders prepared, and takes the warehouse's word that they have left.</summary>
public static class ShippingService
{
    /// <summary>The service, ready to run.</summary>
    /// <exception cref="ConfigurationException">A setting is missing or wrong.</exception>
    public static WebApplication Build(string[] args)
    {
        var builder = ServiceHost.CreateBuilder("shipping", args);
        builder.AddOrdersClient();
        builder.AddWarehouse();
        builder.Services.AddOptions<ShippingOptions>().BindConfiguration("Shipping")
            .Validate(options => options.PreparationDelay >= TimeSpan.Zero, "Shipping:PreparationDelay must not be negative (hh:mm:ss).")
            .ValidateOnStart();
        builder.AddConsumers(Topology.ShippingQueue, consumers => consumers.AddConsumer<PaymentCapturedConsumer>());

        var app = builder.Build();
        app.UseServiceDefaults();
        app.MapShipments();
        return app;
    }
}

/// <summary>The settings under <c>Shipping</c>.</summary>
public sealed class ShippingOptions
{
    /// <summary>How long to wait before preparation begins: a window in which a person can try to change or cancel.</summary>
    public TimeSpan PreparationDelay { get; set; }

    /// <summary>The warehouse's URL; none: parcels count as prepared at once.</summary>
    public string? WarehouseUrl { get; set; }

    /// <summary>The carrier that a parcel is prepared for when the warehouse does not say.</summary>
    public string? Carrier { get; set; }
}
