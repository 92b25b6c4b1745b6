using System.Text.Json.Nodes;

namespace Shop.Sandbox.Tests;

public sealed class PaymentIntentTests
{
    private RunningSandbox sandbox = null!;

    [OneTimeSetUp]
    public async Task Start() => sandbox = await RunningSandbox.Start();

    [OneTimeTearDown]
    public async Task Stop() => await sandbox.DisposeAsync();

    [TestCase("pm_card_visa", "visa", "4242")]
    [TestCase("pm_card_mastercard", "mastercard", "4444")]
    public async Task A_good_card_is_authorized_and_waits_for_its_capture(string token, string brand, string last4)
    {
        var before = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var intent = await sandbox.Authorize(method: token);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(intent.Text("id"), Does.StartWith("pi_"));
            Assert.That(intent.Text("object"), Is.EqualTo("payment_intent"));
            Assert.That(intent.Text("status"), Is.EqualTo("requires_capture"));
            Assert.That(intent.Number("amount_capturable"), Is.EqualTo(4497));
            Assert.That(intent.Number("amount_received"), Is.Zero);
            Assert.That(intent.Text("currency"), Is.EqualTo("eur"));
            Assert.That(intent.Text("livemode"), Is.EqualTo("false"));
            Assert.That(intent.Text("client_secret"), Does.StartWith(intent.Text("id") + "_secret_"));
            Assert.That(intent.Text("metadata.order_id"), Is.EqualTo("o-1"));
            Assert.That(intent.Text("latest_charge.outcome.type"), Is.EqualTo("authorized"));
            Assert.That(intent.Text("latest_charge.captured"), Is.EqualTo("false"));
            Assert.That(intent.Text("latest_charge.payment_method_details.card.brand"), Is.EqualTo(brand));
            Assert.That(intent.Text("latest_charge.payment_method_details.card.last4"), Is.EqualTo(last4));
            Assert.That(intent.Number("latest_charge.payment_method_details.card.capture_before") - before,
                Is.InRange(7 * 24 * 3600, (7 * 24 * 3600) + 60));
        }
    }

    [Test]
    public async Task A_capture_takes_the_money()
    {
        var id = (await sandbox.Authorize()).Text("id");
        var captured = (await sandbox.Post($"/v1/payment_intents/{id}/capture", "amount_to_capture=4497", "expand[0]=latest_charge")).Json;
        Assert.That((captured.Text("status"), captured.Number("amount_received"), captured.Number("amount_capturable"),
            captured.Text("latest_charge.captured")),
            Is.EqualTo(("succeeded", 4497L, 0L, "true")));
    }

    [Test]
    public async Task A_part_can_be_captured_and_the_rest_is_given_back()
    {
        var id = (await sandbox.Authorize("o-part")).Text("id");
        var captured = (await sandbox.Post($"/v1/payment_intents/{id}/capture", "amount_to_capture=1000")).Json;
        var ledger = await sandbox.Ledger("o-part");
        Assert.That((captured.Number("amount_received"), ledger.Number("captured"), ledger.Number("voided")),
            Is.EqualTo((1000L, 1000L, 3497L)));
    }

    [Test]
    public async Task No_more_than_was_authorized_can_be_captured()
    {
        var id = (await sandbox.Authorize()).Text("id");
        var reply = await sandbox.Post($"/v1/payment_intents/{id}/capture", "amount_to_capture=4498");
        Assert.That((reply.Status, reply.Error("code"), reply.Error("param")), Is.EqualTo((400, "amount_too_large", "amount_to_capture")));
        Assert.That((await sandbox.Get($"/v1/payment_intents/{id}")).Json.Text("status"), Is.EqualTo("requires_capture"));
    }

    [Test]
    public async Task What_is_captured_is_captured_once_and_not_canceled()
    {
        var id = await sandbox.Pay("o-once");
        foreach (var act in new[] { "capture", "cancel" })
        {
            var reply = await sandbox.Post($"/v1/payment_intents/{id}/{act}");
            Assert.That((reply.Status, reply.Error("type"), reply.Error("code")),
                Is.EqualTo((400, "invalid_request_error", "payment_intent_unexpected_state")), act);
            Assert.That(reply.Json.Text("error.payment_intent.status"), Is.EqualTo("succeeded"), act);
        }

        Assert.That((await sandbox.Ledger("o-once")).Number("captured"), Is.EqualTo(4497));
    }

    [Test]
    public async Task A_cancellation_gives_the_authorization_back()
    {
        var id = (await sandbox.Authorize("o-void")).Text("id");
        var canceled = (await sandbox.Post($"/v1/payment_intents/{id}/cancel", "cancellation_reason=requested_by_customer")).Json;
        Assert.That((canceled.Text("status"), canceled.Text("cancellation_reason"), canceled.Number("amount_capturable")),
            Is.EqualTo(("canceled", "requested_by_customer", 0L)));
        Assert.That(canceled.Number("canceled_at"), Is.GreaterThan(0));
        Assert.That((await sandbox.Ledger("o-void")).Number("voided"), Is.EqualTo(4497));
        foreach (var act in new[] { "capture", "cancel", "confirm" })
        {
            var reply = await sandbox.Post($"/v1/payment_intents/{id}/{act}");
            Assert.That((reply.Status, reply.Error("code"), reply.Json.Text("error.payment_intent.status")),
                Is.EqualTo((400, "payment_intent_unexpected_state", "canceled")), act);
        }
    }

    [Test]
    public async Task It_can_be_created_first_and_confirmed_later()
    {
        var created = (await sandbox.Post("/v1/payment_intents", "amount=500", "currency=USD", "capture_method=manual")).Json;
        Assert.That((created.Text("status"), created.Text("currency"), created.Text("payment_method")),
            Is.EqualTo(("requires_payment_method", "usd", "null")));
        var id = created.Text("id");
        var early = await sandbox.Post($"/v1/payment_intents/{id}/confirm");
        Assert.That((early.Status, early.Error("code")), Is.EqualTo((400, "payment_intent_unexpected_state")));
        var confirmed = await sandbox.Post($"/v1/payment_intents/{id}/confirm", "payment_method=pm_card_visa");
        Assert.That(confirmed.Json.Text("status"), Is.EqualTo("requires_capture"));
    }

    [Test]
    public async Task With_a_method_and_no_confirmation_it_waits_for_one()
    {
        var created = (await sandbox.Post("/v1/payment_intents", "amount=500", "currency=usd", "payment_method=pm_card_visa")).Json;
        Assert.That(created.Text("status"), Is.EqualTo("requires_confirmation"));
        var confirmed = (await sandbox.Post($"/v1/payment_intents/{created.Text("id")}/confirm")).Json;
        Assert.That((confirmed.Text("status"), confirmed.Number("amount_received")), Is.EqualTo(("succeeded", 500L)));
    }

    [Test]
    public async Task After_a_decline_another_card_may_pay()
    {
        var declined = await sandbox.Post("/v1/payment_intents", RunningSandbox.Payment("o-again", "pm_card_visa_chargeDeclined"));
        var id = declined.Json.Text("error.payment_intent.id");
        var paid = (await sandbox.Post($"/v1/payment_intents/{id}/confirm", "payment_method=pm_card_visa")).Json;
        Assert.That((paid.Text("status"), paid.Text("last_payment_error")), Is.EqualTo(("requires_capture", "null")));
        var charges = (await sandbox.Get($"/v1/charges?payment_intent={id}")).Json["data"]!.AsArray();
        Assert.That(charges.Select(charge => charge!.Text("status")), Is.EqualTo(["succeeded", "failed"]));
    }

    [TestCase("pm_card_visa_chargeDeclined", "card_declined", "generic_decline", "issuer_declined")]
    [TestCase("pm_card_visa_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds", "issuer_declined")]
    [TestCase("pm_card_visa_chargeDeclinedLostCard", "card_declined", "lost_card", "issuer_declined")]
    [TestCase("pm_card_visa_chargeDeclinedStolenCard", "card_declined", "stolen_card", "issuer_declined")]
    [TestCase("pm_card_chargeDeclinedExpiredCard", "expired_card", null, "issuer_declined")]
    [TestCase("pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc", null, "issuer_declined")]
    [TestCase("pm_card_chargeDeclinedProcessingError", "processing_error", null, "issuer_declined")]
    [TestCase("pm_card_radarBlock", "card_declined", "fraudulent", "blocked")]
    [TestCase("pm_card_authenticationRequired", "authentication_required", "authentication_required", "issuer_declined")]
    public async Task A_bad_card_is_refused_and_says_why(string token, string code, string? declineCode, string outcome)
    {
        var reply = await sandbox.Post("/v1/payment_intents", RunningSandbox.Payment($"o-{token}", token));
        Assert.That((reply.Status, reply.Error("type"), reply.Error("code"), reply.Error("decline_code")),
            Is.EqualTo((402, "card_error", code, declineCode)));
        var intent = (await sandbox.Get($"/v1/payment_intents/{reply.Json.Text("error.payment_intent.id")}?expand[]=latest_charge")).Json;
        var ledger = await sandbox.Ledger($"o-{token}");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(intent.Text("status"), Is.EqualTo("requires_payment_method"));
            Assert.That(intent.Text("last_payment_error.code"), Is.EqualTo(code));
            Assert.That(intent.Text("latest_charge.id"), Is.EqualTo(reply.Error("charge")));
            Assert.That(intent.Text("latest_charge.outcome.type"), Is.EqualTo(outcome));
            Assert.That(intent.Text("latest_charge.paid"), Is.EqualTo("false"));
            Assert.That((ledger.Number("authorized"), ledger.Number("declines")), Is.EqualTo((0L, 1L)));
        }
    }

    [Test]
    public async Task A_card_that_wants_authentication_waits_for_it_when_somebody_is_there()
    {
        var reply = await sandbox.Post("/v1/payment_intents",
            "amount=500", "currency=eur", "payment_method=pm_card_authenticationRequired", "confirm=true");
        Assert.That((reply.Status, reply.Json.Text("status"), reply.Json.Text("next_action.type")),
            Is.EqualTo((200, "requires_action", "use_stripe_sdk")));
        var canceled = await sandbox.Post($"/v1/payment_intents/{reply.Json.Text("id")}/cancel");
        Assert.That(canceled.Json.Text("status"), Is.EqualTo("canceled"));
    }

    [TestCase("amount", "parameter_missing", "currency=eur")]
    [TestCase("amount", "parameter_invalid_integer", "amount=ten", "currency=eur")]
    [TestCase("amount", "parameter_invalid_integer", "amount=-1", "currency=eur")]
    [TestCase("amount", "amount_too_small", "amount=49", "currency=eur")]
    [TestCase("amount", "amount_too_large", "amount=100000000", "currency=eur")]
    [TestCase("currency", "parameter_missing", "amount=100")]
    [TestCase("currency", null, "amount=100", "currency=zzz")]
    [TestCase("currency", "parameter_invalid_empty", "amount=100", "currency=")]
    [TestCase("capture_method", null, "amount=100", "currency=eur", "capture_method=later")]
    [TestCase("payment_method", "resource_missing", "amount=100", "currency=eur", "payment_method=pm_unknown")]
    [TestCase("payment_method", "parameter_missing", "amount=100", "currency=eur", "confirm=true")]
    [TestCase("payment_method_types", null, "amount=100", "currency=eur", "payment_method_types[]=barter")]
    [TestCase("amuont", "parameter_unknown", "amount=100", "currency=eur", "amuont=1")]
    [TestCase("expand", null, "amount=100", "currency=eur", "expand[]=nothing")]
    public async Task A_wrong_parameter_is_named(string param, string? code, params string[] parameters)
    {
        var reply = await sandbox.Post("/v1/payment_intents", parameters);
        Assert.That((reply.Status, reply.Error("type"), reply.Error("code"), reply.Error("param")),
            Is.EqualTo((400, "invalid_request_error", code, param)), reply.Body);
    }

    [Test]
    public async Task A_refused_request_leaves_nothing_behind()
    {
        var reply = await sandbox.Post("/v1/payment_intents", RunningSandbox.Payment("o-refused", "pm_card_visa", "expand[]=nothing"));
        Assert.That(reply.Status, Is.EqualTo(400));
        Assert.That(await sandbox.Client.GetStringAsync("/sandbox/ledger?orderId=o-refused"), Is.Empty);
        Assert.That(await Found("metadata['order_id']:'o-refused'"), Is.Empty);
    }

    [TestCase("payment_method_data[card][number]=4242424242424242")]
    [TestCase("card[number]=4242424242424242")]
    [TestCase("payment_method=4242 4242 4242 4242")]
    public async Task A_card_number_is_refused_and_not_repeated(string parameter)
    {
        var reply = await sandbox.Post("/v1/payment_intents", "amount=500", "currency=eur", parameter);
        Assert.That((reply.Status, reply.Error("type")), Is.EqualTo((402, "invalid_request_error")));
        Assert.That(reply.Body, Does.Not.Contain("4242"));
    }

    [TestCase("/v1/payment_intents/pi_missing")]
    [TestCase("/v1/charges/ch_missing")]
    [TestCase("/v1/refunds/re_missing")]
    [TestCase("/v1/reviews/prv_missing")]
    public async Task What_does_not_exist_is_missing(string path)
    {
        var reply = await sandbox.Get(path);
        Assert.That((reply.Status, reply.Error("code")), Is.EqualTo((404, "resource_missing")));
    }

    [Test]
    public async Task An_unknown_address_is_said_in_the_same_form()
    {
        var reply = await sandbox.Get("/v1/unicorns");
        Assert.That((reply.Status, reply.Error("type")), Is.EqualTo((404, "invalid_request_error")));
    }

    [Test]
    public async Task Lists_go_from_the_newest_to_the_oldest_in_pages()
    {
        var ids = new List<string>();
        for (var i = 0; i < 5; i++) ids.Add((await sandbox.Authorize("o-list")).Text("id"));
        ids.Reverse();

        var first = (await sandbox.Get("/v1/payment_intents?limit=2&expand[]=data.latest_charge")).Json;
        var second = (await sandbox.Get($"/v1/payment_intents?limit=3&starting_after={ids[1]}")).Json;
        var back = (await sandbox.Get($"/v1/payment_intents?limit=3&ending_before={ids[3]}")).Json;
        using (Assert.EnterMultipleScope())
        {
            Assert.That((first.Text("object"), first.Text("has_more"), first.Text("url")),
                Is.EqualTo(("list", "true", "/v1/payment_intents")));
            Assert.That(Ids(first), Is.EqualTo(ids[..2]));
            Assert.That(first.Text("data.0.latest_charge.object"), Is.EqualTo("charge"));
            Assert.That(Ids(second), Is.EqualTo(ids[2..]));
            Assert.That(Ids(back), Is.EqualTo(ids[..3]));
        }

        var wrong = await sandbox.Get("/v1/payment_intents?starting_after=pi_missing");
        Assert.That((wrong.Status, wrong.Error("param")), Is.EqualTo((400, "starting_after")));
    }

    [Test]
    public async Task A_payment_is_found_by_its_order_and_attempt()
    {
        var id = (await sandbox.Authorize("o-'quoted'")).Text("id");
        await sandbox.Authorize("o-other");
        Assert.That(await Found("metadata['order_id']:'o-\\'quoted\\'' AND metadata['attempt']:'1'"), Is.EqualTo([id]));
        Assert.That(await Found("metadata[\"order_id\"]:\"o-'quoted'\" AND status:'requires_capture'"), Is.EqualTo([id]));
        Assert.That(await Found("metadata['order_id']:'o-\\'quoted\\'' AND metadata['attempt']:'2'"), Is.Empty);
        Assert.That(await Found("metadata['order_id']:'o-\\'quoted\\'' AND status:'succeeded'"), Is.Empty);
    }

    [Test]
    public async Task A_search_has_pages()
    {
        for (var i = 0; i < 3; i++) await sandbox.Authorize("o-pages");
        const string query = "/v1/payment_intents/search?limit=2&query=metadata['order_id']:'o-pages'";
        var first = (await sandbox.Get(query)).Json;
        var second = (await sandbox.Get($"{query}&page={first.Text("next_page")}")).Json;
        Assert.That((Ids(first).Count, first.Text("has_more"), Ids(second).Count, second.Text("has_more")),
            Is.EqualTo((2, "true", 1, "false")));
        Assert.That(Ids(first).Concat(Ids(second)), Is.Unique);
    }

    [TestCase("")]
    [TestCase("order_id:'x'")]
    [TestCase("metadata['a']:'b' OR metadata['a']:'c'")]
    [TestCase("metadata['a']:'b' AND")]
    [TestCase("metadata['a']:'b")]
    public async Task A_search_that_cannot_be_read_is_refused(string query)
    {
        var reply = await sandbox.Get($"/v1/payment_intents/search?query={Uri.EscapeDataString(query)}");
        Assert.That((reply.Status, reply.Error("param")), Is.EqualTo((400, "query")));
    }

    private async Task<List<string>> Found(string query) =>
        Ids((await sandbox.Get($"/v1/payment_intents/search?query={Uri.EscapeDataString(query)}")).Json);

    private static List<string> Ids(JsonNode list) => [.. list["data"]!.AsArray().Select(item => item!.Text("id"))];
}
