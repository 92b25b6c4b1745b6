using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Shop.Backoffice;
using Shop.Contracts;
using Shop.Gateway;
using Shop.Notification;
using Shop.OrderEvents;
using Shop.Payment;
using Shop.Sandbox;
using Shop.Shipping;
using Shop.Testing;

namespace Shop.Infra.Tests;

/// <summary>A broker that was given <c>infra/rabbitmq</c>, and the shop on it, each service as the user that is made for it.</summary>
internal sealed class ShopOnBroker : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly Dictionary<string, RunningService> services = [];

    private ShopOnBroker(RabbitMqServer broker) => Broker = broker;

    public RabbitMqServer Broker { get; }

    public IReadOnlyDictionary<string, RunningService> Services => services;

    public static async Task<ShopOnBroker> Start()
    {
        var broker = await RabbitMqServer.Start();
        var shop = new ShopOnBroker(broker);
        try
        {
            var (_, users, _) = await Definitions.Users(Definitions.Passwords);
            await broker.Import(users);
            await broker.Import(await File.ReadAllTextAsync(Definitions.File));

            var sandbox = await shop.Run("sandbox", SandboxService.Build);
            var orders = await shop.Run("order-events", OrderEventsService.Build, shop.As("order-events"));
            var payment = await shop.Run("payment", PaymentService.Build, shop.As("payment"), $"Orders:Url={orders}", $"Payment:Provider:Url={sandbox}");
            var shipping = await shop.Run("shipping", ShippingService.Build, shop.As("shipping"), $"Orders:Url={orders}");
            var notification = await shop.Run("notification", NotificationService.Build, shop.As("notification"), $"Orders:Url={orders}");
            var backoffice = await shop.Run(
                "backoffice", BackofficeService.Build, $"Orders:Url={orders}", $"Services:payment={payment}", $"Services:shipping={shipping}",
                $"Services:notification={notification}");
            await shop.Run(
                "gateway", GatewayService.Build, $"ReverseProxy:Clusters:orders:Destinations:orders:Address={orders}",
                $"ReverseProxy:Clusters:shipping:Destinations:shipping:Address={shipping}",
                $"ReverseProxy:Clusters:backoffice:Destinations:backoffice:Address={backoffice}");
            foreach (var (name, service) in shop.services)
            {
                await Eventually.Get(
                    () => service.Send(HttpMethod.Get, "/health/ready"), answer => answer.Status == 200, $"{name} is ready", TimeSpan.FromSeconds(60));
            }

            return shop;
        }
        catch
        {
            await shop.DisposeAsync();
            throw;
        }
    }

    /// <summary>The shop's virtual host as that user sees it.</summary>
    public Uri Address(string user) => new UriBuilder(Broker.AmqpUri) { UserName = user, Password = Definitions.Password, Path = "shop" }.Uri;

    /// <summary>Places an order at the gateway, and waits until it has that status; its id.</summary>
    public async Task<string> Place(string methodToken, string status)
    {
        var gateway = services["gateway"];
        var placed = await gateway.Send(HttpMethod.Post, "/api/v1/orders", SampleOrders.Json(methodToken), ("X-Api-Key", "dev-storefront"));
        Assert.That(placed.Status, Is.EqualTo(201), placed.Text);
        var id = placed.Body.GetProperty("orderId").GetString()!;
        await Eventually.Get(
            async () => (await gateway.Send(HttpMethod.Get, $"/api/v1/orders/{id}", null, ("X-Api-Key", "dev-storefront"))).Body.GetProperty("status").GetString(),
            seen => seen == status, $"{id} is {status}", TimeSpan.FromSeconds(60));
        return id;
    }

    /// <summary>The queues, exchanges or bindings of a virtual host, as one line each that says everything of its shape.</summary>
    public async Task<IReadOnlyList<string>> Shape(string virtualHost, string kind)
    {
        var all = await Broker.Management($"{kind}/{virtualHost}");
        return
        [
            .. all.EnumerateArray().Where(one => kind != "exchanges" || Topology.Exchanges.Contains(one.GetProperty("name").GetString()))
                .Where(one => kind != "bindings" || one.GetProperty("source").GetString()!.Length > 0)
                .Select(one => string.Join(' ', Properties.Where(name => one.TryGetProperty(name, out _)).Select(name => $"{name}={Sorted(one.GetProperty(name))}")))
                .Order(StringComparer.Ordinal),
        ];
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var service in Enumerable.Reverse(services.Values.ToList())) await service.DisposeAsync();
        await Broker.DisposeAsync();
        folder.Dispose();
    }

    private static readonly string[] Properties = ["name", "type", "durable", "auto_delete", "source", "destination", "routing_key", "arguments"];

    private static string Sorted(JsonElement value) => value.ValueKind == JsonValueKind.Object
        ? string.Join(',', value.EnumerateObject().OrderBy(member => member.Name, StringComparer.Ordinal).Select(member => $"{member.Name}:{member.Value}"))
        : value.ToString();

    private string As(string user) => $"ConnectionStrings:RabbitMq={Address(user)}";

    private async Task<string> Run(string name, Func<string[], WebApplication> build, params string[] settings)
    {
        var service = await RunningService.Start(build, [$"DataDirectory={Path.Combine(folder.Path, name)}", .. settings]);
        if (name == "gateway") service.Client.DefaultRequestHeaders.Remove("X-Api-Key");
        services.Add(name, service);
        return service.Url.ToString();
    }
}
