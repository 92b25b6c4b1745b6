using System.Net.Http.Json;
using Shop.Contracts;
using Shop.OrderEvents;
using Shop.ServiceDefaults;
using Shop.Testing;

namespace Shop.Shipping.Tests;

/// <summary>The real Order Event Service on a store of its own, and what others than shipping do to orders.</summary>
public sealed class OrderBook : IAsyncDisposable
{
    public const string
        Created = "order-created", Begun = "payment-auth-in-progress", Captured = "payment-captured", Moved = "shipping-address-updated",
        Cancelled = "order-cancelled", Preparing = "shipping-preparation-in-progress", Prepared = "shipping-prepared", HasShipped = "shipped";

    private readonly TemporaryFolder folder;
    private readonly RunningService service;
    private readonly OrdersClient client;

    private OrderBook(RunningService service, TemporaryFolder folder)
    {
        (this.service, this.folder) = (service, folder);
        client = new OrdersClient(service.Client, new ServiceName("test"), TimeProvider.System);
    }

    public Uri Url => service.Url;

    public static async Task<OrderBook> Open()
    {
        var folder = new TemporaryFolder();
        return new OrderBook(await RunningService.Start(OrderEventsService.Build, $"DataDirectory={folder.Path}", "Logging:LogLevel:Default=None"), folder);
    }

    /// <summary>The way shipping reads and writes orders; <paramref name="handler"/> stands in between.</summary>
    public OrdersClient ClientThrough(DelegatingHandler handler)
    {
        handler.InnerHandler = new SocketsHttpHandler();
        var http = new HttpClient(handler) { BaseAddress = Url };
        http.DefaultRequestHeaders.Add(ServiceKey.Header, ServiceKey.DevelopmentKey);
        return new OrdersClient(http, new ServiceName("shipping"), TimeProvider.System);
    }

    /// <summary>Places an order; its id.</summary>
    public async Task<Guid> Place()
    {
        var placed = await service.Send(HttpMethod.Post, "/orders", SampleOrders.Json());
        Assert.That(placed.Status, Is.EqualTo(201), placed.Text);
        return placed.Body.GetProperty("orderId").GetGuid();
    }

    /// <summary>Places an order, and pays it as the Payment Service does.</summary>
    public async Task<Guid> PlacePaid()
    {
        var id = await Place();
        await Write(id, new PaymentAuthInProgress(1));
        await Write(id, new PaymentCaptured(1, 4497, "EUR", "pi_1"));
        return id;
    }

    /// <summary>An order whose parcel stands ready.</summary>
    public async Task<Guid> PlacePrepared()
    {
        var id = await PlacePaid();
        await Write(id, new ShippingPreparationInProgress(Shipments.IdOf(id)));
        await Write(id, new ShippingPrepared(Shipments.IdOf(id), "DHL"));
        return id;
    }

    public async Task Cancel(Guid id)
    {
        var cancelled = await TryCancel(id);
        Assert.That(cancelled.Status, Is.EqualTo(200), cancelled.Text);
    }

    public Task<Answer> TryCancel(Guid id) => service.Send(HttpMethod.Post, $"/orders/{id}/cancel", "{}");

    public Task<Answer> Move(Guid id, string line1) =>
        service.Send(HttpMethod.Put, $"/orders/{id}/shipping-address", SampleOrders.Address(line1).ToJsonString());

    /// <summary>Writes an event as whoever brings it about does.</summary>
    public async Task Write(Guid id, OrderEvent @event)
    {
        var written = await client.Append(id, @event, Guid.NewGuid(), new Cause(Guid.NewGuid(), Guid.NewGuid()), CancellationToken.None);
        Assert.That(written, Is.InstanceOf<AppendOutcome.Written>());
    }

    public async Task<OrderView> Read(Guid id) => (await client.Find(id, CancellationToken.None))!;

    /// <summary>What happened to an order, with its data.</summary>
    public async Task<IReadOnlyList<RecordedEvent>> Stream(Guid id)
    {
        var history = await service.Client.GetFromJsonAsync($"/orders/{id}/events", ContractsJson.Default.OrderHistory);
        return [.. history!.Events.Select(envelope => envelope.ToRecorded())];
    }

    /// <summary>What happened to an order, by name.</summary>
    public async Task<IReadOnlyList<string>> Names(Guid id) => [.. (await Stream(id)).Select(recorded => EventTypes.Of(recorded.Event).Name)];

    public async ValueTask DisposeAsync()
    {
        await service.DisposeAsync();
        folder.Dispose();
    }
}
