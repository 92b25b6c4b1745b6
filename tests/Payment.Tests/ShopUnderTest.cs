using Shop.Payment.Provider;
using Shop.Testing;

namespace Shop.Payment.Tests;

/// <summary>
/// Orders, payment and provider, all real and without a broker; payment is a process of its own, which can be killed. Every stream and ledger that a test found is looked
/// at once more after the payment service has come to rest: nothing may have been added behind the test's back.
/// </summary>
public sealed class ShopUnderTest : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly List<(Guid Order, string[] Stream, Money Money)> found = [];
    private readonly string[] settings;
    private readonly HttpClient http;

    private ShopUnderTest(OrderBook orders, Provider provider, string[] settings)
    {
        (Orders, Provider) = (orders, provider);
        this.settings = [
            $"DataDirectory={folder.Path}/payment", $"Orders:Url={Orders.Url}", $"Payment:Provider:Url={Provider.Url}",
            "Payment:Provider:Timeout=00:00:02", "Payment:Provider:BreakDuration=00:00:00.5", "Messaging:RetryDelays:0=1", .. settings];
        Payment = new ServiceProcess("services/Payment", folder.Path, this.settings);
        http = StripeCalls.ClientOf(Provider.Url);
    }

    /// <summary>The payment service.</summary>
    public ServiceProcess Payment { get; }

    /// <summary>What the payment service's consumers call, to be called by a test: one handler more.</summary>
    public PaymentProcess Process => Handlers.Of(Orders, Stripe);

    /// <summary>The provider as the payment service calls it.</summary>
    public IPaymentProvider Stripe => StripeCalls.ProviderOf(http);

    public OrderBook Orders { get; }

    public Provider Provider { get; }

    public static async Task<ShopUnderTest> Open(string[] payment, params string[] provider)
    {
        var shop = new ShopUnderTest(await OrderBook.Open(), await Provider.Open(provider), payment);
        await shop.Payment.Start();
        return shop;
    }

    /// <summary>Waits until an order's stream is exactly this, and finds its money to be just so.</summary>
    public async Task Ends(Guid order, Money money, params string[] stream)
    {
        await Orders.Becomes(order, stream);
        Assert.That(await Provider.Ledger(order), Is.EqualTo(money));
        found.RemoveAll(one => one.Order == order);
        found.Add((order, stream, money));
    }

    /// <summary>Stops everything, and sees that nothing was added to what was found.</summary>
    public async Task Close()
    {
        await Payment.Stop();
        foreach (var (order, stream, money) in found)
        {
            Assert.That(await Orders.Names(order), Is.EqualTo(stream));
            Assert.That((await Provider.Ledger(order)) with { Refunded = money.Refunded, RefundsFailed = money.RefundsFailed }, Is.EqualTo(money));
        }
    }

    public async ValueTask DisposeAsync()
    {
        Payment.Dispose();
        http.Dispose();
        await Orders.DisposeAsync();
        await Provider.DisposeAsync();
        folder.Dispose();
    }
}
