using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Shop.Backoffice.Deliveries;
using Shop.Contracts;
using Shop.Testing;

namespace Shop.Deliveries.Tests;

/// <summary>The deliveries by themselves: approvals that a test writes, a clock that it moves, and a system that it plays.</summary>
public sealed class DeliveringShop : IAsyncDisposable
{
    public const string Secret = "a-secret-of-24-characters";

    private readonly TemporaryFolder folder = new();
    private readonly ServiceProvider services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly HttpClient http;
    private long position;

    public DeliveringShop()
    {
        http = new HttpClient(System) { Timeout = Timeout.InfiniteTimeSpan };
        Open();
    }

    public SettableClock Clock { get; } = new();

    public OrderManagementSystem System { get; } = new();

    /// <summary>The rows of the projection.</summary>
    public List<Approval> Approvals { get; } = [];

    public DeliveryStore Store { get; private set; } = null!;

    public DeliveryProcess Process { get; private set; } = null!;

    /// <summary>Everything that is or was to be delivered.</summary>
    public IReadOnlyList<Delivery> All => Store.List(0, null, null, 1000);

    /// <summary>An order is approved.</summary>
    public Guid Approve()
    {
        var order = Guid.NewGuid();
        Approvals.Add(new Approval(position += 5, order, ApprovalKind.Approved, Clock.Now, new ApprovedOrder(
            "AAAA-BBBB-CCCC", "EUR", [new OrderItem("TEA-1", "Green tea", 2, 1999)], new OrderTotals(3998, 0, 0, 3998), new CustomerView("en", Name: "Ada Example"))));
        return order;
    }

    /// <summary>An approved order is cancelled.</summary>
    public void Revoke(Guid order) => Approvals.Add(new Approval(position += 5, order, ApprovalKind.Revoked, Clock.Now, Reason: "changed my mind"));

    /// <summary>Steps, and lets the time between the steps pass, until so much of it has passed.</summary>
    public async Task Run(TimeSpan time)
    {
        for (var end = Clock.Now + time; Clock.Now < end;) Clock.Now += await Process.Step(CancellationToken.None);
    }

    /// <summary>The process ends, and another one begins on the same files.</summary>
    public async Task Restart()
    {
        await Store.DisposeAsync();
        Open();
    }

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        Process.Dispose();
        http.Dispose();
        await services.DisposeAsync();
        folder.Dispose();
    }

    private void Open()
    {
        var options = Options.Create(new OrderManagementOptions { Url = "http://oms.example/webhooks", Secrets = [Secret] });
        Store = DeliveryStore.Open(folder.Path);
        Process = new DeliveryProcess(
            (after, limit) => [.. Approvals.Where(approval => approval.Sequence > after).Take(limit)], Store, new OrderManagementClient(http, options, Clock),
            options, new DeliveryMetrics(services.GetRequiredService<IMeterFactory>(), Store), Clock, NullLogger<DeliveryProcess>.Instance);
    }
}
