using System.Text.Json;

namespace Shop.Producer.Tests;

/// <summary>The steps of an order, one program after the other.</summary>
public sealed class StepTests
{
    private RunningShop shop = null!;

    [OneTimeSetUp]
    public async Task Start() => shop = await RunningShop.Start();

    [OneTimeTearDown]
    public async Task Stop() => await shop.DisposeAsync();

    [Test]
    public async Task An_order_is_placed_followed_and_shown_with_what_happened()
    {
        var ended = await shop.Run("order");
        Assert.That((ended.ExitCode, ended.Error), Is.EqualTo((0, "")));
        Assert.That(Guid.TryParse(ended.Order, out _), ended.Output);
        Assert.That(Events(ended), Is.EqualTo(new[]
        {
            "order-created", "payment-auth-in-progress", "payment-captured", "shipping-preparation-in-progress", "shipping-prepared",
        }));
        Assert.That(ended.Output, Does.Contain("shipment-prepared").And.Not.Contain("\u001b"));
    }

    [Test]
    public async Task A_prepared_order_is_shipped_and_can_not_be_cancelled_any_more()
    {
        var order = await shop.Order("order");
        var shipped = await shop.Run("ship", order, "--carrier", "DPD", "--tracking", "PARCEL-17");
        Assert.That(shipped.ExitCode, Is.Zero, shipped.Error);
        Assert.That(Events(shipped)[^1], Is.EqualTo("shipped"));
        Assert.That(shipped.Output, Does.Contain("DPD, PARCEL-17"));

        var cancelled = await shop.Run("cancel", order);
        Assert.That((cancelled.ExitCode, cancelled.Output), Is.EqualTo((1, "")));
        Assert.That(cancelled.Error, Does.StartWith("error: ").And.Contain("(order-not-cancellable)"));
    }

    [Test]
    public async Task A_declined_order_is_paid_again()
    {
        var order = await shop.Order("order", "--card", "pm_card_visa_chargeDeclined");
        var paid = await shop.Run("pay-authorised", order);
        Assert.That(paid.ExitCode, Is.Zero, paid.Error);
        Assert.That(Events(paid), Does.Contain("payment-auth-failed").And.Contain("payment-updated").And.Contain("payment-captured"));

        var again = await shop.Run("pay-authorised", order);
        Assert.That(again.ExitCode, Is.EqualTo(1));
        Assert.That(again.Error, Does.Contain("(payment-update-not-allowed)"));
    }

    [Test]
    public async Task A_payment_is_put_under_review_and_the_order_cancelled()
    {
        var order = await shop.Order("pay-review");
        var cancelled = await shop.Run("cancel", order, "--reason", "takes too long", "--json");
        Assert.That(cancelled.ExitCode, Is.Zero, cancelled.Error);
        var read = JsonDocument.Parse(cancelled.Output).RootElement;
        Assert.Multiple(() =>
        {
            Assert.That(read.GetProperty("status").GetString(), Is.EqualTo("cancelled"));
            Assert.That(read.GetProperty("payment").GetProperty("status").GetString(), Is.EqualTo("voided"));
            Assert.That(read.GetProperty("cancellation").GetProperty("reason").GetString(), Is.EqualTo("takes too long"));
        });
    }

    [Test]
    public async Task A_payment_under_review_is_accepted_or_declined_and_that_once()
    {
        var accepted = await shop.Run("review-accept", await shop.Order("pay-review"), "--note", "known customer");
        Assert.That(accepted.ExitCode, Is.Zero, accepted.Error);
        Assert.That(Events(accepted), Is.SupersetOf(new[] { "payment-auth-pending-review", "payment-captured" }));

        var order = await shop.Order("pay-review");
        var declined = await shop.Run("review-decline", order, "--json");
        Assert.That(declined.ExitCode, Is.Zero, declined.Error);
        Assert.That(JsonDocument.Parse(declined.Output).RootElement.GetProperty("status").GetString(), Is.EqualTo("payment-failed"));
        var late = await shop.Run("review-accept", order);
        Assert.That((late.ExitCode, late.Output), Is.EqualTo((1, "")), late.Error);
    }

    [Test]
    public async Task An_order_that_there_is_not_is_not_found()
    {
        foreach (var step in (string[])["pay-authorised", "pay-review", "review-accept", "review-decline", "cancel", "ship"])
        {
            var ended = await shop.Run(step, Guid.NewGuid().ToString());
            Assert.That((ended.ExitCode, ended.Output, ended.Error), Is.EqualTo((2, "", "error: There is no such order. (order-not-found)\n")), step);
        }
    }

    [Test]
    public async Task What_is_wrong_with_the_command_line_or_the_settings_is_said()
    {
        Assert.That((await shop.Run("ship", "17")).ExitCode, Is.EqualTo(1));
        Assert.That((await shop.Run("ordr")).ExitCode, Is.EqualTo(1));
        Assert.That((await shop.Run("order", "--wait", "0")).ExitCode, Is.EqualTo(1));
        var badCard = await shop.Run("order", "--card", "4242424242424242");
        Assert.That((badCard.ExitCode, badCard.Output), Is.EqualTo((1, "")));
        var noKey = await Program.Run(shop.Url, "SHOP_WAREHOUSE_KEY", ["ship", await shop.Order("order")]);
        Assert.That(
            (noKey.ExitCode, noKey.Error),
            Is.EqualTo((1, "error: SHOP_WAREHOUSE_KEY must be set to a key of the warehouse scope (dev-warehouse for a local shop).\n")));
        var noUrl = await Program.Run("shop", "order");
        Assert.That((noUrl.ExitCode, noUrl.Error.StartsWith("error: SHOP_URL must be", StringComparison.Ordinal)), Is.EqualTo((1, true)), noUrl.Error);
    }

    [Test]
    public async Task A_shop_that_is_away_is_said_to_be()
    {
        foreach (var step in (string[])["order", "demo"])
        {
            var ended = await Program.Run("http://127.0.0.1:1", step);
            Assert.That(ended.ExitCode, Is.EqualTo(3), step);
            Assert.That(ended.Error, Does.StartWith("error: The shop at http://127.0.0.1:1 does not answer"), step);
        }
    }

    private static string[] Events(Ended ended) =>
        [.. ended.Output.Split('\n').Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Where(words => words.Length > 3 && int.TryParse(words[0], out _)).Select(words => words[3])];
}
