using MassTransit;
using Shop.Contracts;
using Shop.Payment.Provider;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Messaging;

namespace Shop.Payment;

/// <summary>The Payment Service: authorises, captures, voids and refunds at the payment provider, and writes what came of it.</summary>
public static class PaymentService
{
    /// <summary>The service, ready to run.</summary>
    /// <exception cref="ConfigurationException">A setting is missing or wrong.</exception>
    public static WebApplication Build(string[] args)
    {
        var builder = ServiceHost.CreateBuilder("payment", args);
        builder.AddOrdersClient();
        builder.AddPaymentProvider();
        builder.Services.AddOptions<PaymentOptions>().BindConfiguration("Payment")
            .Validate(options => options.AuthorizationDelay >= TimeSpan.Zero, "Payment:AuthorizationDelay must not be negative (hh:mm:ss).")
            .ValidateOnStart();
        builder.Services.AddSingleton<PaymentMetrics>();
        builder.Services.AddSingleton<PaymentProcess>();
        builder.AddConsumers(Topology.PaymentQueue, consumers =>
        {
            consumers.AddConsumer<OrderCreatedConsumer>();
            consumers.AddConsumer<OrderCancelledConsumer>();
            consumers.AddConsumer<PaymentUpdatedConsumer>();
            consumers.AddConsumer<PaymentReviewAcceptedConsumer>();
            consumers.AddConsumer<PaymentReviewDeclinedConsumer>();
            consumers.AddConsumer<RefundRequestedConsumer>();
        });

        var app = builder.Build();
        app.UseServiceDefaults();
        return app;
    }
}

/// <summary>The settings under <c>Payment</c>.</summary>
public sealed class PaymentOptions
{
    /// <summary>How long to wait before an attempt begins: a window in which a person can try to change or cancel.</summary>
    public TimeSpan AuthorizationDelay { get; set; }
}
