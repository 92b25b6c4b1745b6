using System.Text.Json;
using Shop.Testing;

namespace Shop.EndToEnd.Tests;

/// <summary>What may happen to an order, told from outside: through the gateway, with every service as its own process.</summary>
[Category("Broker")]
public sealed class OrderStoryTests
{
    private ShopUnderTest shop = null!;

    [OneTimeSetUp]
    public async Task Start() => shop = await ShopUnderTest.Start(await EndToEndFixture.Broker);

    [OneTimeTearDown]
    public async Task Stop()
    {
        if (shop is not null) await shop.DisposeAsync();
    }

    [Test]
    public async Task An_order_is_charged_prepared_shipped_and_mailed_about()
    {
        var id = await shop.Place();
        await shop.Becomes(id, "order-created", "payment-auth-in-progress", "payment-captured", "shipping-preparation-in-progress", "shipping-prepared");
        var shipped = await shop.Ship(id);
        Assert.That((shipped.Status, Status(shipped)), Is.EqualTo((200, "shipped")));
        Assert.That(await shop.Events(id), Is.EqualTo(new[]
        {
            "order-created", "payment-auth-in-progress", "payment-captured", "shipping-preparation-in-progress", "shipping-prepared", "shipped",
        }));
        var mails = await shop.Mails(id, 2);
        Assert.That(mails.Select(mail => mail.To.Single()), Is.All.EqualTo("ada@example.org"));
        Assert.That(mails.Select(mail => mail.Text), Has.Some.Contains("JJD01"));
        Assert.That(mails.Select(mail => mail.Headers["Message-ID"]), Is.Unique);
        var (captured, refunded) = await Money(id);
        Assert.That((captured, refunded), Is.EqualTo((4497L, 0L)));
    }

    [Test]
    public async Task A_declined_payment_is_mailed_about_and_can_be_paid_again()
    {
        var id = await shop.Place("pm_card_visa_chargeDeclinedInsufficientFunds");
        await shop.Becomes(id, "order-created", "payment-auth-in-progress", "payment-auth-failed");
        var failed = await shop.Read(id);
        Assert.That(Status(failed), Is.EqualTo("payment-failed"));
        await shop.Mails(id, 2);
        var updated = await shop.Storefront(HttpMethod.Put, $"orders/{id}/payment", """{"methodToken":"pm_card_mastercard"}""");
        Assert.That(updated.Status, Is.EqualTo(200), updated.Text);
        await shop.Becomes(
            id, "order-created", "payment-auth-in-progress", "payment-auth-failed", "payment-updated", "payment-auth-in-progress", "payment-captured",
            "shipping-preparation-in-progress", "shipping-prepared");
        Assert.That((await Money(id)).Captured, Is.EqualTo(4497));
    }

    [Test]
    public async Task After_a_stolen_card_the_order_can_not_be_paid_again()
    {
        var id = await shop.Place("pm_card_visa_chargeDeclinedStolenCard");
        await shop.Becomes(id, "order-created", "payment-auth-in-progress", "payment-auth-failed");
        var updated = await shop.Storefront(HttpMethod.Put, $"orders/{id}/payment", """{"methodToken":"pm_card_visa"}""");
        Assert.That((updated.Status, updated.Code), Is.EqualTo((409, "payment-update-not-allowed")));
    }

    [Test]
    public async Task The_method_that_was_chosen_before_the_first_attempt_is_charged()
    {
        await shop.Payment.Stop();
        var id = await shop.Place("pm_card_visa_chargeDeclined");
        var updated = await shop.Storefront(HttpMethod.Put, $"orders/{id}/payment", """{"methodToken":"pm_card_mastercard"}""");
        Assert.That(updated.Status, Is.EqualTo(200), updated.Text);
        await ShopUnderTest.Again(shop.Payment);
        await shop.Becomes(
            id, "order-created", "payment-updated", "payment-auth-in-progress", "payment-captured", "shipping-preparation-in-progress", "shipping-prepared");
    }

    [Test]
    public async Task The_method_is_fixed_while_the_provider_decides()
    {
        var id = await shop.Place("pm_sandbox_slow");
        await Reaches(id, "payment-in-progress");
        var updated = await shop.Storefront(HttpMethod.Put, $"orders/{id}/payment", """{"methodToken":"pm_card_mastercard"}""");
        Assert.That((updated.Status, updated.Code, updated.Body.GetProperty("blockingEvent").GetString()),
            Is.EqualTo((409, "payment-update-not-allowed", "payment-auth-in-progress")));
        await Reaches(id, "shipment-prepared");
    }

    [Test]
    public async Task The_last_accepted_address_is_shipped_to()
    {
        await shop.Shipping.Stop();
        var id = await shop.Place();
        await Reaches(id, "paid");
        var moved = await shop.Storefront(HttpMethod.Put, $"orders/{id}/shipping-address", SampleOrders.Address("2 Other Street").ToJsonString());
        Assert.That(moved.Status, Is.EqualTo(200), moved.Text);
        await ShopUnderTest.Again(shop.Shipping);
        await Reaches(id, "shipment-prepared");
        Assert.That((await shop.Read(id)).Body.GetProperty("shipping").GetProperty("address").GetProperty("line1").GetString(), Is.EqualTo("2 Other Street"));
        var late = await shop.Storefront(HttpMethod.Put, $"orders/{id}/shipping-address", SampleOrders.Address("3 Late Street").ToJsonString());
        Assert.That((late.Status, late.Code), Is.EqualTo((409, "shipping-address-locked")));
    }

    [Test]
    public async Task An_order_cancelled_before_payment_is_not_charged()
    {
        await shop.Payment.Stop();
        var id = await shop.Place();
        Assert.That((await Cancel(id)).Status, Is.EqualTo(200));
        await ShopUnderTest.Again(shop.Payment);
        var later = await shop.Place();
        await Reaches(later, "shipment-prepared");
        Assert.That(await shop.Events(id), Is.EqualTo(new[] { "order-created", "order-cancelled" }));
        Assert.That(await Money(id), Is.EqualTo((0L, 0L)));
        Assert.That(await shop.Mails(id, 2), Has.Count.EqualTo(2));
    }

    [Test]
    public async Task An_order_cancelled_during_payment_is_voided()
    {
        var id = await shop.Place("pm_sandbox_slow");
        await Reaches(id, "payment-in-progress");
        Assert.That((await Cancel(id)).Status, Is.EqualTo(200));
        await shop.Becomes(id, "order-created", "payment-auth-in-progress", "order-cancelled", "payment-auth-voided");
        Assert.That(await Money(id), Is.EqualTo((0L, 0L)));
    }

    [Test]
    public async Task A_decline_of_a_cancelled_order_is_not_mailed_about()
    {
        await shop.Notification.Stop();
        var id = await shop.Place("pm_card_visa_chargeDeclined");
        await Reaches(id, "payment-failed");
        Assert.That((await Cancel(id)).Status, Is.EqualTo(200));
        await ShopUnderTest.Again(shop.Notification);
        await shop.Mails(id, 2);
        var after = await shop.Place();
        await shop.Mails(after, 1);
        Assert.That(await shop.Mails(id, 2), Has.Count.EqualTo(2), "order received and cancelled, not failed");
        Assert.That(shop.Smtp.Mails().Where(mail => mail.Headers.GetValueOrDefault("X-Shop-Order-Id") == id).Select(mail => mail.Headers["Subject"]), Has.None.Contains("ailed"));
    }

    [Test]
    public async Task An_order_cancelled_after_payment_is_refunded()
    {
        await shop.Shipping.Stop();
        var id = await shop.Place();
        await Reaches(id, "paid");
        Assert.That((await Cancel(id)).Status, Is.EqualTo(200));
        await shop.Becomes(
            id, "order-created", "payment-auth-in-progress", "payment-captured", "order-cancelled", "payment-refund-in-progress", "payment-refunded");
        await ShopUnderTest.Again(shop.Shipping);
        var later = await shop.Place();
        await Reaches(later, "shipment-prepared");
        Assert.That(await shop.Events(id), Has.Count.EqualTo(6), "nothing is shipped");
        Assert.That(await Money(id), Is.EqualTo((4497L, 4497L)));
    }

    [Test]
    public async Task A_refund_that_fails_after_it_was_done_is_made_again()
    {
        await shop.Shipping.Stop();
        var id = await shop.Place("pm_sandbox_refund_fails_once");
        await Reaches(id, "paid");
        Assert.That((await Cancel(id)).Status, Is.EqualTo(200));
        await shop.Becomes(
            id, "order-created", "payment-auth-in-progress", "payment-captured", "order-cancelled", "payment-refund-in-progress", "payment-refunded",
            "payment-refund-failed", "payment-refund-in-progress", "payment-refunded");
        await ShopUnderTest.Again(shop.Shipping);
        Assert.That(await Money(id), Is.EqualTo((4497L, 4497L)));
    }

    [Test]
    public async Task A_refund_that_is_pending_is_waited_for()
    {
        await shop.Shipping.Stop();
        var id = await shop.Place("pm_card_pendingRefund");
        await Reaches(id, "paid");
        Assert.That((await Cancel(id)).Status, Is.EqualTo(200));
        await shop.Becomes(
            id, "order-created", "payment-auth-in-progress", "payment-captured", "order-cancelled", "payment-refund-in-progress", "payment-refunded");
        await ShopUnderTest.Again(shop.Shipping);
        Assert.That(await Money(id), Is.EqualTo((4497L, 4497L)));
    }

    [Test]
    public async Task A_shipped_order_can_be_neither_cancelled_nor_shipped_again()
    {
        var id = await shop.Place();
        await Reaches(id, "shipment-prepared");
        var first = await shop.Ship(id);
        var again = await shop.Ship(id);
        var other = await shop.Ship(id, "JJD02");
        Assert.That((again.Status, again.Text), Is.EqualTo((200, first.Text)));
        Assert.That((other.Status, other.Code), Is.EqualTo((409, "already-shipped")));
        Assert.That((await Cancel(id)).Code, Is.EqualTo("order-not-cancellable"));
        Assert.That((await shop.Events(id)).Count(name => name == "shipped"), Is.EqualTo(1));
    }

    [Test]
    public async Task An_order_is_not_shipped_before_it_is_prepared()
    {
        var id = await shop.Place("pm_card_visa_chargeDeclined");
        await Reaches(id, "payment-failed");
        var shipped = await shop.Ship(id);
        Assert.That((shipped.Status, shipped.Code, shipped.Body.GetProperty("orderStatus").GetString()), Is.EqualTo((409, "shipment-not-prepared", "payment-failed")));
        Assert.That((await shop.Ship(Guid.NewGuid().ToString())).Status, Is.EqualTo(404));
    }

    [Test]
    public async Task A_payment_under_review_is_captured_when_it_is_accepted_and_voided_when_it_is_not()
    {
        var accepted = await shop.Place("pm_card_riskLevelElevated");
        var declined = await shop.Place("pm_card_riskLevelElevated");
        await Reaches(accepted, "payment-review");
        await Reaches(declined, "payment-review");
        await Review(accepted, "payment-review-accepted");
        await Review(declined, "payment-review-declined");
        await Reaches(accepted, "shipment-prepared");
        await shop.Becomes(
            declined, "order-created", "payment-auth-in-progress", "payment-auth-pending-review", "payment-review-declined", "payment-auth-failed");
        Assert.That(await Money(declined), Is.EqualTo((0L, 0L)));
    }

    [Test]
    public async Task An_order_can_be_seen_as_it_stood()
    {
        var id = await shop.Place();
        await Reaches(id, "shipment-prepared");
        var asPlaced = await shop.Read(id, "?revision=0");
        Assert.That((Status(asPlaced), asPlaced.Header("ETag")), Is.EqualTo(("created", "\"0\"")));
        var captured = (await shop.Inside(HttpMethod.Get, $"/orders/{id}/events")).Body.GetProperty("events")[2].GetProperty("metadata").GetProperty("timeObserved").GetString()!;
        Assert.That(Status(await shop.Read(id, $"?at={Uri.EscapeDataString(captured)}")), Is.EqualTo("paid"));
    }

    [Test]
    public async Task A_customer_holds_the_order_s_token_and_nothing_else()
    {
        var placed = await shop.Anyone(HttpMethod.Post, "orders", SampleOrders.Json(), ("X-Api-Key", "dev-storefront"));
        var (id, token) = (placed.Body.GetProperty("orderId").GetString()!, placed.Body.GetProperty("orderToken").GetString()!);
        var other = await shop.Place();
        Assert.That((await shop.Anyone(HttpMethod.Get, $"orders/{id}", null, ("Authorization", $"Bearer {token}"))).Status, Is.EqualTo(200));
        Assert.That((await shop.Anyone(HttpMethod.Get, $"orders/{other}", null, ("Authorization", $"Bearer {token}"))).Status, Is.EqualTo(404));
        Assert.That((await shop.Anyone(HttpMethod.Get, $"orders/{id}")).Status, Is.EqualTo(401));
        Assert.That((await shop.Anyone(HttpMethod.Post, $"shipments/{id}/shipped", "{}", ("Authorization", $"Bearer {token}"))).Status, Is.EqualTo(403));
    }

    [Test]
    public async Task Placing_an_order_twice_with_one_key_charges_once()
    {
        var key = Guid.NewGuid().ToString();
        var first = await shop.Storefront(HttpMethod.Post, "orders", SampleOrders.Json(), ("Idempotency-Key", key));
        var again = await shop.Storefront(HttpMethod.Post, "orders", SampleOrders.Json(), ("Idempotency-Key", key));
        var id = first.Body.GetProperty("orderId").GetString()!;
        Assert.That((again.Status, again.Body.GetProperty("orderId").GetString(), again.Header("Idempotent-Replayed")), Is.EqualTo((201, id, "true")));
        await Reaches(id, "shipment-prepared");
        Assert.That((await Money(id)).Captured, Is.EqualTo(4497));
    }

    [Test]
    public async Task Nothing_personal_and_no_token_is_in_any_log()
    {
        var id = await shop.Place();
        await Reaches(id, "shipment-prepared");
        await shop.Mails(id, 1);
        foreach (var process in new[] { shop.Orders, shop.Payment, shop.Shipping, shop.Notification, shop.Gateway, shop.Sandbox })
        {
            foreach (var secret in new[] { "ada@example.org", "Ada Example", "Example Street", "10115", "pm_card", "dev-storefront\"", "sk_test", "dev-service" })
                Assert.That(process.Log, Does.Not.Contain(secret), process.Name);
        }
    }

    private async Task Reaches(string id, string status) => await Eventually.Get(
        async () => Status(await shop.Read(id)), seen => seen == status, $"{id} is {status}", TimeSpan.FromSeconds(45));

    private Task<Answer> Cancel(string id) => shop.Storefront(HttpMethod.Post, $"orders/{id}/cancel", """{"reason":"changed my mind"}""");

    private async Task Review(string id, string type)
    {
        var decided = await shop.Inside(HttpMethod.Post, $"/orders/{id}/events", $$"""
            {"eventId":"{{Guid.NewGuid()}}","type":"{{type}}","data":{"attempt":1,"reviewer":"grace"},"occurredAt":"{{DateTimeOffset.UtcNow:O}}",
             "causationId":"{{Guid.NewGuid()}}","correlationId":"{{Guid.NewGuid()}}"}
            """);
        Assert.That(decided.Status, Is.EqualTo(201), decided.Text);
    }

    /// <summary>What the provider took for an order, and gave back: by its own ledger.</summary>
    private async Task<(long Captured, long Refunded)> Money(string id)
    {
        var line = (await shop.Ledger(id)).Body;
        return line.ValueKind == JsonValueKind.Object ? (line.GetProperty("captured").GetInt64(), line.GetProperty("refunded").GetInt64()) : (0, 0);
    }

    private static string? Status(Answer answer) => answer.Body.GetProperty("status").GetString();
}
