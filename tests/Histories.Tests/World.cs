using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Shop.Contracts;
using Shop.OrderEvents;
using Shop.Payment;
using Shop.ServiceDefaults;
using Shop.Shipping;
using Shop.Testing;

namespace Shop.Histories.Tests;

/// <summary>
/// The shop for the length of one history: the real order, handler, endpoints, clients, payment process and consumers, each in a
/// process that can die, over a store, a broker, a payment provider and a warehouse that keep their promises and lose connections.
/// </summary>
internal sealed class World
{
    public const string OrderEvents = "order-events", Payment = "payment", Shipping = "shipping", Outside = "outside";

    private static readonly StoreMetrics StoreMetrics = new(new TestMeters());
    private static readonly PaymentMetrics PaymentMetrics = new(new TestMeters());

    private readonly InProcessServer server;
    private readonly OrderStreams streams;
    private readonly Dictionary<Type, object> services;

    public World(InProcessServer server, Sabotage sabotage)
    {
        this.server = server;
        Clock = new SteppedClock(Scheduler);
        Store = new MemoryEventStore(Scheduler, Landmarks);
        Bank = new Bank(Scheduler, Landmarks, () => Store.Log.Count);
        PackingTable = new PackingTable(Scheduler);
        streams = new OrderStreams(sabotage.Store(Store));
        var handler = new OrderHandler(streams, Clock, StoreMetrics, NullLogger<OrderHandler>.Instance);
        var shipments = Orders(Shipping, new Wire(Scheduler, OrderEvents, Handle));
        services = new()
        {
            [typeof(OrderHandler)] = handler,
            [typeof(OrderStreams)] = streams,
            [typeof(TimeProvider)] = Clock,
            [typeof(OrdersClient)] = shipments,
        };
        var customers = Http(new Wire(Scheduler, OrderEvents, Handle));
        customers.DefaultRequestHeaders.Add(ServiceKey.AgentHeader, Names.Customer);
        var carriers = Http(new Wire(Scheduler, Shipping, Handle));
        People = new People(Scheduler, Landmarks, customers, carriers, Orders("backoffice", new Wire(Scheduler, OrderEvents, Handle)));
        var (payer, provider) = (Orders(Payment, sabotage.Wire(new Wire(Scheduler, OrderEvents, Handle))), sabotage.Provider(Bank));
        Diary = new Diary(Scheduler, Clock);
        var events = new PaymentEvents(payer, PaymentMetrics);
        var refunds = new Refunds(payer, events, provider, Diary, Options.Create(new RefundAuditOptions()), Clock, NullLogger<Refunds>.Instance);
        var payments = new PaymentProcess(
            payer, events, provider, refunds, Diary, Options.Create(new PaymentOptions()), Clock, NullLogger<PaymentProcess>.Instance);
        Diary.Opened(refunds, payments);
        var shipping = new PaymentCapturedConsumer(shipments, PackingTable, Options.Create(new ShippingOptions()), Clock);
        Queues =
        [
            new(Topology.PaymentQueue, Scheduler, Landmarks, message => Consumers.Payment(payments, message), sabotage.AcknowledgesFirst),
            new(Topology.ShippingQueue, Scheduler, Landmarks, message => Consumers.Shipping(shipping, message), sabotage.AcknowledgesFirst),
        ];
        Publisher = new LogPublisher(streams, Queues, Landmarks, sabotage.ChecksFirst);
    }

    public Scheduler Scheduler { get; } = new();

    public Landmarks Landmarks { get; } = new();

    public SteppedClock Clock { get; }

    public MemoryEventStore Store { get; }

    public Bank Bank { get; }

    /// <summary>What the Payment Service comes back to by the clock.</summary>
    public Diary Diary { get; }

    public PackingTable PackingTable { get; }

    public People People { get; }

    public IReadOnlyList<Queue> Queues { get; }

    public LogPublisher Publisher { get; }

    /// <summary>Every order that the Order Event Service showed anybody, as it showed it.</summary>
    public List<byte[]> Shown { get; } = [];

    /// <summary>The events of an order.</summary>
    public IReadOnlyList<RecordedEvent> Stream(Guid order) => [.. Log().Where(recorded => recorded.OrderId == order)];

    /// <summary>The whole log.</summary>
    public IReadOnlyList<RecordedEvent> Log() => Completed(streams.ReadAll(0, int.MaxValue, default));

    /// <summary>A process dies, and is started again; null when it was doing nothing.</summary>
    public string? Kill(string process)
    {
        if (Scheduler.Kill(process) == 0 && !(process == OrderEvents && Publisher.IsAhead)) return null;
        if (process == OrderEvents) Publisher.Restart();
        foreach (var queue in Queues.Where(queue => queue.Service == process)) queue.Return();
        Landmarks.Reach(Landmark.ServiceKilled);
        return $"{process} is killed";
    }

    /// <summary>What a read that does not wait came to.</summary>
    public static T Completed<T>(ValueTask<T> read) => read.IsCompleted ? read.Result : throw new InvalidOperationException("It waits.");

    private async Task<HttpResponseMessage> Handle(HttpRequestMessage request, byte[] body)
    {
        var answer = await server.Handle(request, body, services.GetValueOrDefault);
        var content = await answer.Content.ReadAsByteArrayAsync();
        if (answer.IsSuccessStatusCode) Shown.Add(content);
        else if ((int)answer.StatusCode == 409 && Encoding.UTF8.GetString(body).Contains("-in-progress/v1")) Landmarks.Reach(Landmark.MarkerRefused);
        return answer;
    }

    private OrdersClient Orders(string service, HttpMessageHandler wire) => new(Http(wire), new ServiceName(service), Clock);

    private static HttpClient Http(HttpMessageHandler wire) => new(wire) { BaseAddress = new Uri("http://shop.example/"), Timeout = Timeout.InfiniteTimeSpan };
}
