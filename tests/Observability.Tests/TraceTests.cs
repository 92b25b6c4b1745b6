using System.Diagnostics;
using Shop.Testing;

namespace Shop.Observability.Tests;

/// <summary>One trace from the request to the mail.</summary>
[NonParallelizable]
public sealed class TraceTests
{
    [Test]
    public async Task One_trace_leads_from_the_request_through_the_log_and_the_services_to_the_mail()
    {
        using var spans = new Spans();
        await using var shop = await RunningShop.Start();
        await Follow(shop, spans, producer: false);
    }

    [Test, Category("Broker")]
    public async Task One_trace_leads_from_the_request_through_the_broker_and_the_services_to_the_mail()
    {
        await using var broker = await RabbitMqServer.Start();
        using var spans = new Spans();
        await using var shop = await RunningShop.Start(await broker.CreateVirtualHost());
        await Follow(shop, spans, producer: true);
    }

    private static async Task Follow(RunningShop shop, Spans spans, bool producer)
    {
        var orderId = await shop.Place();
        await shop.Reaches(orderId, "shipment-prepared");
        var mail = await Span("mail send");
        var prepared = await Span("append shipping-prepared");
        var shipping = await Span("shipping process payment-captured");

        var placed = spans.Find("append order-created", orderId)!;
        var trace = spans.Of(placed.TraceId);
        Assert.That(mail.TraceId, Is.EqualTo(placed.TraceId));
        Assert.That(prepared.TraceId, Is.EqualTo(placed.TraceId));
        Assert.That(trace.Select(span => span.Kind), Does.Contain(ActivityKind.Client).And.Contain(ActivityKind.Server));

        // From the mail up to the request, and to the call of this test that made it: each span the child of the next.
        Assert.That(Way(mail), Is.EqualTo(producer
            ? new[] { "mail send", "notification process order-created", "orders.order-created publish", "append order-created", "POST /orders", "POST" }
            : ["mail send", "notification process order-created", "append order-created", "POST /orders", "POST"]));

        // And from the last thing that shipping wrote: through two services, each of which writes over HTTP.
        var way = Way(prepared);
        Assert.That(way.Where(name => name.Contains(' ', StringComparison.Ordinal)), Is.EqualTo(((string[])
        [
            "append shipping-prepared", "POST /orders/{orderId:guid}/events", "shipping process payment-captured", "payment.payment-captured publish",
            "append payment-captured", "POST /orders/{orderId:guid}/events", "payment process order-created", "orders.order-created publish",
            "append order-created", "POST /orders",
        ]).Where(name => producer || !name.EndsWith(" publish", StringComparison.Ordinal))));
        Assert.That(way.Count(name => name == "POST"), Is.EqualTo(3), "the calls themselves, as the callers saw them");

        // Nobody is left without a parent but the call.
        var ids = trace.Select(span => span.SpanId).ToHashSet();
        Assert.That(trace.Where(span => !ids.Contains(span.ParentSpanId)).Select(span => span.DisplayName), Is.EqualTo(new[] { "POST" }));
        Assert.That(trace.Where(span => span.DisplayName.EndsWith(" publish", StringComparison.Ordinal)).Select(span => span.Kind), Is.All.EqualTo(ActivityKind.Producer));
        Assert.That(shipping.Kind, Is.EqualTo(ActivityKind.Consumer));

        async Task<Activity> Span(string name) =>
            (await Eventually.Get(() => Task.FromResult(spans.Find(name, orderId)), span => span is not null, $"the span '{name}'"))!;

        List<string> Way(Activity from)
        {
            List<string> names = [];
            for (var span = from; span is not null; span = spans.Of(from.TraceId).FirstOrDefault(parent => parent.SpanId == span.ParentSpanId))
                names.Add(span.DisplayName);
            return names;
        }
    }
}
