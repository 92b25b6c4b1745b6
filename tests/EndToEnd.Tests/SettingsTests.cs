using Shop.Testing;

namespace Shop.EndToEnd.Tests;

/// <summary>A service that is configured wrongly does not start, and its last line says in one sentence what to mend.</summary>
public sealed class SettingsTests
{
    [TestCase("services/OrderEvents", "DataDirectory=/proc/nowhere", "cannot be made")]
    [TestCase("services/OrderEvents", "urls=nonsense", "nonsense")]
    [TestCase("services/OrderEvents", "ServiceKey=short", "ServiceKey is not set")]
    [TestCase("services/Payment", "Orders:Url=nowhere", "Orders:Url is not set")]
    [TestCase("services/Payment", "Payment:Provider:Url=nowhere", "Payment:Provider:Url is not set")]
    [TestCase("services/Payment", "Payment:Provider:Timeout=00:00:00", "Timeout must be positive")]
    [TestCase("services/Payment", "Payment:AuthorizationDelay=soon", "Payment:AuthorizationDelay")]
    [TestCase("services/Payment", "ConnectionStrings:RabbitMq=http://broker", "ConnectionStrings:RabbitMq must be of the form")]
    [TestCase("services/Payment", "Messaging:Prefetch=0", "Messaging:Prefetch must be between")]
    [TestCase("services/Shipping", "Shipping:WarehouseUrl=nowhere", "Shipping:WarehouseUrl is not a URL")]
    [TestCase("services/Shipping", "Shipping:PreparationDelay=-00:00:01", "Shipping:PreparationDelay must not be negative")]
    [TestCase("services/Notification", "Mail:From=nobody", "Mail:From is not an e-mail address")]
    [TestCase("gateway", "Keys:0:Scope=everything", "Keys")]
    public void A_wrong_setting_is_said_in_one_line(string project, string setting, string expected)
    {
        using var folder = new TemporaryFolder();
        using var process = new ServiceProcess(project, folder.Path, [$"DataDirectory={folder.Path}/data", setting]);
        Assert.That(async () => await process.Start(), Throws.InvalidOperationException.With.Message.Contains("ended with 1"));
        var last = process.Log.TrimEnd().Split('\n')[^1];
        Assert.That(last, Does.StartWith("error: ").And.Contain(expected));
    }

    [TestCase("services/OrderEvents")]
    [TestCase("services/Payment")]
    [TestCase("services/Shipping")]
    [TestCase("services/Notification")]
    [TestCase("gateway")]
    [TestCase("infra/Sandbox")]
    public void Outside_development_nothing_starts_with_development_keys(string project)
    {
        using var folder = new TemporaryFolder();
        using var process = new ServiceProcess(
            project, folder.Path,
            [$"DataDirectory={folder.Path}/data", "ServiceKey=dev-service", "Payment:Provider:Key=sk_test_shop_sandbox", "Sandbox:Key=sk_test_shop_sandbox"],
            new Dictionary<string, string> { ["ASPNETCORE_ENVIRONMENT"] = "Production" });
        Assert.That(async () => await process.Start(), Throws.InvalidOperationException.With.Message.Contains("ended with 1").And.Message.Contains("error: "));
    }

    [Test]
    public async Task A_port_that_is_taken_is_said_in_one_line()
    {
        using var folder = new TemporaryFolder();
        using var first = await new ServiceProcess("services/OrderEvents", folder.Path, [$"DataDirectory={folder.Path}/first"]).Start();
        using var second = new ServiceProcess("services/OrderEvents", Directory.CreateDirectory(Path.Combine(folder.Path, "b")).FullName, [$"DataDirectory={folder.Path}/second", $"urls={first.Url}"]);
        Assert.That(async () => await second.Start(), Throws.InvalidOperationException.With.Message.Contains("address already in use"));
    }
}
