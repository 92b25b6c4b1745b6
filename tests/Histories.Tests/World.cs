using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Shop.Contracts;
using Shop.OrderEvents;
using Shop.OrderEvents.Store;
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
    private readonly HttpClient customers;
    private readonly HttpClient carriers;
    private readonly OrdersClient staff;
    private readonly List<RecordedEvent> published = [];
    private readonly List<Request> requests = [];
    private readonly bool checksFirst;
    private int sent;
    private int checkpoint;
    private int decisions;

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
        customers = Http(new Wire(Scheduler, OrderEvents, Handle));
        customers.DefaultRequestHeaders.Add(ServiceKey.AgentHeader, Names.Customer);
        carriers = Http(new Wire(Scheduler, Shipping, Handle));
        staff = Orders("backoffice", new Wire(Scheduler, OrderEvents, Handle));
        var payments = new PaymentProcess(
            Orders(Payment, sabotage.Wire(new Wire(Scheduler, OrderEvents, Handle))), sabotage.Provider(Bank), Options.Create(new PaymentOptions()), Clock,
            PaymentMetrics, NullLogger<PaymentProcess>.Instance);
        var shipping = new PaymentCapturedConsumer(shipments, PackingTable, Options.Create(new ShippingOptions()), Clock);
        Queues =
        [
            new(Topology.PaymentQueue, Scheduler, Landmarks, message => Consumers.Payment(payments, message), sabotage.AcknowledgesFirst),
            new(Topology.ShippingQueue, Scheduler, Landmarks, message => Consumers.Shipping(shipping, message), sabotage.AcknowledgesFirst),
        ];
        checksFirst = sabotage.ChecksFirst;
    }

    public Scheduler Scheduler { get; } = new();

    public Landmarks Landmarks { get; } = new();

    public SteppedClock Clock { get; }

    public MemoryEventStore Store { get; }

    public Bank Bank { get; }

    public PackingTable PackingTable { get; }

    public IReadOnlyList<Queue> Queues { get; }

    /// <summary>Every order that the Order Event Service showed anybody, as it showed it.</summary>
    public List<byte[]> Shown { get; } = [];

    /// <summary>How many orders were asked for; the first is asked for at the beginning.</summary>
    public int Placed { get; private set; }

    /// <summary>The events of an order.</summary>
    public IReadOnlyList<RecordedEvent> Stream(Guid order) => [.. Log().Where(recorded => recorded.OrderId == order)];

    /// <summary>The whole log.</summary>
    public IReadOnlyList<RecordedEvent> Log() => Completed(streams.ReadAll(0, int.MaxValue, default));

    /// <summary>A customer places the next order; null when there are enough.</summary>
    public string? Place(string token)
    {
        if (Placed == Names.Orders.Count) return null;
        var letter = Names.Of(Names.Orders[Placed++]);
        return Ask(new Request(HttpMethod.Post, "/orders", SampleOrders.Json(token), letter), $"places {letter}, to be paid by {token}");
    }

    public string Pay(Guid order, string token) => Ask(
        new Request(HttpMethod.Put, $"/orders/{order}/payment", $$"""{"methodToken":"{{token}}"}""", $"key-{requests.Count}"),
        $"wants to pay {Names.Of(order)} by {token}");

    public string MoveHouse(Guid order)
    {
        var street = $"{requests.Count} Other Street";
        return Ask(
            new Request(HttpMethod.Put, $"/orders/{order}/shipping-address", SampleOrders.Address(street).ToJsonString(), $"key-{requests.Count}"),
            $"wants {Names.Of(order)} sent to {street}");
    }

    public string Cancel(Guid order) => Ask(
        new Request(HttpMethod.Post, $"/orders/{order}/cancel", "{}", $"key-{requests.Count}"), $"wants to cancel {Names.Of(order)}");

    /// <summary>The carrier takes a parcel along.</summary>
    public string Ship(Guid order) => Ask(
        new Request(HttpMethod.Post, $"/shipments/{order}/shipped", """{"carrier":"DHL","packages":[{"trackingNumber":"JJD01"}]}""", IsCarriers: true),
        $"says that {Names.Of(order)} has left");

    /// <summary>Somebody who has heard no answer, or is impatient, asks for the same again; null when nobody asked for anything.</summary>
    public string? AskAgain(int which)
    {
        if (requests.Count == 0) return null;
        Landmarks.Reach(Landmark.CommandRepeated);
        var request = requests[which % requests.Count];
        return Ask(request, $"asks again: {request.Method} {request.Path.Split('/')[^1]}");
    }

    /// <summary>Staff decides about a payment under review, or tries to.</summary>
    public string Review(Guid order, bool accepts)
    {
        var attempt = Math.Max(1, Stream(order).Count(recorded => recorded.Event is PaymentAuthInProgress));
        return Decide(order, accepts ? new PaymentReviewAccepted(attempt, "grace") : new PaymentReviewDeclined(attempt, "grace"));
    }

    /// <summary>Staff wants money to be given back.</summary>
    public string Refund(Guid order, long amount) =>
        Decide(order, new RefundRequested(NameBasedId.Of("asked", $"{decisions}"), amount, "damaged"));

    /// <summary>The publisher sends the next event; null when there is none.</summary>
    public string? Publish(bool saves)
    {
        if (Completed(streams.ReadAll(sent, 1, default)) is not [var recorded]) return null;
        sent++;
        if (saves) checkpoint = checksFirst ? Store.Log.Count : sent;
        foreach (var queue in Queues.Where(queue => queue.Wants(recorded))) queue.Put(recorded);
        if (EventTypes.Of(recorded.Event).RoutingKey is null) return $"the publisher passes {Name(recorded)} over";
        if (published.Exists(earlier => earlier.EventId == recorded.EventId)) Landmarks.Reach(Landmark.PublishedTwice);
        published.Add(recorded);
        return $"the publisher sends {Name(recorded)}";
    }

    /// <summary>The broker delivers a message twice; null when there was none.</summary>
    public string? Duplicate(int which)
    {
        if (published.Count == 0) return null;
        var again = published[which % published.Count];
        foreach (var queue in Queues.Where(queue => queue.Wants(again))) queue.Put(again);
        return $"{Name(again)} is in the broker twice";
    }

    /// <summary>A process dies, and is started again; null when it was doing nothing.</summary>
    public string? Kill(string process)
    {
        var rewinds = process == OrderEvents && sent != checkpoint;
        if (Scheduler.Kill(process) == 0 && !rewinds) return null;
        if (process == OrderEvents) sent = checkpoint;
        foreach (var queue in Queues.Where(queue => queue.Service == process)) queue.Return();
        Landmarks.Reach(Landmark.ServiceKilled);
        return $"{process} is killed";
    }

    /// <summary>The events that were to be published and were not.</summary>
    public IEnumerable<RecordedEvent> Unpublished() =>
        Log().Where(recorded => EventTypes.Of(recorded.Event).RoutingKey is not null && !published.Exists(sent => sent.EventId == recorded.EventId));

    /// <summary>An event, as people speak of it.</summary>
    public static string Name(RecordedEvent recorded) => $"{EventTypes.Of(recorded.Event).Name} of {Names.Of(recorded.OrderId)}";

    private string Ask(Request request, string what)
    {
        if (!requests.Contains(request)) requests.Add(request);
        var (http, who) = request.IsCarriers ? (carriers, "the carrier") : (customers, "the customer");
        Scheduler.Start(Outside, who, Send);
        return $"{who} {what}";

        async Task Send()
        {
            using var message = new HttpRequestMessage(request.Method, request.Path);
            message.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(request.Body)) { Headers = { ContentType = new("application/json") } };
            if (request.Key is not null) message.Headers.Add(Idempotency.KeyHeader, request.Key);
            try
            {
                using var answer = await http.SendAsync(message);
                if ((int)answer.StatusCode is 409 && (await answer.Content.ReadAsStringAsync()).Contains("order-not-cancellable"))
                    Landmarks.Reach(Landmark.CancelRefused);
            }
            catch (HttpRequestException)
            {
                Landmarks.Reach(Landmark.RequestLost);
            }
        }
    }

    private string Decide(Guid order, OrderEvent decision)
    {
        var id = NameBasedId.Of("decision", $"{decisions++}");
        Scheduler.Start(Outside, "staff", Send);
        return $"staff writes {EventTypes.Of(decision).Name} of {Names.Of(order)}{(decision is RefundRequested refund ? $" ({refund.Amount})" : "")}";

        async Task Send()
        {
            try
            {
                await staff.Append(order, decision, id, new Cause(id, id), default);
            }
            catch (OrdersUnavailableException)
            {
                Landmarks.Reach(Landmark.RequestLost);
            }
        }
    }

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

    private static T Completed<T>(ValueTask<T> task) => task.IsCompleted ? task.Result : throw new InvalidOperationException("Reading does not wait.");

    private sealed record Request(HttpMethod Method, string Path, string Body, string? Key = null, bool IsCarriers = false);
}
