using System.Text.Json;
using Shop.Testing;

namespace Shop.Backoffice.Tests;

/// <summary>What an operator reads of a shop that runs, through the gateway and on the command line.</summary>
public sealed class OperatorReadingTests
{
    private TemporaryFolder folder = null!;
    private ShopInProcess shop = null!;
    private string order = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        folder = new TemporaryFolder();
        shop = await ShopInProcess.Start(folder.Path);
        order = await shop.Place();
        await shop.Becomes(order, "shipment-prepared");
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        await shop.DisposeAsync();
        folder.Dispose();
    }

    [Test]
    public async Task An_order_as_it_stood_and_what_has_changed_since()
    {
        Assert.That((await Read($"orders/{order}")).GetProperty("status").GetString(), Is.EqualTo("shipment-prepared"));
        var first = await Read($"orders/{order}?revision=0");
        Assert.That(first.GetProperty("status").GetString(), Is.EqualTo("created"));
        Assert.That((await Read($"orders/{order}?at={Uri.EscapeDataString(first.GetProperty("createdAt").GetString()!)}")).GetProperty("revision").GetInt64(), Is.Zero);
        var difference = await Read($"orders/{order}/diff?from=1&to=2");
        var status = difference.GetProperty("changes").EnumerateArray().Single(change => change.GetProperty("path").GetString() == "/status");
        Assert.That((status.GetProperty("from").GetString(), status.GetProperty("to").GetString()), Is.EqualTo(("payment-in-progress", "paid")));
        Assert.That(difference.GetProperty("events").EnumerateArray().Select(one => one.GetProperty("type").GetString()), Is.EqualTo(new[] { "payment-captured" }));
        Assert.That((await Read($"orders/{order}/diff?from=2&to=2")).GetProperty("changes").GetArrayLength(), Is.Zero);
        var whole = await Read($"orders/{order}/diff");
        Assert.That((whole.GetProperty("from").GetInt64(), whole.GetProperty("to").GetInt64(), whole.GetProperty("events").GetArrayLength()), Is.EqualTo((0, 4, 4)));
    }

    [TestCase("orders/{0}?revision=99", "revision-not-found")]
    [TestCase("orders/{0}/diff?to=99", "revision-not-found")]
    [TestCase("orders/{0}?at=2001-01-01", "order-not-found")]
    [TestCase("orders/5f3f7e57-35a4-4b80-b4dc-20ae77a7a1c1", "order-not-found")]
    [TestCase("orders/5f3f7e57-35a4-4b80-b4dc-20ae77a7a1c1/diff", "order-not-found")]
    [TestCase("orders/5f3f7e57-35a4-4b80-b4dc-20ae77a7a1c1/events", "order-not-found")]
    public async Task What_there_never_was_is_a_404(string path, string code)
    {
        var answer = await shop.Operator(HttpMethod.Get, string.Format(path, order));
        Assert.That((answer.Status, answer.Code), Is.EqualTo((404, code)));
    }

    [Test]
    public async Task The_lists_follow()
    {
        await Eventually.Get(() => Read($"orders?q={order}"), found => found.GetProperty("orders") is var orders && orders.GetArrayLength() == 1
            && orders[0].GetProperty("status").GetString() == "shipment-prepared", "the order is listed as it is");
        await Eventually.Get(() => Read("approved-orders"), found => found.GetProperty("approvals").EnumerateArray().Any(row => row.GetProperty("orderId").GetString() == order), "it is approved");
        Assert.That((await Read($"orders/{order}/events")).GetProperty("events").EnumerateArray().Select(one => one.GetProperty("type").GetString()), Is.EqualTo(
            new[] { "order-created", "payment-auth-in-progress", "payment-captured", "shipping-preparation-in-progress", "shipping-prepared" }));
        Assert.That((await Read("events?from=1&limit=1")).GetProperty("events")[0].GetProperty("position").GetInt64(), Is.EqualTo(2));
    }

    [Test]
    public async Task Who_asked_for_what()
    {
        await Eventually.Get(() => Read($"commands?order={order}"), found => found.GetProperty("commands").GetArrayLength() == 5, "all five are recorded");
        var placed = (await Read($"commands?order={order}&command=place-order")).GetProperty("commands")[0];
        Assert.That((placed.GetProperty("agent").GetString(), placed.GetProperty("outcome").GetString(), placed.GetProperty("status").GetInt32()), Is.EqualTo(("customer/dev-storefront", "accepted", 201)));
        var wrong = await shop.Operator(HttpMethod.Get, "commands?outcome=maybe");
        Assert.That((wrong.Status, wrong.Code, wrong.Body.GetProperty("errors").TryGetProperty("outcome", out _)), Is.EqualTo((400, "validation-failed", true)));
    }

    [Test]
    public async Task The_same_from_the_command_line()
    {
        await Eventually.Get(() => Read("projections/journal"), one => one.GetProperty("position").GetInt64() >= 5, "the journal is written");
        var list = await shop.Admin("projections", "list");
        Assert.That((list.ExitCode, list.Error), Is.EqualTo((0, "")));
        Assert.That(list.Output, Does.Contain("approved_orders").And.Contain("order_list").And.Contain("live"));
        var rebuilt = await shop.Admin("projections", "rebuild", "journal");
        Assert.That((rebuilt.ExitCode, rebuilt.Output), Is.EqualTo((0, "journal is built, up to position 5\n")), rebuilt.Error);
        Assert.That((await shop.Admin("projections", "rebuild", "nothing")).ExitCode, Is.EqualTo(2));
        var verified = await shop.Admin("journal", "verify");
        Assert.That((verified.ExitCode, verified.Output), Is.EqualTo((0, verified.Output)), verified.Error);
        Assert.That(verified.Output, Does.StartWith("intact: 5 rows up to position 5, head "));
        var head = verified.Output.Trim().Split(' ')[^1];
        Assert.That((await shop.Admin("journal", "verify", "--position", "5", "--hash", head)).ExitCode, Is.Zero);
        var wrong = await shop.Admin("journal", "verify", "--position", "5", "--hash", new string('0', 64));
        Assert.That((wrong.ExitCode, wrong.Error), Is.EqualTo((1, wrong.Error)));
        Assert.That(wrong.Error, Does.StartWith("error: rewritten at position 5"));
        var file = Path.Combine(folder.Path, "journal.jsonl");
        var export = await shop.Admin("journal", "export", "--output", file, "--order", order);
        Assert.That((export.ExitCode, export.Output), Is.EqualTo((0, $"5 lines in {file}\n")), export.Error);
        Assert.That((await File.ReadAllLinesAsync(file)).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("revision").GetInt32()), Is.EqualTo(Enumerable.Range(0, 5)));
        var csv = await shop.Admin("journal", "export", "--format", "csv");
        Assert.That(csv.Output, Does.StartWith("position,entity_id,revision,agent,event_type,time_occurred,time_observed,data,hash\n"));
    }

    private async Task<JsonElement> Read(string path)
    {
        var answer = await shop.Operator(HttpMethod.Get, path);
        Assert.That(answer.Status, Is.EqualTo(200), answer.Text);
        return answer.Body;
    }
}
