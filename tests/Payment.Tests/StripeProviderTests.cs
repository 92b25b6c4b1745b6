using System.Net.Http.Headers;
using Microsoft.Extensions.Logging;
using Shop.Contracts;
using Shop.Payment.Provider;
using Shop.ServiceDefaults.Messaging;

namespace Shop.Payment.Tests;

/// <summary>What is said to the provider, and what its answers mean.</summary>
public sealed class StripeProviderTests
{
    private const string Intents = "/v1/payment_intents", Capture = "/v1/payment_intents/pi_1/capture", Cancel = "/v1/payment_intents/pi_1/cancel",
        Refunds = "/v1/refunds";

    private const string Held = """{"id":"pi_1","status":"requires_capture","latest_charge":{"outcome":{"type":"authorized"}}}""";

    private static readonly Guid Order = Guid.Parse("5f0b4f3e-6f0e-4d57-8a53-0a4a54a0f001");
    private static readonly Guid RefundId = Guid.Parse("5f0b4f3e-6f0e-4d57-8a53-0a4a54a0f003");

    private readonly LogLines log = new();
    private StripeCalls calls = null!;
    private HttpClient http = null!;

    [SetUp]
    public void Forget() => log.Lines.Clear();

    [TearDown]
    public void Close()
    {
        http.Dispose();
        calls.Dispose();
        foreach (var (_, text) in log.Lines)
            Assert.That(text, Does.Not.Contain("pm_card").And.Not.Contain(Provider.Key));
    }

    [Test]
    public async Task An_authorization_asks_for_exactly_this()
    {
        var result = await Stripe((_, _) => StripeCalls.Answer(200, Held)).Authorize(Request(), CancellationToken.None);
        Assert.That(result, Is.EqualTo(new Authorization.Authorized("pi_1")));
        var call = calls.Calls.Single();
        Assert.That((call.Method, call.Path, call.Key), Is.EqualTo(("POST", Intents, $"{Order}:authorize:1")));
        Assert.That(call.Form, Is.EquivalentTo(new Dictionary<string, string>
        {
            ["amount"] = "4497",
            ["currency"] = "eur",
            ["payment_method"] = "pm_card_visa",
            ["payment_method_types[]"] = "card",
            ["capture_method"] = "manual",
            ["confirm"] = "true",
            ["error_on_requires_action"] = "true",
            ["metadata[order_id]"] = Order.ToString(),
            ["metadata[attempt]"] = "1",
            ["expand[]"] = "latest_charge",
        }));
    }

    [TestCase("card_declined", "generic_decline", PaymentFailureReason.Declined, true, "generic_decline")]
    [TestCase("card_declined", "insufficient_funds", PaymentFailureReason.Declined, true, "insufficient_funds")]
    [TestCase("card_declined", "lost_card", PaymentFailureReason.Declined, false, "lost_card")]
    [TestCase("card_declined", "stolen_card", PaymentFailureReason.Declined, false, "stolen_card")]
    [TestCase("card_declined", "fraudulent", PaymentFailureReason.Declined, false, "fraudulent")]
    [TestCase("card_declined", "pickup_card", PaymentFailureReason.Declined, false, "pickup_card")]
    [TestCase("expired_card", null, PaymentFailureReason.Declined, true, "expired_card")]
    [TestCase("incorrect_cvc", null, PaymentFailureReason.Declined, true, "incorrect_cvc")]
    [TestCase("authentication_required", "authentication_required", PaymentFailureReason.AuthenticationRequired, true, "authentication_required")]
    [TestCase("card_declined", "authentication_required", PaymentFailureReason.AuthenticationRequired, true, "authentication_required")]
    public async Task A_card_error_is_a_no(string code, string? declineCode, PaymentFailureReason reason, bool retryable, string says)
    {
        var decline = declineCode is null ? "" : $",\"decline_code\":\"{declineCode}\"";
        var result = await Stripe((_, _) => StripeCalls.Answer(402, $$$"""{"error":{"type":"card_error"{{{decline}}},"code":"{{{code}}}"}}"""))
            .Authorize(Request(), CancellationToken.None);
        Assert.That(result, Is.EqualTo(new Authorization.Declined(reason, retryable, says)));
        Assert.That(calls.Calls, Has.Count.EqualTo(1), "a no is not asked for twice");
    }

    [TestCase("resource_missing", "payment_method", true)]
    [TestCase("amount_too_small", "amount", false)]
    [TestCase("amount_too_large", "amount", false)]
    public async Task What_the_provider_rejects_is_a_no(string code, string param, bool retryable)
    {
        var result = await Stripe((_, _) => StripeCalls.Answer(400, $$$"""{"error":{"type":"invalid_request_error","code":"{{{code}}}","param":"{{{param}}}"}}"""))
            .Authorize(Request(), CancellationToken.None);
        Assert.That(result, Is.EqualTo(new Authorization.Declined(PaymentFailureReason.ProviderRejected, retryable, code)));
    }

    [TestCase("""{"error":{"type":"invalid_request_error","code":"parameter_unknown","param":"colour"}}""")]
    [TestCase("""{"error":{"type":"idempotency_error"}}""")]
    public void A_request_that_is_wrong_in_itself_is_a_dead_letter(string error)
    {
        var stripe = Stripe((_, _) => StripeCalls.Answer(400, error));
        Assert.That(async () => await stripe.Authorize(Request(), CancellationToken.None), Throws.TypeOf<UnprocessableMessageException>());
    }

    [TestCase(401)]
    [TestCase(403)]
    public void A_refused_key_is_neither_yes_nor_no_and_calls_for_an_operator(int status)
    {
        var stripe = Stripe((_, _) => StripeCalls.Answer(status, "{}"));
        Assert.That(async () => await stripe.Authorize(Request(), CancellationToken.None), Throws.TypeOf<RetryLaterException>());
        Assert.That(log.Lines.Select(line => line.Level), Is.EqualTo(new[] { LogLevel.Critical }));
        Assert.That(calls.Calls, Has.Count.EqualTo(1));
    }

    [TestCase(409)]
    [TestCase(429)]
    [TestCase(500)]
    [TestCase(503)]
    public async Task A_hiccup_is_bridged_under_the_same_key(int status)
    {
        var result = await Stripe((_, before) => before == 0 ? StripeCalls.Answer(status, "<html>") : StripeCalls.Answer(200, Held))
            .Authorize(Request(), CancellationToken.None);
        Assert.That(result, Is.EqualTo(new Authorization.Authorized("pi_1")));
        Assert.That(calls.KeysOf(Intents), Is.EqualTo(new[] { $"{Order}:authorize:1", $"{Order}:authorize:1" }));
    }

    [TestCase(409)]
    [TestCase(429)]
    [TestCase(500)]
    [TestCase(502)]
    public void What_lasts_is_left_for_later(int status)
    {
        var stripe = Stripe((_, _) => StripeCalls.Answer(status, "<html>"));
        Assert.That(async () => await stripe.Authorize(Request(), CancellationToken.None), Throws.TypeOf<RetryLaterException>());
        Assert.That(calls.Calls, Has.Count.EqualTo(2));
    }

    [Test]
    public void A_busy_provider_says_when_to_come_back()
    {
        var stripe = Stripe((_, _) =>
        {
            var busy = StripeCalls.Answer(429, "{}");
            busy.Headers.RetryAfter = new RetryConditionHeaderValue(TimeSpan.FromSeconds(7));
            return busy;
        });
        Assert.That(
            async () => await stripe.Authorize(Request(), CancellationToken.None),
            Throws.TypeOf<RetryLaterException>().With.Property("After").EqualTo(TimeSpan.FromSeconds(7)));
    }

    [TestCase("not json")]
    [TestCase("")]
    public void An_answer_that_makes_no_sense_is_no_answer(string body)
    {
        var stripe = Stripe((_, _) => StripeCalls.Answer(200, body));
        Assert.That(async () => await stripe.Authorize(Request(), CancellationToken.None), Throws.TypeOf<RetryLaterException>());
    }

    [Test]
    public void Tries_of_our_own_that_are_still_at_work_do_not_open_the_breaker()
    {
        var stripe = Stripe((_, _) => StripeCalls.Answer(409, "{}"));
        for (var i = 0; i < 12; i++) Assert.That(async () => await stripe.Authorize(Request(), CancellationToken.None), Throws.TypeOf<RetryLaterException>());
        Assert.That(calls.Calls, Has.Count.EqualTo(24), "each was let through");
    }

    [Test]
    public async Task A_processing_error_moves_on_to_the_next_key_only_when_the_old_one_is_spent_and_nothing_is_found()
    {
        const string Error = """{"error":{"type":"card_error","code":"processing_error"}}""";
        var stripe = Stripe((call, _) => call switch
        {
            { Method: "GET" } => StripeCalls.Answer(200, """{"data":[]}"""),
            { Key: var key } when key == $"{Order}:authorize:1" => StripeCalls.Answer(402, Error, replay: calls.KeysOf(Intents).Count() > 1),
            _ => StripeCalls.Answer(200, Held),
        });
        Assert.That(async () => await stripe.Authorize(Request(), CancellationToken.None), Throws.TypeOf<RetryLaterException>());
        Assert.That(await stripe.Authorize(Request() with { MayExist = true }, CancellationToken.None), Is.EqualTo(new Authorization.Authorized("pi_1")));
        Assert.That(calls.KeysOf(Intents), Is.EqualTo(new[] { $"{Order}:authorize:1", $"{Order}:authorize:1", $"{Order}:authorize:1:2" }));
    }

    [Test]
    public void No_other_key_is_used_while_it_is_not_known_that_there_is_no_payment()
    {
        var stripe = Stripe((call, _) => call.Method == "GET"
            ? StripeCalls.Answer(400, """{"error":{"type":"invalid_request_error"}}""")
            : StripeCalls.Answer(500, "{}", replay: true));
        Assert.That(async () => await stripe.Authorize(Request(), CancellationToken.None), Throws.TypeOf<RetryLaterException>());
        Assert.That(calls.KeysOf(Intents).Distinct(), Is.EqualTo(new[] { $"{Order}:authorize:1" }));
    }

    [TestCase("requires_capture")]
    [TestCase("succeeded")]
    [TestCase("canceled")]
    public async Task A_payment_that_is_found_is_not_made_again(string status)
    {
        var stripe = Stripe((_, _) => StripeCalls.Answer(200, $$"""{"data":[{"id":"pi_0","status":"requires_payment_method"},{"id":"pi_1","status":"{{status}}"}]}"""));
        Assert.That(await stripe.Authorize(Request() with { MayExist = true }, CancellationToken.None), Is.EqualTo(new Authorization.Authorized("pi_1")));
        Assert.That(calls.KeysOf(Intents), Is.Empty);
    }

    [Test]
    public async Task A_risky_payment_waits_for_a_person()
    {
        var stripe = Stripe((_, _) => StripeCalls.Answer(200, """
            {"id":"pi_1","status":"requires_capture","latest_charge":{"outcome":{"type":"manual_review","risk_level":"elevated"},
             "payment_method_details":{"card":{"capture_before":1767268800}}}}
            """));
        Assert.That(
            await stripe.Authorize(Request(), CancellationToken.None),
            Is.EqualTo(new Authorization.UnderReview("pi_1", "elevated", DateTimeOffset.FromUnixTimeSeconds(1767268800))));
    }

    [TestCase("succeeded", Settlement.Captured)]
    [TestCase("canceled", Settlement.Voided)]
    public async Task Capture_and_void_say_what_became_of_the_payment(string status, Settlement settled)
    {
        var stripe = Stripe((call, _) => call.Path == Capture
            ? StripeCalls.Answer(200, $$"""{"id":"pi_1","status":"{{status}}"}""")
            : StripeCalls.Answer(400, $$$$"""{"error":{"type":"invalid_request_error","code":"payment_intent_unexpected_state","payment_intent":{"id":"pi_1","status":"{{{{status}}}}"}}}"""));
        Assert.That(await stripe.Capture(Order, 2, "pi_1", CancellationToken.None), Is.EqualTo(settled));
        Assert.That(await stripe.Void(Order, 2, "pi_1", CancellationToken.None), Is.EqualTo(settled), "a refusal that tells the status is an answer");
        Assert.That(calls.KeysOf(Capture), Is.EqualTo(new[] { $"{Order}:capture:2" }));
        Assert.That(calls.KeysOf(Cancel), Is.EqualTo(new[] { $"{Order}:cancel:2" }));
    }

    [Test]
    public async Task A_capture_whose_key_keeps_a_failure_is_looked_up()
    {
        var stripe = Stripe((call, _) => call.Method == "GET"
            ? StripeCalls.Answer(200, """{"id":"pi_1","status":"succeeded"}""")
            : StripeCalls.Answer(500, "{}", replay: true));
        Assert.That(await stripe.Capture(Order, 1, "pi_1", CancellationToken.None), Is.EqualTo(Settlement.Captured));
        Assert.That(calls.KeysOf(Capture).Distinct(), Is.EqualTo(new[] { $"{Order}:capture:1" }));
    }

    [Test]
    public async Task A_capture_whose_key_keeps_a_failure_and_that_was_not_made_is_made_under_another()
    {
        var stripe = Stripe((call, _) => call switch
        {
            { Method: "GET" } => StripeCalls.Answer(200, """{"id":"pi_1","status":"requires_capture"}"""),
            { Key: var key } when key == $"{Order}:capture:1" => StripeCalls.Answer(500, "{}", replay: true),
            _ => StripeCalls.Answer(200, """{"id":"pi_1","status":"succeeded"}"""),
        });
        Assert.That(await stripe.Capture(Order, 1, "pi_1", CancellationToken.None), Is.EqualTo(Settlement.Captured));
        Assert.That(calls.KeysOf(Capture).Last(), Is.EqualTo($"{Order}:capture:1:2"));
    }

    [Test]
    public async Task A_refund_is_looked_for_then_made()
    {
        var stripe = Stripe((call, _) => call.Method == "GET" ? List() : StripeCalls.Answer(200, Refund("re_1", "succeeded")));
        Assert.That(await stripe.Refund(Order, "pi_1", RefundId, 1000, CancellationToken.None), Is.EqualTo(new ProviderRefund("re_1")));
        var call = calls.Calls.Last();
        Assert.That((call.Path, call.Key), Is.EqualTo((Refunds, $"{Order}:refund:{RefundId}")));
        Assert.That(call.Form, Is.EquivalentTo(new Dictionary<string, string>
        {
            ["payment_intent"] = "pi_1",
            ["amount"] = "1000",
            ["metadata[order_id]"] = Order.ToString(),
            ["metadata[refund_id]"] = RefundId.ToString(),
        }));
    }

    [Test]
    public async Task A_refund_that_succeeded_before_is_not_made_again()
    {
        var stripe = Stripe((_, _) => List(Refund("re_2", "succeeded"), Refund("re_1", "failed")));
        Assert.That(await stripe.Refund(Order, "pi_1", RefundId, 1000, CancellationToken.None), Is.EqualTo(new ProviderRefund("re_2")));
        Assert.That(calls.KeysOf(Refunds), Is.Empty);
    }

    [TestCase("pending")]
    [TestCase("requires_action")]
    public void A_refund_that_is_on_its_way_is_waited_for(string status)
    {
        var stripe = Stripe((_, _) => List(Refund("re_1", status)));
        Assert.That(async () => await stripe.Refund(Order, "pi_1", RefundId, 1000, CancellationToken.None), Throws.TypeOf<RetryLaterException>());
        Assert.That(calls.KeysOf(Refunds), Is.Empty);
    }

    [TestCase("failed", "expired_or_canceled_card", "expired_or_canceled_card")]
    [TestCase("canceled", null, "canceled")]
    public async Task A_refund_that_failed_is_not_made_again_under_its_own_id(string status, string? reason, string told)
    {
        var stripe = Stripe((_, _) => List(Refund("re_1", status, reason)));
        Assert.That(
            await stripe.Refund(Order, "pi_1", RefundId, 1000, CancellationToken.None), Is.EqualTo(new ProviderRefund("re_1", HasFailed: true, told)));
        Assert.That(calls.KeysOf(Refunds), Is.Empty);
    }

    [Test]
    public async Task An_old_answer_that_a_refund_succeeded_is_not_believed_when_it_has_failed_since()
    {
        var stripe = Stripe((call, _) => (call.Method, call.Path) switch
        {
            ("GET", Refunds) => List(), // the provider's list may lag
            ("GET", _) => StripeCalls.Answer(200, Refund("re_1", "failed", "lost_or_stolen_card")),
            _ => StripeCalls.Answer(200, Refund("re_1", "succeeded"), replay: true),
        });
        Assert.That(
            await stripe.Refund(Order, "pi_1", RefundId, 1000, CancellationToken.None),
            Is.EqualTo(new ProviderRefund("re_1", HasFailed: true, "lost_or_stolen_card")));
        Assert.That(calls.KeysOf(Refunds), Is.EqualTo(new[] { $"{Order}:refund:{RefundId}" }), "made once");
    }

    [Test]
    public async Task An_error_that_is_kept_under_a_key_is_asked_again_under_another()
    {
        var stripe = Stripe((call, _) => call switch
        {
            { Method: "GET" } => List(),
            { Key: var key } when !key!.EndsWith(":2", StringComparison.Ordinal) => StripeCalls.Answer(500, """{"error":{"type":"api_error"}}""", replay: true),
            _ => StripeCalls.Answer(200, Refund("re_1", "succeeded")),
        });
        Assert.That(await stripe.Refund(Order, "pi_1", RefundId, 1000, CancellationToken.None), Is.EqualTo(new ProviderRefund("re_1")));
        Assert.That(calls.KeysOf(Refunds).Distinct(), Is.EqualTo(new[] { $"{Order}:refund:{RefundId}", $"{Order}:refund:{RefundId}:2" }));
    }

    [TestCase("succeeded", false)]
    [TestCase("pending", false)]
    [TestCase("failed", true)]
    [TestCase("canceled", true)]
    public async Task A_refund_is_looked_up_by_the_provider_s_id(string status, bool hasFailed)
    {
        var stripe = Stripe((_, _) => StripeCalls.Answer(200, Refund("re_1", status)));
        Assert.That((await stripe.FindRefund("re_1", CancellationToken.None)).HasFailed, Is.EqualTo(hasFailed));
        Assert.That(calls.Calls.Single().Path, Is.EqualTo("/v1/refunds/re_1"));
    }

    [Test]
    public void A_refund_that_can_not_be_looked_up_is_looked_up_later() => Assert.That(
        async () => await Stripe((_, _) => StripeCalls.Answer(404, """{"error":{"type":"invalid_request_error"}}""")).FindRefund("re_1", CancellationToken.None),
        Throws.TypeOf<RetryLaterException>());

    [Test]
    public void A_refund_that_is_refused_is_tried_later()
    {
        var stripe = Stripe((call, _) => call.Method == "GET"
            ? List()
            : StripeCalls.Answer(400, """{"error":{"type":"invalid_request_error","code":"charge_already_refunded"}}"""));
        Assert.That(async () => await stripe.Refund(Order, "pi_1", RefundId, 1000, CancellationToken.None), Throws.TypeOf<RetryLaterException>());
        Assert.That(calls.KeysOf(Refunds), Is.EqualTo(new[] { $"{Order}:refund:{RefundId}" }));
    }

    [Test]
    public void When_refunds_can_not_be_listed_none_is_made()
    {
        var stripe = Stripe((_, _) => StripeCalls.Answer(400, """{"error":{"type":"invalid_request_error"}}"""));
        Assert.That(async () => await stripe.Refund(Order, "pi_1", RefundId, 1000, CancellationToken.None), Throws.TypeOf<RetryLaterException>());
        Assert.That(calls.KeysOf(Refunds), Is.Empty);
    }

    private static AuthorizationRequest Request() => new(Order, 1, 4497, "EUR", "pm_card_visa", MayExist: false);

    private static string Refund(string id, string status, string? reason = null) =>
        $$$"""{"id":"{{{id}}}","status":"{{{status}}}","metadata":{"refund_id":"{{{RefundId}}}"},"failure_reason":{{{(reason is null ? "null" : $"\"{reason}\"")}}}}""";

    private static HttpResponseMessage List(params string[] refunds) => StripeCalls.Answer(
        200, $$$"""{"data":[{"id":"re_0","status":"succeeded","metadata":{"refund_id":"another"}}{{{string.Concat(refunds.Select(refund => "," + refund))}}}]}""");

    private StripeProvider Stripe(Func<Call, int, HttpResponseMessage> script)
    {
        calls = new StripeCalls(script);
        http = StripeCalls.ClientOf(new Uri("http://provider.test"), calls);
        return StripeCalls.ProviderOf(http, log);
    }
}
