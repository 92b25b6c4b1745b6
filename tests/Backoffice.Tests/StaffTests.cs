using System.Text.Json;
using Shop.Testing;

namespace Shop.Backoffice.Tests;

/// <summary>What staff decides and does about orders, through the gateway, and what becomes of it in the whole shop.</summary>
public sealed class StaffTests
{
    private readonly TemporaryFolder folder = new();
    private ShopInProcess shop = null!;

    [OneTimeSetUp]
    public async Task Start() => shop = await ShopInProcess.Start(
        folder.Path, "Payment:RefundAudit:FirstLook=00:00:00.5", "Payment:ReminderInterval=00:00:00.1", "Sandbox:RefundDelay=00:00:00.3",
        "Messaging:RetryDelays:0=1", "StuckOrders:After=00:00:01", "StuckOrders:Interval=00:00:00.1");

    [OneTimeTearDown]
    public async Task Stop()
    {
        await shop.DisposeAsync();
        folder.Dispose();
    }

    [Test]
    public async Task Accepts_a_payment_under_review_and_it_is_captured_and_prepared()
    {
        var id = await shop.Place("pm_card_riskLevelElevated");
        var review = await Listed(id);
        Assert.That((review.GetProperty("riskLevel").GetString(), review.GetProperty("amount").GetInt64()), Is.EqualTo(("elevated", 4497L)));
        var accepted = await Post($"reviews/{id}/accept", """{"note":"known customer"}""", key: "accept-1");
        Assert.That(accepted.Status, Is.EqualTo(200), accepted.Text);
        var again = await Post($"reviews/{id}/accept", """{"note":"known customer"}""", key: "accept-1");
        Assert.That((again.Status, again.Text, again.Header("Idempotent-Replayed")), Is.EqualTo((200, accepted.Text, "true")));
        Assert.That(again.Header("ETag"), Is.EqualTo(accepted.Header("ETag")).And.Not.Null);
        await shop.Becomes(id, "shipment-prepared");
        Assert.That((await Post($"reviews/{id}/accept")).Status, Is.EqualTo(200), "said again it changes nothing");
        var late = await Post($"reviews/{id}/decline");
        Assert.That((late.Status, late.Code, late.Body.GetProperty("blockingEvent").GetString()), Is.EqualTo((409, "review-already-decided", "payment-review-accepted")));
        Assert.That(late.Body.GetProperty("traceId").GetString(), Is.Not.Empty);
        Assert.That(
            (await Timeline(id)).Single(entry => entry.GetProperty("event").GetString() == "payment-review-accepted").GetProperty("agent").GetString(), Is.EqualTo("staff"));
    }

    [Test]
    public async Task Declines_a_payment_under_review_and_the_money_is_given_back_for_good()
    {
        var id = await shop.Place("pm_card_riskLevelElevated");
        await Listed(id);
        Assert.That((await Post($"reviews/{id}/decline")).Status, Is.EqualTo(200));
        await shop.Becomes(id, "payment-failed");
        var retry = await shop.Storefront(HttpMethod.Put, $"orders/{id}/payment", """{"methodToken":"pm_card_visa"}""");
        Assert.That((retry.Status, retry.Code), Is.EqualTo((409, "payment-update-not-allowed")));
        var list = (await shop.Operator(HttpMethod.Get, "reviews")).Body;
        Assert.That(list.GetProperty("reviews").EnumerateArray().Select(review => review.GetProperty("orderId").GetString()), Has.None.EqualTo(id));
    }

    [Test]
    public async Task Refunds_a_part_and_then_the_rest_and_the_money_moves()
    {
        var id = await shop.Place();
        await shop.Becomes(id, "shipment-prepared");
        var part = await Post($"orders/{id}/refunds", """{"amount":1000,"reason":"damaged"}""", key: "part");
        Assert.That(part.Status, Is.EqualTo(200), part.Text);
        Assert.That((await Post($"orders/{id}/refunds", """{"amount":1000,"reason":"damaged"}""", key: "part")).Header("Idempotent-Replayed"), Is.EqualTo("true"));
        await Paid(id, "partially-refunded", 1000);
        Assert.That((await Post($"orders/{id}/refunds", """{"reason":"sent back"}""")).Status, Is.EqualTo(200));
        await Paid(id, "refunded", 4497);
        var more = await Post($"orders/{id}/refunds", """{"amount":1,"reason":"more"}""");
        Assert.That((more.Status, more.Code), Is.EqualTo((409, "refund-exceeds-captured")));
    }

    [Test]
    public async Task Is_shown_a_refund_that_keeps_failing_and_asks_for_another()
    {
        var id = await shop.Place("pm_card_refundFail");
        await shop.Becomes(id, "shipment-prepared");
        Assert.That((await Post($"orders/{id}/refunds", """{"reason":"damaged"}""")).Status, Is.EqualTo(200));
        await Paid(id, "refund-failed", 0);
        await Eventually.True(
            async () => (await shop.Operator(HttpMethod.Get, "stuck-orders")).Body.GetProperty("orders").EnumerateArray().Any(order =>
                order.GetProperty("orderId").GetString() == id && order.GetProperty("waitsFor").GetString() == "refund-by-staff"), "it is for staff to act");
        var nudged = await Post($"stuck-orders/{id}/nudge");
        Assert.That((nudged.Status, nudged.Code), Is.EqualTo((409, "nothing-to-publish")));
        Assert.That((await Post($"orders/{id}/refunds", """{"reason":"to the new card"}""")).Status, Is.EqualTo(200));
        Assert.That(
            (await Timeline(id)).Count(entry => entry.GetProperty("event").GetString() == "payment-refund-failed"), Is.EqualTo(3));
    }

    [Test]
    public async Task A_refund_that_fails_once_is_made_good_without_anybody()
    {
        var id = await shop.Place("pm_sandbox_refund_fails_once");
        await shop.Becomes(id, "shipment-prepared");
        await Post($"orders/{id}/refunds", """{"reason":"damaged"}""");
        await Eventually.True(
            async () => (await Timeline(id)).Count(entry => entry.GetProperty("event").GetString() == "payment-refunded") == 2, "it is refunded twice, and failed in between");
        await Paid(id, "refunded", 4497);
    }

    [Test]
    public async Task Notes_something_that_no_customer_sees()
    {
        var id = await shop.Place();
        Assert.That((await Post($"orders/{id}/notes", """{"text":"Called: at home on Friday."}""")).Status, Is.EqualTo(200));
        var seen = (await shop.Storefront(HttpMethod.Get, $"orders/{id}")).Text + (await shop.Storefront(HttpMethod.Get, $"orders/{id}/timeline")).Text;
        Assert.That(seen, Does.Not.Contain("Friday").And.Not.Contain("note-added"));
    }

    [Test]
    public async Task Cancels_for_a_customer_while_a_customer_could()
    {
        var id = await shop.Place("pm_card_riskLevelElevated");
        await Listed(id);
        var cancelled = await Post($"orders/{id}/cancel", """{"reason":"asked for by telephone"}""");
        Assert.That((cancelled.Status, cancelled.Body.GetProperty("cancellation").GetProperty("reason").GetString()), Is.EqualTo((200, "asked for by telephone")));
        await Eventually.True(async () => (await Timeline(id)).Any(entry => entry.GetProperty("event").GetString() == "payment-auth-voided"), "the money is given back");
        var accepted = await Post($"reviews/{id}/accept");
        Assert.That((accepted.Status, accepted.Code), Is.EqualTo((409, "payment-not-under-review")));
        var prepared = await shop.Place();
        await shop.Becomes(prepared, "shipment-prepared");
        Assert.That((await Post($"orders/{prepared}/cancel")).Code, Is.EqualTo("order-not-cancellable"));
    }

    [TestCase("reviews/5f3f7e57-35a4-4b80-b4dc-20ae77a7a1c1/accept", "", 404, "order-not-found")]
    [TestCase("orders/5f3f7e57-35a4-4b80-b4dc-20ae77a7a1c1/refunds", """{"reason":"x"}""", 404, "order-not-found")]
    [TestCase("orders/5f3f7e57-35a4-4b80-b4dc-20ae77a7a1c1/notes", """{"text":"x"}""", 404, "order-not-found")]
    [TestCase("orders/5f3f7e57-35a4-4b80-b4dc-20ae77a7a1c1/cancel", "", 404, "order-not-found")]
    [TestCase("orders/17/refunds", """{"reason":"x"}""", 404, "not-found")]
    [TestCase("orders/5f3f7e57-35a4-4b80-b4dc-20ae77a7a1c1/refunds", "", 400, "malformed-json")]
    [TestCase("orders/5f3f7e57-35a4-4b80-b4dc-20ae77a7a1c1/refunds", "{}", 400, "validation-failed")]
    [TestCase("orders/5f3f7e57-35a4-4b80-b4dc-20ae77a7a1c1/notes", """{"text":"4242 4242 4242 4242"}""", 400, "raw-card-data-rejected")]
    public async Task Is_told_what_is_wrong(string path, string body, int status, string code)
    {
        var answer = await Post(path, body.Length == 0 ? null : body);
        Assert.That((answer.Status, answer.Code), Is.EqualTo((status, code)), answer.Text);
        Assert.That(answer.Header("Content-Type"), Does.StartWith("application/problem+json"));
    }

    [Test]
    public async Task Is_told_what_is_wrong_with_a_page_or_a_key_or_a_body_without_end()
    {
        var page = await shop.Operator(HttpMethod.Get, "reviews?after=nothing");
        Assert.That((page.Status, page.Code), Is.EqualTo((400, "validation-failed")));
        var key = await Post($"orders/{Guid.NewGuid()}/notes", """{"text":"x"}""", key: "two words");
        Assert.That((key.Status, key.Code), Is.EqualTo((400, "idempotency-key-malformed")));
        var body = await Post($"orders/{Guid.NewGuid()}/notes", $$"""{"text":"{{new string('x', 300 * 1024)}}"}""");
        Assert.That((body.Status, body.Code), Is.EqualTo((413, "payload-too-large")));
    }

    private Task<Answer> Post(string path, string? json = null, string? key = null) =>
        shop.Operator(HttpMethod.Post, path, json, key is null ? [] : [("Idempotency-Key", key)]);

    /// <summary>The order's entry in the list of reviews, once it is there.</summary>
    private async Task<JsonElement> Listed(string order)
    {
        var list = await Eventually.Get(
            async () => (await shop.Operator(HttpMethod.Get, "reviews")).Body.GetProperty("reviews").EnumerateArray()
                .Where(review => review.GetProperty("orderId").GetString() == order).ToList(),
            reviews => reviews.Count == 1, $"{order} is listed");
        return list[0];
    }

    /// <summary>Waits until the order's payment stands so, with so much given back.</summary>
    private Task Paid(string order, string status, long refunded) => Eventually.Get(
        async () =>
        {
            var payment = (await shop.Storefront(HttpMethod.Get, $"orders/{order}")).Body.GetProperty("payment");
            return (payment.GetProperty("status").GetString(), payment.GetProperty("refunded").GetInt64());
        },
        seen => seen == (status, refunded), $"{order} is {status} with {refunded}");

    private async Task<List<JsonElement>> Timeline(string order) =>
        [.. (await shop.Storefront(HttpMethod.Get, $"orders/{order}/timeline")).Body.GetProperty("entries").EnumerateArray()];
}
