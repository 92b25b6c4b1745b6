using System.Net.Http.Headers;
using System.Text;
using Shop.ServiceDefaults;
using Shop.Testing;

namespace Shop.Sandbox.Tests;

public sealed class DoorTests
{
    private RunningSandbox sandbox = null!;

    [OneTimeSetUp]
    public async Task Start() => sandbox = await RunningSandbox.Start();

    [OneTimeTearDown]
    public async Task Stop() => await sandbox.DisposeAsync();

    [Test]
    public async Task Nobody_comes_in_without_the_key(
        [Values("/v1/payment_intents", "/v1/unicorns", "/sandbox/ledger", "/sandbox/faults", "/elsewhere")] string path,
        [Values(null, "Bearer sk_test_wrong", "Basic c2tfdGVzdF93cm9uZzo=", "Basic ???", "Digest x", "Bearer")] string? shown)
    {
        using var client = new HttpClient { BaseAddress = sandbox.Address };
        if (shown is not null) client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", shown);
        using var response = await client.GetAsync(path);
        var reply = await Reply.Of(response);
        Assert.That((reply.Status, reply.Error("type")), Is.EqualTo((401, "invalid_request_error")));
        Assert.That(reply.RequestId, Does.StartWith("req_"));
        Assert.That(reply.Body, Does.Not.Contain("sk_test_wrong"));
    }

    [Test]
    public async Task The_key_may_be_shown_as_a_user_name()
    {
        using var client = new HttpClient { BaseAddress = sandbox.Address };
        client.DefaultRequestHeaders.Authorization =
            new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{RunningSandbox.Key}:")));
        using var response = await client.GetAsync("/v1/payment_intents");
        Assert.That((int)response.StatusCode, Is.EqualTo(200));
    }

    [Test]
    public async Task Health_needs_no_key()
    {
        using var client = new HttpClient { BaseAddress = sandbox.Address };
        using var response = await client.GetAsync("/health/ready");
        Assert.That((int)response.StatusCode, Is.EqualTo(200));
    }

    [Test]
    public async Task A_body_in_another_form_is_refused()
    {
        using var response = await sandbox.Client.PostAsync(
            "/v1/payment_intents", new StringContent("{}", Encoding.UTF8, "application/json"));
        Assert.That((await Reply.Of(response)).Error("type"), Is.EqualTo("invalid_request_error"));
    }

    [TestCase("Development", "--Sandbox:Key=")]
    [TestCase("Production", $"--Sandbox:Key={SandboxOptions.DevelopmentKey}")]
    [TestCase("Development", "--Sandbox:SlowDelay=-00:00:01")]
    public void It_does_not_start_with_settings_that_are_wrong(string environment, string setting)
    {
        using var folder = new TemporaryFolder();
        var exception = Assert.CatchAsync(async () =>
        {
            await using var app = SandboxService.Build(
                [$"--environment={environment}", "--urls=http://127.0.0.1:0", $"--DataDirectory={folder.Path}", setting]);
            await app.StartAsync();
        });
        Assert.That(ServiceHost.StartupMessage(exception!), Does.StartWith("Sandbox"));
    }
}
