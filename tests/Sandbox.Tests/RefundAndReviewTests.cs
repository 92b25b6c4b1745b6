using Shop.Testing;

namespace Shop.Sandbox.Tests;

public sealed class RefundAndReviewTests
{
    private RunningSandbox sandbox = null!;

    [OneTimeSetUp]
    public async Task Start() => sandbox = await RunningSandbox.Start();

    [OneTimeTearDown]
    public async Task Stop() => await sandbox.DisposeAsync();

    [Test]
    public async Task A_refund_gives_back_all_that_is_left()
    {
        var id = await sandbox.Pay("r-all");
        var part = (await sandbox.Post("/v1/refunds",
            $"payment_intent={id}", "amount=1000", "reason=requested_by_customer", "metadata[refund_id]=r1")).Json;
        var rest = (await sandbox.Post("/v1/refunds", $"payment_intent={id}")).Json;
        Assert.That((part.Text("status"), part.Text("metadata.refund_id"), rest.Number("amount")), Is.EqualTo(("succeeded", "r1", 3497L)));

        var charge = (await sandbox.Get($"/v1/charges/{rest.Text("charge")}")).Json;
        Assert.That((charge.Text("refunded"), charge.Number("amount_refunded")), Is.EqualTo(("true", 4497L)));
        var listed = (await sandbox.Get($"/v1/refunds?payment_intent={id}")).Json["data"]!.AsArray().Select(refund => refund!.Text("id"));
        Assert.That(listed, Is.EqualTo([rest.Text("id"), part.Text("id")]));
        Assert.That((await sandbox.Ledger("r-all")).Number("refunded"), Is.EqualTo(4497));

        var again = await sandbox.Post("/v1/refunds", $"payment_intent={id}");
        Assert.That((again.Status, again.Error("code"), again.Error("charge")),
            Is.EqualTo((400, "charge_already_refunded", charge.Text("id"))));
    }

    [Test]
    public async Task No_more_than_was_captured_is_refunded_even_by_many_at_once()
    {
        var id = await sandbox.Pay("r-many");
        var tooMuch = await sandbox.Post("/v1/refunds", $"payment_intent={id}", "amount=4498");
        Assert.That((tooMuch.Status, tooMuch.Error("param")), Is.EqualTo((400, "amount")));

        var replies = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ =>
            sandbox.Post("/v1/refunds", $"payment_intent={id}", "amount=1000")));
        Assert.That(replies.Count(reply => reply.Status == 200), Is.EqualTo(4));
        Assert.That((await sandbox.Ledger("r-many")).Number("refunded"), Is.EqualTo(4000));
    }

    [Test]
    public async Task What_was_not_captured_is_not_refunded()
    {
        var id = (await sandbox.Authorize("r-early")).Text("id");
        var reply = await sandbox.Post("/v1/refunds", $"payment_intent={id}");
        Assert.That((reply.Status, reply.Error("param")), Is.EqualTo((400, "payment_intent")));
        Assert.That((await sandbox.Ledger("r-early")).Number("refunded"), Is.Zero);
    }

    [TestCase("parameter_missing", "payment_intent")]
    [TestCase("resource_missing", "payment_intent", "payment_intent=pi_missing")]
    [TestCase("resource_missing", "charge", "charge=ch_missing")]
    [TestCase(null, "reason", "payment_intent=pi_missing", "reason=whim")]
    public async Task A_wrong_refund_is_refused(string? code, string param, params string[] parameters)
    {
        var reply = await sandbox.Post("/v1/refunds", parameters);
        Assert.That((reply.Error("code"), reply.Error("param")), Is.EqualTo((code, param)));
    }

    [Test]
    public async Task A_pending_refund_succeeds_later()
    {
        var id = await sandbox.Pay("r-pending", "pm_card_pendingRefund");
        var refund = (await sandbox.Post("/v1/refunds", $"payment_intent={id}")).Json;
        Assert.That(refund.Text("status"), Is.EqualTo("pending"));
        await Eventually.Get(async () => (await sandbox.Get($"/v1/refunds/{refund.Text("id")}")).Json.Text("status"),
            status => status == "succeeded", "the refund succeeded");
        var ledger = await sandbox.Ledger("r-pending");
        Assert.That((ledger.Number("refunded"), ledger.Number("refundsPending")), Is.EqualTo((4497L, 0L)));
    }

    [Test]
    public async Task A_refund_that_fails_later_can_be_tried_again()
    {
        var id = await sandbox.Pay("r-fail", "pm_card_refundFail");
        var refund = (await sandbox.Post("/v1/refunds", $"payment_intent={id}")).Json;
        Assert.That(refund.Text("status"), Is.EqualTo("succeeded"));
        var failed = await Eventually.Get(async () => (await sandbox.Get($"/v1/refunds/{refund.Text("id")}")).Json,
            seen => seen.Text("status") == "failed", "the refund failed");
        Assert.That(failed.Text("failure_reason"), Is.EqualTo("expired_or_canceled_card"));
        Assert.That(failed.Text("failure_balance_transaction"), Does.StartWith("txn_").And.Not.EqualTo(failed.Text("balance_transaction")));
        Assert.That(refund.Text("failure_balance_transaction"), Is.EqualTo("null"), "not while it counts as done");

        var charge = (await sandbox.Get($"/v1/charges/{refund.Text("charge")}")).Json;
        Assert.That((charge.Text("refunded"), charge.Number("amount_refunded")), Is.EqualTo(("false", 0L)));
        Assert.That((await sandbox.Ledger("r-fail")).Number("refundsFailed"), Is.EqualTo(4497));
        Assert.That((await sandbox.Post("/v1/refunds", $"payment_intent={id}")).Status, Is.EqualTo(200));
    }

    [Test]
    public async Task A_card_whose_first_refund_fails_takes_the_second()
    {
        var id = await sandbox.Pay("r-fail-once", "pm_sandbox_refund_fails_once");
        var first = (await sandbox.Post("/v1/refunds", $"payment_intent={id}")).Json.Text("id");
        await Eventually.Get(async () => (await sandbox.Get($"/v1/refunds/{first}")).Json.Text("status"), status => status == "failed", "the first fails");
        await sandbox.Post("/v1/refunds", $"payment_intent={id}");
        var ledger = await sandbox.Ledger("r-fail-once");
        Assert.That((ledger.Number("refunded"), ledger.Number("refundsFailed")), Is.EqualTo((4497L, 4497L)));
    }

    [Test]
    public async Task A_risky_payment_is_reviewed_and_approving_does_not_capture()
    {
        var intent = await sandbox.Authorize("v-approve", "pm_card_riskLevelElevated");
        var review = intent.Text("review");
        Assert.That((intent.Text("status"), intent.Text("latest_charge.outcome.type"), intent.Text("latest_charge.outcome.risk_level"),
            intent.Text("latest_charge.review")), Is.EqualTo(("requires_capture", "manual_review", "elevated", review)));
        var open = (await sandbox.Get($"/v1/reviews/{review}")).Json;
        Assert.That((open.Text("open"), open.Text("reason"), open.Text("payment_intent")), Is.EqualTo(("true", "rule", intent.Text("id"))));

        var approved = (await sandbox.Post($"/v1/reviews/{review}/approve")).Json;
        Assert.That((approved.Text("open"), approved.Text("closed_reason")), Is.EqualTo(("false", "approved")));
        Assert.That((await sandbox.Get($"/v1/payment_intents/{intent.Text("id")}")).Json.Text("status"), Is.EqualTo("requires_capture"));
        Assert.That((await sandbox.Post($"/v1/reviews/{review}/approve")).Status, Is.EqualTo(400));
        Assert.That((await sandbox.Post($"/v1/payment_intents/{intent.Text("id")}/capture")).Json.Text("status"), Is.EqualTo("succeeded"));
    }

    [Test]
    public async Task An_open_review_holds_neither_capture_nor_cancellation_back()
    {
        var first = await sandbox.Authorize("v-capture", "pm_card_riskLevelElevated");
        Assert.That((await sandbox.Post($"/v1/payment_intents/{first.Text("id")}/capture")).Json.Text("status"), Is.EqualTo("succeeded"));
        var second = await sandbox.Authorize("v-cancel", "pm_card_riskLevelElevated");
        Assert.That((await sandbox.Post($"/v1/payment_intents/{second.Text("id")}/cancel")).Json.Text("status"), Is.EqualTo("canceled"));
        Assert.That((await sandbox.Get($"/v1/reviews/{second.Text("review")}")).Json.Text("closed_reason"), Is.EqualTo("canceled"));
    }
}
