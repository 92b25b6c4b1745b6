using System.Net.Http.Headers;
using Shop.Sandbox;
using Shop.Testing;

namespace Shop.Payment.Tests;

/// <summary>What really happened to an order's money, as the provider tells it.</summary>
public sealed record Money(long Authorized = 0, long Captured = 0, long Voided = 0, long Refunded = 0, long RefundsFailed = 0, int Authorizations = 0)
{
    public static readonly Money None = new();
    public static readonly Money Taken = new(4497, 4497, Authorizations: 1);
    public static readonly Money Released = new(4497, Voided: 4497, Authorizations: 1);
    public static readonly Money GivenBack = new(4497, 4497, Refunded: 4497, Authorizations: 1);
}

/// <summary>The real sandbox, with short delays.</summary>
public sealed class Provider : IAsyncDisposable
{
    public const string Key = "sk_test_shop_sandbox";

    private readonly TemporaryFolder folder;
    private readonly RunningService service;

    private Provider(RunningService service, TemporaryFolder folder)
    {
        (this.service, this.folder) = (service, folder);
        service.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Key);
    }

    public Uri Url => service.Url;

    public static async Task<Provider> Open(params string[] settings)
    {
        var folder = new TemporaryFolder();
        return new Provider(await RunningService.Start(SandboxService.Build, [
            $"DataDirectory={folder.Path}", "Sandbox:SlowDelay=00:00:01", "Sandbox:TimeoutDelay=00:00:30", "Sandbox:RefundDelay=00:00:00.6",
            "Logging:LogLevel:Default=None", .. settings]), folder);
    }

    /// <summary>Makes everything go wrong in one way, until told <c>none</c>.</summary>
    public async Task Fault(string mode, double rate = 1)
    {
        var set = await service.Send(HttpMethod.Put, "/sandbox/faults", $$"""{"mode":"{{mode}}","rate":{{rate}}}""");
        Assert.That(set.Status, Is.EqualTo(200), set.Text);
    }

    /// <summary>The independent ledger's line of an order.</summary>
    public async Task<Money> Ledger(Guid order)
    {
        var line = await service.Send(HttpMethod.Get, $"/sandbox/ledger?orderId={order}");
        if (line.Text.Length == 0) return Money.None;
        long Sum(string name) => line.Body.GetProperty(name).GetInt64();
        return new Money(
            Sum("authorized"), Sum("captured"), Sum("voided"), Sum("refunded"), Sum("refundsFailed"),
            line.Body.GetProperty("movements").EnumerateArray().Count(movement => movement.GetProperty("kind").GetString() == "authorization"));
    }

    /// <summary>How often that kind of movement happened to an order's money.</summary>
    public async Task<int> Movements(Guid order, string kind)
    {
        var line = await service.Send(HttpMethod.Get, $"/sandbox/ledger?orderId={order}");
        return line.Text.Length == 0 ? 0 : line.Body.GetProperty("movements").EnumerateArray().Count(movement => movement.GetProperty("kind").GetString() == kind);
    }

    public async ValueTask DisposeAsync()
    {
        await service.DisposeAsync();
        folder.Dispose();
    }
}
