using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;

namespace Shop.Sandbox.Tests;

public sealed class FaultTests
{
    private RunningSandbox sandbox = null!;

    [OneTimeSetUp]
    public async Task Start() => sandbox = await RunningSandbox.Start();

    [TearDown]
    public Task Mend() => sandbox.Faults("""{"mode":"none"}""");

    [OneTimeTearDown]
    public async Task Stop() => await sandbox.DisposeAsync();

    [TestCase("down", 503, "api_error")]
    [TestCase("errors", 500, "api_error")]
    [TestCase("rate-limit", 429, "invalid_request_error")]
    public async Task A_fault_refuses_before_anything_is_begun(string mode, int status, string type)
    {
        await sandbox.Faults($$"""{"mode":"{{mode}}"}""");
        var key = $"f-{mode}";
        var refused = await sandbox.PostWithKey(key, "/v1/payment_intents", RunningSandbox.Payment(key, "pm_card_visa"));
        Assert.That((refused.Status, refused.Error("type")), Is.EqualTo((status, type)));
        Assert.That((await sandbox.Get("/v1/payment_intents")).Status, Is.EqualTo(status));

        await sandbox.Faults("""{"mode":"none"}""");
        var done = await sandbox.PostWithKey(key, "/v1/payment_intents", RunningSandbox.Payment(key, "pm_card_visa"));
        Assert.That((done.Status, done.Replayed), Is.EqualTo((200, false)));
        Assert.That((await sandbox.Ledger(key)).Number("authorized"), Is.EqualTo(4497));
    }

    [Test]
    public async Task Too_many_requests_are_told_when_to_come_back()
    {
        await sandbox.Faults("""{"mode":"rate-limit"}""");
        using var response = await sandbox.Client.GetAsync("/v1/payment_intents");
        Assert.That(response.Headers.RetryAfter?.Delta, Is.EqualTo(TimeSpan.FromSeconds(1)));
    }

    [Test]
    public async Task A_rate_hits_that_share_of_the_requests()
    {
        await sandbox.Faults("""{"mode":"errors","rate":0.25}""");
        var statuses = new List<int>();
        for (var i = 0; i < 8; i++) statuses.Add((await sandbox.Get("/v1/payment_intents")).Status);
        Assert.That(statuses.Count(status => status == 500), Is.EqualTo(2));
    }

    [Test]
    public async Task Slow_takes_its_time_and_works()
    {
        await sandbox.Faults("""{"mode":"slow","latencyMs":300}""");
        var watch = Stopwatch.StartNew();
        Assert.That((await sandbox.Get("/v1/payment_intents")).Status, Is.EqualTo(200));
        Assert.That(watch.ElapsedMilliseconds, Is.GreaterThanOrEqualTo(290));
    }

    [Test]
    public async Task Any_answer_can_be_lost()
    {
        var id = (await sandbox.Authorize("f-lost")).Text("id");
        await sandbox.Faults("""{"mode":"lost-reply"}""");
        Assert.That(async () => await sandbox.PostWithKey("f-lost", $"/v1/payment_intents/{id}/capture"),
            Throws.InstanceOf<HttpRequestException>());
        await sandbox.Faults("""{"mode":"none"}""");
        var again = await sandbox.PostWithKey("f-lost", $"/v1/payment_intents/{id}/capture");
        Assert.That((again.Status, again.Replayed, again.Json.Text("status")), Is.EqualTo((200, true, "succeeded")));
        Assert.That((await sandbox.Ledger("f-lost")).Number("captured"), Is.EqualTo(4497));
    }

    [TestCase("""{"mode":"chaos"}""")]
    [TestCase("""{"mode":"slow","latencyMs":-1}""")]
    [TestCase("""{"mode":"errors","rate":2}""")]
    [TestCase("""{"rate":1}""")]
    [TestCase("not json")]
    public async Task A_wrong_fault_is_refused_and_changes_nothing(string json)
    {
        using var response = await sandbox.Client.PutAsync("/sandbox/faults", new StringContent(json, Encoding.UTF8, "application/json"));
        Assert.That((int)response.StatusCode, Is.EqualTo(400));
        Assert.That((await sandbox.Get("/sandbox/faults")).Json.Text("mode"), Is.EqualTo("none"));
    }

    [Test]
    public async Task The_ledger_has_a_line_for_each_order()
    {
        foreach (var order in new[] { "l-1", "l-2", "l-3" })
        {
            var id = await sandbox.Pay(order);
            await sandbox.Post("/v1/refunds", $"payment_intent={id}", "amount=497");
        }

        var lines = (await sandbox.Client.GetStringAsync("/sandbox/ledger")).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonNode.Parse(line)!).Where(line => line.Text("orderId").StartsWith("l-")).ToList();
        Assert.That(lines.Select(line => line.Text("orderId")), Is.EqualTo(["l-1", "l-2", "l-3"]));
        using (Assert.EnterMultipleScope())
        {
            foreach (var line in lines)
            {
                Assert.That((line.Number("authorized"), line.Number("captured"), line.Number("refunded")),
                    Is.EqualTo((4497L, 4497L, 497L)));
                Assert.That(line["movements"]!.AsArray().Select(movement => movement!.Text("kind")),
                    Is.EqualTo(["authorization", "capture", "refund"]));
            }
        }
    }
}
