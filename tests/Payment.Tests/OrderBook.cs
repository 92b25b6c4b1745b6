using System.Net.Http.Json;
using Shop.Contracts;
using Shop.OrderEvents;
using Shop.ServiceDefaults;
using Shop.Testing;

namespace Shop.Payment.Tests;

/// <summary>The real Order Event Service on a store of its own, and what customers and staff do to orders.</summary>
public sealed class OrderBook : IAsyncDisposable
{
    private readonly TemporaryFolder folder;
    private readonly RunningService service;
    private readonly HttpClient http;

    private OrderBook(RunningService service, TemporaryFolder folder)
    {
        (this.service, this.folder) = (service, folder);
        http = new HttpClient { BaseAddress = service.Url };
        http.DefaultRequestHeaders.Add(ServiceKey.Header, ServiceKey.DevelopmentKey);
        Client = new OrdersClient(http, new ServiceName("payment"), TimeProvider.System);
    }

    /// <summary>The way a service reads and writes orders.</summary>
    public OrdersClient Client { get; }

    public Uri Url => service.Url;

    public static async Task<OrderBook> Open()
    {
        var folder = new TemporaryFolder();
        return new OrderBook(await RunningService.Start(OrderEventsService.Build, $"DataDirectory={folder.Path}", "Logging:LogLevel:Default=None"), folder);
    }

    /// <summary>Places an order of 44.97 EUR, or of <paramref name="price"/>; its id.</summary>
    public async Task<Guid> Place(string token = "pm_card_visa", long? price = null)
    {
        var placed = await service.Send(HttpMethod.Post, "/orders", SampleOrders.Json(token, body =>
        {
            if (price is null) return;
            body["items"]![0]!["quantity"] = 1;
            body["items"]![0]!["unitPrice"] = price;
            body["shippingCost"] = 0;
            body["total"] = price;
        }));
        Assert.That(placed.Status, Is.EqualTo(201), placed.Text);
        return placed.Body.GetProperty("orderId").GetGuid();
    }

    public async Task<OrderView> Read(Guid id) => (await Client.Find(id, CancellationToken.None))!;

    public async Task Cancel(Guid id)
    {
        var cancelled = await service.Send(HttpMethod.Post, $"/orders/{id}/cancel", "{}");
        Assert.That(cancelled.Status, Is.EqualTo(200), cancelled.Text);
    }

    public Task<Answer> Pay(Guid id, string token) => service.Send(HttpMethod.Put, $"/orders/{id}/payment", $$"""{"methodToken":"{{token}}"}""");

    /// <summary>Writes an event as staff, or another service, does.</summary>
    public async Task Write(Guid id, OrderEvent @event)
    {
        var written = await Client.Append(id, @event, Guid.NewGuid(), new Cause(Guid.NewGuid(), Guid.NewGuid()), CancellationToken.None);
        Assert.That(written, Is.InstanceOf<AppendOutcome.Written>());
    }

    /// <summary>What happened to an order, with its data.</summary>
    public async Task<IReadOnlyList<OrderEvent>> Stream(Guid id)
    {
        var history = await http.GetFromJsonAsync($"/orders/{id}/events", ContractsJson.Default.OrderHistory);
        return [.. history!.Events.Select(envelope => envelope.ToRecorded().Event)];
    }

    /// <summary>What happened to an order, by name.</summary>
    public async Task<IReadOnlyList<string>> Names(Guid id) => [.. (await Stream(id)).Select(@event => EventTypes.Of(@event).Name)];

    /// <summary>Waits until the order's stream is exactly this.</summary>
    public async Task Becomes(Guid id, params string[] names)
    {
        IReadOnlyList<string> seen = [];
        await Eventually.Get(
            async () => string.Join(", ", seen = await Names(id)), _ => seen.SequenceEqual(names) || seen.Count > names.Length, string.Join(", ", names));
        Assert.That(seen, Is.EqualTo(names));
    }

    /// <summary>Waits until the order has that status.</summary>
    public Task Reaches(Guid id, OrderStatus status) => Eventually.Get(
        async () => (await Read(id)).Status, seen => seen == status, $"order {id} is {status}");

    /// <summary>The last event of that type.</summary>
    public async Task<T> Last<T>(Guid id) where T : OrderEvent => (await Stream(id)).OfType<T>().Last();

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await service.DisposeAsync();
        folder.Dispose();
    }
}
