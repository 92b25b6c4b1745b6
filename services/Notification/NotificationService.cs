using MassTransit;
using Shop.Contracts;
using Shop.Notification.Letters;
using Shop.Notification.Mailing;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Messaging;

namespace Shop.Notification;

/// <summary>
/// The Notification Service: tells customers by e-mail that their order was received, that a payment failed, that the order was
/// cancelled, and that it is on its way.
/// </summary>
public static class NotificationService
{
    /// <summary>The service, ready to run.</summary>
    /// <exception cref="ConfigurationException">A setting is missing or wrong.</exception>
    public static WebApplication Build(string[] args)
    {
        var builder = ServiceHost.CreateBuilder("notification", args);
        var mail = MailSettings.Read(builder.Configuration);
        var smtp = SmtpSettings.Read(builder.Configuration);

        builder.AddOrdersClient();
        builder.Services.AddSingleton(mail);
        builder.Services.AddSingleton(_ => MailLog.Open(mail.DataDirectory));
        builder.Services.AddSingleton<IMailer>(services =>
            smtp is null ? new FolderMailer(mail) : new SmtpMailer(mail, smtp, services.GetRequiredService<TimeProvider>()));
        builder.Services.AddHostedService<MailUpkeep>();
        builder.Services.AddSingleton(new LetterWriter(mail.StorefrontUrl));
        builder.Services.AddSingleton<MailMetrics>();
        builder.Services.AddSingleton<Mailroom>();
        builder.Services.AddHealthChecks().AddCheck<MailerHealth>("mailer", timeout: TimeSpan.FromSeconds(3));
        builder.AddConsumers(Topology.NotificationQueue, queue =>
        {
            queue.AddConsumer<OrderCreatedConsumer>();
            queue.AddConsumer<OrderCancelledConsumer>();
            queue.AddConsumer<PaymentAuthFailedConsumer>();
            queue.AddConsumer<ShippedConsumer>();
        });

        var app = builder.Build().UseServiceDefaults();
        // Opens the mail log: one that cannot be used is told at the start and not by the first message.
        _ = app.Services.GetRequiredService<Mailroom>();
        return app;
    }
}
