using Shop.Notification;
using Shop.OrderEvents;
using Shop.Payment;
using Shop.Sandbox;
using Shop.Shipping;
using Shop.Testing;

namespace Shop.Observability.Tests;

/// <summary>The services, all in this process, as the local host runs them; without a broker unless one is given.</summary>
public sealed class RunningShop : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly List<RunningService> services = [];

    public RunningService Sandbox { get; private set; } = null!;

    public RunningService Orders { get; private set; } = null!;

    public RunningService Payment { get; private set; } = null!;

    public RunningService Shipping { get; private set; } = null!;

    public RunningService Notification { get; private set; } = null!;

    public IEnumerable<RunningService> Services => services;

    public static async Task<RunningShop> Start(Uri? broker = null)
    {
        var shop = new RunningShop();
        shop.Sandbox = await shop.Run("sandbox", SandboxService.Build, broker);
        shop.Orders = await shop.Run("orders", OrderEventsService.Build, broker);
        shop.Payment = await shop.Run(
            "payment", PaymentService.Build, broker, $"Orders:Url={shop.Orders.Url}", $"Payment:Provider:Url={shop.Sandbox.Url}");
        shop.Shipping = await shop.Run("shipping", ShippingService.Build, broker, $"Orders:Url={shop.Orders.Url}");
        shop.Notification = await shop.Run(
            "notification", NotificationService.Build, broker, $"Orders:Url={shop.Orders.Url}", $"Mail:Folder={Path.Combine(shop.folder.Path, "mail")}");
        foreach (var service in shop.services)
            await Eventually.Get(() => service.Send(HttpMethod.Get, "/health/ready"), answer => answer.Status == 200, "the service is ready", TimeSpan.FromSeconds(60));
        return shop;
    }

    /// <summary>Places an order; its id.</summary>
    public async Task<string> Place(string methodToken = "pm_card_visa")
    {
        var placed = await Orders.Send(HttpMethod.Post, "/orders", SampleOrders.Json(methodToken), ("Idempotency-Key", Guid.NewGuid().ToString()));
        Assert.That(placed.Status, Is.EqualTo(201), placed.Text);
        return placed.Body.GetProperty("orderId").GetString()!;
    }

    /// <summary>Waits until the order has that status.</summary>
    public Task Reaches(string orderId, string status) => Eventually.Get(
        async () => (await Orders.Send(HttpMethod.Get, $"/orders/{orderId}")).Body.GetProperty("status").GetString(),
        seen => seen == status, $"{orderId} is {status}");

    /// <summary>A service's <c>/metrics</c>, asked without a key.</summary>
    public static async Task<string> Metrics(RunningService service)
    {
        using var client = new HttpClient { BaseAddress = service.Url };
        using var answer = await client.GetAsync("/metrics");
        Assert.That((int)answer.StatusCode, Is.EqualTo(200));
        Assert.That(answer.Content.Headers.ContentType!.ToString(), Is.EqualTo("text/plain; version=0.0.4; charset=utf-8"));
        return await answer.Content.ReadAsStringAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var service in Enumerable.Reverse(services)) await service.DisposeAsync();
        folder.Dispose();
    }

    private async Task<RunningService> Run(
        string name, Func<string[], Microsoft.AspNetCore.Builder.WebApplication> build, Uri? broker, params string[] settings)
    {
        string[] transport = broker is null ? [] : [$"ConnectionStrings:RabbitMq={broker}"];
        var service = await RunningService.Start(build, [$"DataDirectory={Path.Combine(folder.Path, name)}", .. transport, .. settings]);
        services.Add(service);
        return service;
    }
}
