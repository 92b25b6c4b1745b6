using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Shop.Contracts;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Messaging;

namespace Shop.Shipping.Tests;

/// <summary>The warehouse on the other side of HTTP: what it is asked, and what its answers come to.</summary>
public sealed class HttpWarehouseTests
{
    private static readonly Parcel Parcel = new(
        Guid.Parse("5f0b4f3e-6f0e-4d57-8a53-0a4a54a0f002"), "ABCD-EFGH-JKMN", new Address("Ada Example", "1 Example Street", "Berlin", "10115", "DE"),
        [new OrderItem("TEA-1", "Green tea", 2, 1999)]);

    private RunningWarehouse warehouse = null!;
    private ServiceProvider services = null!;

    [SetUp]
    public async Task Start()
    {
        warehouse = await RunningWarehouse.Start();
        services = Configured(warehouse.Url);
    }

    [TearDown]
    public async Task Stop()
    {
        await services.DisposeAsync();
        await warehouse.DisposeAsync();
    }

    [Test]
    public async Task It_is_asked_for_exactly_this_under_the_shipment_s_id()
    {
        Assert.That(await Prepare(), Is.EqualTo(new PreparedParcel("DHL", "express")));
        Assert.That(warehouse.Keys, Is.EqualTo(new[] { Parcel.ShipmentId.ToString() }));
        Assert.That(JsonElement.DeepEquals(warehouse.Bodies.Single(), JsonDocument.Parse("""
            {"shipmentId":"5f0b4f3e-6f0e-4d57-8a53-0a4a54a0f002","orderNumber":"ABCD-EFGH-JKMN",
             "address":{"name":"Ada Example","line1":"1 Example Street","city":"Berlin","postalCode":"10115","country":"DE"},
             "items":[{"sku":"TEA-1","name":"Green tea","quantity":2,"unitPrice":1999}]}
            """).RootElement), Is.True, warehouse.Bodies.Single().ToString());
    }

    [TestCase("{}", null, null)]
    [TestCase("""{"carrier":"UPS"}""", "UPS", null)]
    [TestCase("""{"carrier":"UPS","service":null,"shelf":17}""", "UPS", null)]
    [TestCase("null", null, null)]
    public async Task What_it_does_not_say_is_left_open(string answer, string? carrier, string? service)
    {
        warehouse.Answer = answer;
        Assert.That(await Prepare(), Is.EqualTo(new PreparedParcel(carrier, service)));
    }

    [TestCase(408)]
    [TestCase(429)]
    [TestCase(500)]
    [TestCase(503)]
    public void That_it_cannot_now_says_that_the_message_comes_back_when_it_says(int status)
    {
        warehouse.OnRequest = context =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.RetryAfter = "17";
            return Task.CompletedTask;
        };
        Assert.That(Prepare, Throws.TypeOf<RetryLaterException>().With.Property("After").EqualTo(TimeSpan.FromSeconds(17)));
    }

    [TestCase(400)]
    [TestCase(401)]
    [TestCase(404)]
    [TestCase(422)]
    public void That_it_will_not_counts_as_failed_and_is_a_dead_letter_in_the_end(int status)
    {
        warehouse.OnRequest = context =>
        {
            context.Response.StatusCode = status;
            return Task.CompletedTask;
        };
        Assert.That(Prepare, Throws.TypeOf<HttpRequestException>());
    }

    [TestCase("")]
    [TestCase("packed!")]
    [TestCase("[]")]
    [TestCase("""{"carrier":17}""")]
    [TestCase("""{"carrier":"DHL","carrier":""")]
    public void An_answer_that_cannot_be_read_counts_as_failed(string answer)
    {
        warehouse.Answer = answer;
        Assert.That(Prepare, Throws.TypeOf<JsonException>());
    }

    [Test]
    public void Hanging_up_says_nothing_and_the_message_comes_back()
    {
        warehouse.OnRequest = context =>
        {
            context.Abort();
            return Task.CompletedTask;
        };
        Assert.That(Prepare, Throws.TypeOf<RetryLaterException>());
    }

    [Test]
    public async Task Silence_says_nothing_and_the_message_comes_back()
    {
        warehouse.OnRequest = context => Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        using var http = new HttpClient { BaseAddress = new Uri(warehouse.Url), Timeout = TimeSpan.FromMilliseconds(200) };
        Assert.That(async () => await new HttpWarehouse(http).Prepare(Parcel, CancellationToken.None), Throws.TypeOf<RetryLaterException>());
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();
        Assert.That(
            async () => await services.GetRequiredService<IWarehouse>().Prepare(Parcel, stop.Token), Throws.InstanceOf<OperationCanceledException>(),
            "the end of the service is not the warehouse's");
    }

    [Test]
    public async Task Nobody_there_says_nothing_and_the_message_comes_back()
    {
        await using var nobody = Configured("http://127.0.0.1:1");
        Assert.That(async () => await nobody.GetRequiredService<IWarehouse>().Prepare(Parcel, CancellationToken.None), Throws.TypeOf<RetryLaterException>());
    }

    [Test]
    public async Task Without_one_a_parcel_counts_as_prepared_with_the_carrier_of_the_settings()
    {
        await using var none = Configured(null, ("Shipping:Carrier", "DHL"));
        Assert.That(await none.GetRequiredService<IWarehouse>().Prepare(Parcel, CancellationToken.None), Is.EqualTo(new PreparedParcel("DHL")));
    }

    [Test]
    public void A_url_that_is_none_stops_the_start() =>
        Assert.That(() => Configured("the warehouse"), Throws.TypeOf<ConfigurationException>().With.Message.StartsWith("Shipping:WarehouseUrl"));

    [Test]
    public void A_negative_delay_stops_the_start() => Assert.That(
        async () => await Shop.Testing.RunningService.Start(ShippingService.Build, "Shipping:PreparationDelay=-00:00:01", "Orders:Url=http://127.0.0.1:1"),
        Throws.TypeOf<OptionsValidationException>().With.Message.Contains("Shipping:PreparationDelay"));

    private Task<PreparedParcel> Prepare() => services.GetRequiredService<IWarehouse>().Prepare(Parcel, CancellationToken.None);

    private static ServiceProvider Configured(string? url, params (string Name, string? Value)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration["Shipping:WarehouseUrl"] = url;
        foreach (var (name, value) in settings) builder.Configuration[name] = value;
        builder.Services.AddOptions<ShippingOptions>().Configure(options => builder.Configuration.GetSection("Shipping").Bind(options));
        builder.AddWarehouse();
        return builder.Services.BuildServiceProvider();
    }
}
