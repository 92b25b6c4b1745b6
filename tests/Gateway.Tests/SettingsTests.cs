using System.Security.Cryptography;
using System.Text;
using Shop.ServiceDefaults;
using Shop.Testing;

namespace Shop.Gateway.Tests;

public sealed class SettingsTests
{
    private TemporaryFolder folder = null!;

    [SetUp]
    public void MakeFolder() => folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    [TestCase("dev-storefront")]
    [TestCase("dev-warehouse")]
    [TestCase("dev-operator")]
    public void Outside_development_nothing_starts_with_a_development_key(string key)
    {
        var refusal = Refused(["--ServiceKey=a-real-service-key", .. Key(0, "shop", "storefront", key)]);

        Assert.That(refusal, Does.Contain("'shop' is a development key").And.Not.Contain("\n"));
    }

    [Test]
    public async Task Outside_development_nothing_starts_with_the_development_service_key()
    {
        await using var app = GatewayService.Build(Production(["--ServiceKey=dev-service", .. Key(0, "shop", "storefront", "k-4f1")]));

        var exception = Assert.CatchAsync(() => app.StartAsync());
        Assert.That(ServiceHost.StartupMessage(exception!), Does.Contain("ServiceKey is the development key"));
    }

    [Test]
    public async Task In_production_it_starts_with_keys_of_its_own()
    {
        await using var app = GatewayService.Build(Production(["--ServiceKey=a-real-key", .. Key(0, "shop", "storefront", "k-4f1")]));

        await app.StartAsync();
        Assert.That(app.Urls.Single(), Does.StartWith("http://127.0.0.1:"));
    }

    [Test]
    public void Without_keys_nobody_could_call() => Assert.That(Refused(), Does.Contain("Keys is empty"));

    [TestCase("Keys:0:Name=two words", "Keys:0:Name")]
    [TestCase("Keys:0:Name=a/b", "Keys:0:Name")]
    [TestCase("Keys:0:Name=", "Keys:0:Name")]
    [TestCase("Keys:0:Scope=admin", "Keys:0:Scope")]
    [TestCase("Keys:0:Sha256=abc", "Keys:0:Sha256")]
    [TestCase("OrderTokens:Lifetime=00:00:00", "OrderTokens:Lifetime")]
    [TestCase("RateLimits:Storefront:PerSecond=0", "RateLimits")]
    [TestCase("RateLimits:Anonymous:Burst=1", "RateLimits")]
    public void A_wrong_setting_is_named(string setting, string name) =>
        Assert.That(Refused([.. Key(0, "shop", "storefront", "k-4f1"), $"--{setting}"]), Does.StartWith(name));

    [Test]
    public void A_route_that_does_not_say_who_may_call_is_not_served()
    {
        var refusal = Refused([.. Key(0, "shop", "storefront", "k-4f1"), "--ReverseProxy:Routes:get-order:AuthorizationPolicy="]);

        Assert.That(refusal, Is.EqualTo("ReverseProxy: Route 'get-order' does not say who may call."));
    }

    [Test]
    public void A_name_or_a_key_is_not_used_twice()
    {
        var sameName = Refused([.. Key(0, "shop", "storefront", "k-1"), .. Key(1, "shop", "storefront", "k-2")]);
        Assert.That(sameName, Does.Contain("the name 'shop' twice"));
        var sameKey = Refused([.. Key(0, "a", "storefront", "k-1"), .. Key(1, "b", "warehouse", "k-1")]);
        Assert.That(sameKey, Does.Contain("the same key under 'a' and 'b'"));
    }

    [Test]
    public void Only_the_gateways_user_can_read_the_keys_that_sign_tokens()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Ignore("Windows has no file modes.");
            return;
        }

        GatewayService.Build(Production(["--ServiceKey=a-real-key", .. Key(0, "shop", "storefront", "k-4f1")]));

        var mode = File.GetUnixFileMode(Path.Combine(folder.Path, "keys"));
        Assert.That(mode, Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute));
    }

    private static string[] Key(int index, string name, string scope, string key) =>
        [$"--Keys:{index}:Name={name}", $"--Keys:{index}:Scope={scope}", $"--Keys:{index}:Sha256={Hash(key)}"];

    private static string Hash(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    private string[] Production(params string[] settings) =>
    [
        "--environment=Production", "--Urls=http://127.0.0.1:0", $"--DataDirectory={folder.Path}", "--Logging:LogLevel:Default=None",
        .. settings,
    ];

    private string Refused(params string[] settings) =>
        Assert.Throws<ConfigurationException>(() => GatewayService.Build(Production(settings)))!.Message;
}
