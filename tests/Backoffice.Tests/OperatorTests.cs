using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Shop.Testing;

namespace Shop.Backoffice.Tests;

/// <summary>
/// What an operator does when the warehouse refused what it should not: a shop whose parcels could not be prepared, and the same
/// shop when that is mended. Without a broker.
/// </summary>
public sealed class OperatorTests
{
    private static readonly string[] Impatient =
        ["Messaging:MaxAttempts=1", "StuckOrders:After=00:00:00.3", "StuckOrders:Interval=00:00:00.05"];

    private TemporaryFolder folder = null!;
    private WebApplication warehouse = null!;
    private ShopInProcess shop = null!;

    [SetUp]
    public async Task Start()
    {
        folder = new TemporaryFolder();
        warehouse = WebApplication.Create();
        warehouse.Urls.Add("http://127.0.0.1:0");
        warehouse.MapPost("/shipments", () => Results.UnprocessableEntity());
        await warehouse.StartAsync();
        shop = await ShopInProcess.Start(folder.Path, [.. Impatient, $"Shipping:WarehouseUrl={warehouse.Urls.Single()}"]);
    }

    [TearDown]
    public async Task Stop()
    {
        await shop.DisposeAsync();
        await warehouse.DisposeAsync();
        folder.Dispose();
    }

    [Test]
    public async Task Sees_why_an_order_is_stuck_and_replays_its_dead_letter_when_the_cause_is_gone()
    {
        var order = await shop.Place();
        var letter = await DeadLetterOf(order);
        var id = letter.GetProperty("id").GetString()!;
        Assert.That(letter.GetProperty("queue").GetString(), Is.EqualTo("shipping"));
        Assert.That(letter.GetProperty("reason").GetString(), Is.EqualTo("attempts-spent"));
        var stuck = await Eventually.Get(
            async () => (await shop.Operator(HttpMethod.Get, "stuck-orders")).Body,
            body => body.GetProperty("total").GetInt64() == 1, "a stuck order");
        Assert.Multiple(() =>
        {
            var one = stuck.GetProperty("orders")[0];
            Assert.That(one.GetProperty("orderId").GetString(), Is.EqualTo(order));
            Assert.That(one.GetProperty("waitsFor").GetString(), Is.EqualTo("shipping-prepared"));
            Assert.That(one.GetProperty("deadLetters")[0].GetString(), Is.EqualTo($"shipping/{id}"));
        });
        var details = (await shop.Operator(HttpMethod.Get, $"dead-letters/shipping/{id}")).Body;
        Assert.That(details.GetProperty("body").GetString(), Does.Contain(order).And.Not.Contain("ada@example.org"));
        Assert.That(details.GetProperty("stack").GetString(), Does.Contain("HttpWarehouse"));

        await shop.DisposeAsync();
        shop = await ShopInProcess.Start(folder.Path);
        var replayed = await shop.Operator(HttpMethod.Post, $"dead-letters/shipping/{id}/replay");
        Assert.That((replayed.Status, replayed.Body.GetProperty("count").GetInt64()), Is.EqualTo((200, 1L)), replayed.Text);
        await shop.Becomes(order, "shipment-prepared");
        var gone = await shop.Operator(HttpMethod.Post, $"dead-letters/shipping/{id}/replay");
        Assert.That((gone.Status, gone.Code), Is.EqualTo((404, "dead-letter-not-found")));
    }

    [Test]
    public async Task Lists_one_queue_or_all_and_is_told_of_one_that_there_is_not()
    {
        await DeadLetterOf(await shop.Place());
        var all = (await shop.Operator(HttpMethod.Get, "dead-letters")).Body;
        Assert.That(
            all.GetProperty("queues").EnumerateArray().Select(queue => (queue.GetProperty("queue").GetString(), queue.GetProperty("total").GetInt64())),
            Is.EqualTo(new[] { ("payment", 0L), ("shipping", 1L), ("notification", 0L) }));
        var payment = (await shop.Operator(HttpMethod.Get, "dead-letters?queue=payment")).Body;
        Assert.That(payment.GetProperty("deadLetters").GetArrayLength(), Is.Zero);
        var none = await shop.Operator(HttpMethod.Get, "dead-letters?queue=mailbox");
        Assert.That((none.Status, none.Code), Is.EqualTo((404, "queue-not-found")));
        var tooMany = await shop.Operator(HttpMethod.Get, "dead-letters?limit=0");
        Assert.That((tooMany.Status, tooMany.Code), Is.EqualTo((400, "validation-failed")));
    }

    [Test]
    public async Task Deletes_one_for_good()
    {
        var id = (await DeadLetterOf(await shop.Place())).GetProperty("id").GetString();
        Assert.That((await shop.Operator(HttpMethod.Delete, $"dead-letters/shipping/{id}")).Status, Is.EqualTo(204));
        Assert.That((await shop.Operator(HttpMethod.Delete, $"dead-letters/shipping/{id}")).Status, Is.EqualTo(404));
        Assert.That((await shop.Operator(HttpMethod.Get, "dead-letters")).Body.GetProperty("deadLetters").GetArrayLength(), Is.Zero);
    }

    [Test]
    public async Task Does_the_same_from_the_command_line()
    {
        var (first, second) = (await shop.Place(), await shop.Place());
        var id = (await DeadLetterOf(first)).GetProperty("id").GetString()!;
        await DeadLetterOf(second);

        var list = await shop.Admin("dead-letters", "list");
        Assert.That((list.ExitCode, list.Error), Is.EqualTo((0, "")));
        Assert.That(list.Output, Does.Contain(id).And.Contain(first).And.Contain(second).And.Contain("shipping: 2"));
        var json = await shop.Admin("dead-letters", "list", "--queue", "shipping", "--limit", "1", "--json");
        Assert.That(JsonDocument.Parse(json.Output).RootElement.GetProperty("deadLetters").GetArrayLength(), Is.EqualTo(1));
        var show = await shop.Admin("dead-letters", "show", "shipping", id);
        Assert.That((show.ExitCode, show.Output.Contains("HttpWarehouse", StringComparison.Ordinal), show.Output.Contains(first, StringComparison.Ordinal)), Is.EqualTo((0, true, true)), show.Output);
        await Eventually.Get(
            () => shop.Admin("stuck-orders", "list"), stuck => stuck.ExitCode == 0 && stuck.Output.Contains("2 stuck", StringComparison.Ordinal)
                && stuck.Output.Contains($"shipping/{id}", StringComparison.Ordinal), "both orders are stuck");
        Assert.That((await shop.Admin("stuck-orders", "nudge", first)).ExitCode, Is.EqualTo(1), "there is no broker");
        Assert.That((await shop.Admin("dead-letters", "delete", "shipping", id)).ExitCode, Is.Zero);
        Assert.That((await shop.Admin("dead-letters", "show", "shipping", id)).ExitCode, Is.EqualTo(2));

        await shop.DisposeAsync();
        shop = await ShopInProcess.Start(folder.Path);
        var replay = await shop.Admin("dead-letters", "replay-all", "shipping");
        Assert.That((replay.ExitCode, replay.Output.Trim()), Is.EqualTo((0, "1 handed back to shipping")));
        await shop.Becomes(second, "shipment-prepared");
    }

    [Test]
    public async Task Is_told_by_the_command_line_what_is_wrong_with_its_settings()
    {
        var noKey = await ShopInProcess.Admin(shop.Url.ToString(), null, "dead-letters", "list");
        Assert.That((noKey.ExitCode, noKey.Error), Is.EqualTo((1, "error: SHOP_OPERATOR_KEY must be set to a key of the operator scope (dev-operator for a local shop).\n")));
        var wrongKey = await ShopInProcess.Admin(shop.Url.ToString(), "dev-storefront", "dead-letters", "list");
        Assert.That((wrongKey.ExitCode, wrongKey.Error.Contains("forbidden", StringComparison.Ordinal)), Is.EqualTo((1, true)), wrongKey.Error);
        var noShop = await ShopInProcess.Admin("http://127.0.0.1:1", "dev-operator", "stuck-orders", "list");
        Assert.That((noShop.ExitCode, noShop.Error.StartsWith("error: The shop at http://127.0.0.1:1 does not answer", StringComparison.Ordinal)), Is.EqualTo((3, true)), noShop.Error);
        Assert.That((await shop.Admin("dead-letters", "lst")).ExitCode, Is.EqualTo(1));
    }

    private async Task<JsonElement> DeadLetterOf(string order)
    {
        var letters = await Eventually.Get(
            async () => (await shop.Operator(HttpMethod.Get, "dead-letters")).Body.GetProperty("deadLetters").EnumerateArray()
                .Where(letter => letter.TryGetProperty("orderId", out var id) && id.GetString() == order).ToList(),
            letters => letters.Count == 1, $"a dead letter of {order}");
        return letters[0];
    }
}
