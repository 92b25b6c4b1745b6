using MassTransit;
using Shop.Contracts;
using Shop.Payment.Provider;
using Shop.Payment.Reminding;
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
            .Validate(options => options.ReviewMargin > TimeSpan.Zero, "Payment:ReviewMargin must be more than nothing (hh:mm:ss).")
            .Validate(options => options.ReminderInterval > TimeSpan.Zero, "Payment:ReminderInterval must be more than nothing (hh:mm:ss).")
            .ValidateOnStart();
        builder.Services.AddOptions<RefundAuditOptions>().BindConfiguration("Payment:RefundAudit")
            .Validate(
                options => options.IsSane,
                "Payment:RefundAudit: FirstLook must be more than nothing, and neither LongestPause nor Window less than it (d.hh:mm:ss).")
            .ValidateOnStart();
        builder.Services.AddSingleton<PaymentMetrics>();
        builder.Services.AddSingleton<PaymentEvents>();
        builder.Services.AddSingleton<Refunds>();
        builder.Services.AddSingleton<PaymentProcess>();
        builder.Services.AddSingleton(services => Reminders.Open(
            builder.Configuration["DataDirectory"] ?? ".shop/payment", services.GetRequiredService<TimeProvider>()));
        builder.Services.AddSingleton<IReminders>(services => services.GetRequiredService<Reminders>());
        builder.Services.AddHostedService<ReminderLoop>();
        builder.AddConsumers(Topology.PaymentQueue, consumers =>
        {
            consumers.AddConsumer<OrderCreatedConsumer>();
            consumers.AddConsumer<OrderCancelledConsumer>();
            consumers.AddConsumer<PaymentUpdatedConsumer>();
            consumers.AddConsumer<PaymentReviewAcceptedConsumer>();
            consumers.AddConsumer<PaymentReviewDeclinedConsumer>();
            consumers.AddConsumer<RefundRequestedConsumer>();
            consumers.AddConsumer<PaymentRefundFailedConsumer>();
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

    /// <summary>How long before its authorization lapses a review that nobody has decided is given up.</summary>
    public TimeSpan ReviewMargin { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How often to look for what is due by the clock: refunds to look up, reviews to give up.</summary>
    public TimeSpan ReminderInterval { get; set; } = TimeSpan.FromSeconds(2);
}
