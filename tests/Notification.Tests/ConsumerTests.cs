using System.Net;
using System.Net.Http.Json;
using MassTransit;
using MassTransit.Mediator;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Shop.Contracts;
using Shop.Notification.Letters;
using Shop.Notification.Mailing;
using Shop.ServiceDefaults;
using Shop.Testing;
using Messages = Shop.Contracts.Messages;

namespace Shop.Notification.Tests;

public sealed class ConsumerTests
{
    private readonly StubMailer mailer = new();
    private readonly LogLines<PaymentAuthFailedConsumer> log = new();
    private TemporaryFolder folder = null!;
    private ServiceProvider services = null!;
    private IMediator mediator = null!;
    private OrderView? order;

    [SetUp]
    public void SetUp()
    {
        folder = new TemporaryFolder();
        mailer.Taken.Clear();
        log.Lines.Clear();
        order = null;
        var http = new HttpClient(new OrderEvents(() => order)) { BaseAddress = new Uri("http://orders.test/") };
        services = new ServiceCollection()
            .AddSingleton(new OrdersClient(http, new ServiceName("notification"), TimeProvider.System))
            .AddSingleton(_ => MailLog.Open(folder.Path))
            .AddSingleton(new LetterWriter(new Uri("https://shop.example")))
            .AddSingleton<IMailer>(mailer)
            .AddSingleton<ILogger<Mailroom>>(new LogLines<Mailroom>())
            .AddSingleton<ILogger<PaymentAuthFailedConsumer>>(log)
            .AddSingleton(new MailMetrics(new TestMeters()))
            .AddSingleton<Mailroom>()
            .AddMediator(consumers =>
            {
                consumers.AddConsumer<OrderCreatedConsumer>();
                consumers.AddConsumer<OrderCancelledConsumer>();
                consumers.AddConsumer<PaymentAuthFailedConsumer>();
                consumers.AddConsumer<ShippedConsumer>();
            })
            .BuildServiceProvider();
        mediator = services.GetRequiredService<IMediator>();
    }

    [TearDown]
    public async Task TearDown()
    {
        await services.DisposeAsync();
        folder.Dispose();
    }

    [Test]
    public async Task An_order_created_is_confirmed_to_its_customer()
    {
        order = Orders.New("de");
        var message = Created();
        await mediator.Publish(message);

        var mail = mailer.Taken.Single();
        Assert.That(mail.Kind, Is.EqualTo(LetterKind.OrderReceived));
        Assert.That(mail.EventId, Is.EqualTo(message.EventId));
        Assert.That(mail.OrderId, Is.EqualTo(order.OrderId));
        Assert.That(mail.To.Address, Is.EqualTo("ada@example.org"));
        Assert.That(mail.Letter.Subject, Does.StartWith("Wir haben Ihre Bestellung"));
    }

    [Test]
    public async Task The_same_message_again_is_no_second_mail()
    {
        order = Orders.New();
        var message = Created();
        await mediator.Publish(message);
        await mediator.Publish(message);

        Assert.That(mailer.Taken, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Order_received_and_cancelled_are_both_told_whichever_comes_first()
    {
        order = Orders.New().Cancelled();
        await mediator.Publish(Cancelled());
        await mediator.Publish(Created());

        Assert.That(mailer.Taken.Select(mail => mail.Kind), Is.EqualTo(new[] { LetterKind.OrderCancelled, LetterKind.OrderReceived }));
    }

    [Test]
    public async Task A_shipped_order_is_told_with_its_tracking()
    {
        order = Orders.New().Paid().Shipped(new Package("JD014"));
        await mediator.Publish(new Messages.Shipped
        {
            EventId = Guid.NewGuid(),
            OrderId = order.OrderId,
            Revision = 5,
            OccurredAt = order.UpdatedAt,
            ShipmentId = Guid.NewGuid(),
            Carrier = "DHL",
            ShippedAt = order.UpdatedAt,
        });

        Assert.That(mailer.Taken.Single().Letter.Text, Does.Contain("JD014"));
    }

    [Test]
    public async Task A_failed_payment_is_told_while_it_is_the_last_word()
    {
        order = Orders.New().Attempted(AttemptStatus.Failed, AttemptStatus.Failed);
        await mediator.Publish(PaymentFailed(attempt: 2));

        Assert.That(mailer.Taken.Single().Kind, Is.EqualTo(LetterKind.PaymentFailed));
        Assert.That(log.Lines, Is.Empty);
    }

    private static IEnumerable<TestCaseData> Overtaken()
    {
        static TestCaseData Case(string name, OrderView now, string reason) => new TestCaseData(now, reason).SetArgDisplayNames(name);

        var failed = Orders.New().Attempted(AttemptStatus.Failed);
        yield return Case("cancelled", failed.Cancelled(), "cancelled");
        yield return Case("paid", Orders.New().Paid(), "paid");
        yield return Case("later attempt open", Orders.New().Attempted(AttemptStatus.Failed, AttemptStatus.Open), "later attempt");
        yield return Case("later attempt failed", Orders.New().Attempted(AttemptStatus.Failed, AttemptStatus.Failed), "later attempt");
        yield return Case(
            "method chosen", failed with { Payment = failed.Payment with { NextAttemptDue = true } }, "another payment method");
    }

    [TestCaseSource(nameof(Overtaken))]
    public async Task A_failed_payment_that_is_old_news_is_not_told_and_the_log_says_why(OrderView now, string reason)
    {
        order = now;
        await mediator.Publish(PaymentFailed(attempt: 1));

        Assert.That(mailer.Taken, Is.Empty);
        Assert.That(log.Lines.Single(), Does.Contain(order.OrderId.ToString()).And.Contain(reason));
    }

    [Test]
    public async Task An_order_whose_customer_was_erased_is_read_and_nobody_is_written_to()
    {
        order = Orders.New();
        order = order with { Customer = new CustomerView("en"), Shipping = order.Shipping with { Address = null } };
        await mediator.Publish(Created());

        Assert.That(mailer.Taken, Is.Empty);
    }

    [Test]
    public void A_message_about_an_order_that_is_not_there_is_tried_again()
    {
        var message = Created(Guid.NewGuid());

        Assert.That(() => mediator.Publish(message), Throws.TypeOf<OrderNotFoundException>());
        Assert.That(mailer.Taken, Is.Empty);
    }

    private Messages.OrderCreated Created(Guid? orderId = null) => new()
    {
        EventId = Guid.NewGuid(),
        OrderId = orderId ?? order!.OrderId,
        Revision = 0,
        OccurredAt = DateTimeOffset.UnixEpoch,
        OrderNumber = "2026-7F3K9Q",
        Currency = "EUR",
        Total = 1,
    };

    private Messages.OrderCancelled Cancelled() => new()
    {
        EventId = Guid.NewGuid(),
        OrderId = order!.OrderId,
        Revision = 1,
        OccurredAt = DateTimeOffset.UnixEpoch,
    };

    private Messages.PaymentAuthFailed PaymentFailed(int attempt) => new()
    {
        EventId = Guid.NewGuid(),
        OrderId = order!.OrderId,
        Revision = 2,
        OccurredAt = DateTimeOffset.UnixEpoch,
        Attempt = attempt,
        Reason = PaymentFailureReason.Declined,
        Retryable = true,
    };

    /// <summary>Answers as the Order Event Service does: with the one order there is.</summary>
    private sealed class OrderEvents(Func<OrderView?> order) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(order() is { } known && request.RequestUri!.AbsolutePath == $"/orders/{known.OrderId}"
                ? new HttpResponseMessage { Content = JsonContent.Create(known, ContractsJson.Default.OrderView) }
                : new HttpResponseMessage(HttpStatusCode.NotFound));
    }
}
