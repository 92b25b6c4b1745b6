using Shop.Testing;

namespace Shop.Sandbox.Tests;

public sealed class IdempotencyTests
{
    private RunningSandbox sandbox = null!;

    [OneTimeSetUp]
    public async Task Start() => sandbox = await RunningSandbox.Start("--Sandbox:TimeoutDelay=00:00:20");

    [OneTimeTearDown]
    public async Task Stop() => await sandbox.DisposeAsync();

    [Test]
    public async Task A_replayed_key_answers_as_the_first_time()
    {
        var first = await Create("i-1", "i-1", "pm_card_visa");
        await sandbox.Post($"/v1/payment_intents/{first.Json.Text("id")}/capture");
        var again = await Create("i-1", "i-1", "pm_card_visa");
        Assert.That((again.Status, again.Body, again.Replayed, first.Replayed), Is.EqualTo((200, first.Body, true, false)));
        Assert.That(again.RequestId, Is.Not.EqualTo(first.RequestId));
        Assert.That((await sandbox.Ledger("i-1")).Number("authorized"), Is.EqualTo(4497));
    }

    [Test]
    public async Task The_order_of_parameters_does_not_matter()
    {
        var parameters = RunningSandbox.Payment("i-order", "pm_card_visa");
        var first = await sandbox.PostWithKey("i-order", "/v1/payment_intents", parameters);
        var again = await sandbox.PostWithKey("i-order", "/v1/payment_intents", [.. parameters.Reverse()]);
        Assert.That((again.Body, again.Replayed), Is.EqualTo((first.Body, true)));
    }

    [Test]
    public async Task A_key_is_good_for_one_call_only()
    {
        var id = (await Create("i-2", "i-2", "pm_card_visa")).Json.Text("id");
        foreach (var other in new[]
        {
            await Create("i-2", "i-2", "pm_card_mastercard"),
            await sandbox.PostWithKey("i-2", $"/v1/payment_intents/{id}/capture"),
            await sandbox.PostWithKey("i-2", "/v1/payment_intents", "amount=wrong"),
        })
        {
            Assert.That((other.Status, other.Error("type")), Is.EqualTo((400, "idempotency_error")), other.Body);
        }

        Assert.That((await sandbox.Ledger("i-2")).Number("captured"), Is.Zero);
    }

    [Test]
    public async Task A_decline_is_kept_too()
    {
        var first = await Create("i-3", "i-3", "pm_card_visa_chargeDeclined");
        var again = await Create("i-3", "i-3", "pm_card_visa_chargeDeclined");
        Assert.That((again.Status, again.Body, again.Replayed), Is.EqualTo((402, first.Body, true)));
        Assert.That((await sandbox.Ledger("i-3")).Number("declines"), Is.EqualTo(1));
    }

    [Test]
    public async Task A_refusal_by_state_is_kept_also_when_the_state_has_changed()
    {
        var id = (await sandbox.Post("/v1/payment_intents", "amount=500", "currency=eur", "capture_method=manual")).Json.Text("id");
        var first = await sandbox.PostWithKey("i-4", $"/v1/payment_intents/{id}/capture");
        Assert.That(first.Status, Is.EqualTo(400));
        await sandbox.Post($"/v1/payment_intents/{id}/confirm", "payment_method=pm_card_visa");
        var again = await sandbox.PostWithKey("i-4", $"/v1/payment_intents/{id}/capture");
        Assert.That((again.Status, again.Body, again.Replayed), Is.EqualTo((400, first.Body, true)));
    }

    [Test]
    public async Task A_request_that_was_never_sound_uses_no_key_up()
    {
        var wrong = await sandbox.PostWithKey("i-5", "/v1/payment_intents", "amount=wrong", "currency=eur");
        Assert.That(wrong.Status, Is.EqualTo(400));
        var right = await sandbox.PostWithKey("i-5", "/v1/payment_intents", "amount=500", "currency=eur");
        Assert.That((right.Status, right.Replayed), Is.EqualTo((200, false)));
    }

    [Test]
    public async Task While_the_first_request_runs_its_key_is_in_use()
    {
        var running = Create("i-6", "i-6", "pm_sandbox_slow");
        var second = await Eventually.Get(() => Create("i-6", "i-6", "pm_sandbox_slow"),
            reply => reply.Status == 409 || running.IsCompleted, "the key was in use");
        Assert.That((second.Status, second.Error("code")), Is.EqualTo((409, "idempotency_key_in_use")));
        var first = await running;
        var third = await Create("i-6", "i-6", "pm_sandbox_slow");
        Assert.That((first.Status, third.Body, third.Replayed), Is.EqualTo((200, first.Body, true)));
    }

    [Test]
    public async Task Many_requests_with_one_key_charge_once()
    {
        var replies = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => Create("i-7", "i-7", "pm_card_visa")));
        Assert.That(replies.Select(reply => reply.Status), Has.All.AnyOf(200, 409));
        Assert.That(replies.Where(reply => reply.Status == 200).Select(reply => reply.Json.Text("id")).Distinct().Count(), Is.EqualTo(1));
        Assert.That((await sandbox.Ledger("i-7")).Number("authorized"), Is.EqualTo(4497));
    }

    [Test]
    public async Task A_lost_reply_is_found_with_the_same_key()
    {
        Assert.That(async () => await Create("i-8", "i-8", "pm_sandbox_lost_reply"), Throws.InstanceOf<HttpRequestException>());
        var again = await Create("i-8", "i-8", "pm_sandbox_lost_reply");
        Assert.That((again.Status, again.Replayed, again.Json.Text("status")), Is.EqualTo((200, true, "requires_capture")));
        Assert.That((await sandbox.Ledger("i-8")).Number("authorized"), Is.EqualTo(4497));
    }

    [Test]
    public async Task A_request_that_timed_out_was_done_and_answers_with_the_same_key()
    {
        using var patience = new CancellationTokenSource();
        var hanging = Task.Run(async () =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/payment_intents")
            {
                Content = new FormUrlEncodedContent(RunningSandbox.Payment("i-9", "pm_sandbox_timeout")
                    .Select(parameter => parameter.Split('=', 2)).Select(pair => KeyValuePair.Create(pair[0], pair[1]))),
            };
            request.Headers.Add("Idempotency-Key", "i-9");
            using var response = await sandbox.Client.SendAsync(request, patience.Token);
        });
        await Eventually.True(async () => (await sandbox.Client.GetStringAsync("/sandbox/ledger?orderId=i-9")).Length > 0,
            "the work was done");
        var again = await Create("i-9", "i-9", "pm_sandbox_timeout");
        Assert.That((again.Status, again.Replayed, hanging.IsCompleted), Is.EqualTo((200, true, false)));
        await patience.CancelAsync();
        Assert.That(async () => await hanging, Throws.InstanceOf<OperationCanceledException>());
        Assert.That((await sandbox.Ledger("i-9")).Number("authorized"), Is.EqualTo(4497));
    }

    [Test]
    public async Task An_error_before_the_work_uses_no_key_up()
    {
        var first = await Create("i-10", "i-10", "pm_sandbox_500_once");
        Assert.That((first.Status, first.Error("type")), Is.EqualTo((500, "api_error")));
        Assert.That(await sandbox.Client.GetStringAsync("/sandbox/ledger?orderId=i-10"), Is.Empty);
        var again = await Create("i-10", "i-10", "pm_sandbox_500_once");
        Assert.That((again.Status, again.Replayed), Is.EqualTo((200, false)));
    }

    [Test]
    public async Task An_error_after_the_work_is_kept_and_the_payment_is_found_by_search()
    {
        var first = await Create("i-11", "i-11", "pm_sandbox_500_kept");
        var again = await Create("i-11", "i-11", "pm_sandbox_500_kept");
        Assert.That((first.Status, again.Status, again.Replayed), Is.EqualTo((500, 500, true)));
        var found = (await sandbox.Get("/v1/payment_intents/search?query=metadata['order_id']:'i-11'")).Json;
        Assert.That(found.Text("data.0.status"), Is.EqualTo("requires_capture"));
    }

    [Test]
    public async Task A_key_that_is_too_long_is_refused()
    {
        var reply = await Create(new string('k', 256), "i-12", "pm_card_visa");
        Assert.That(reply.Status, Is.EqualTo(400));
    }

    private Task<Reply> Create(string key, string order, string method) =>
        sandbox.PostWithKey(key, "/v1/payment_intents", RunningSandbox.Payment(order, method));
}
