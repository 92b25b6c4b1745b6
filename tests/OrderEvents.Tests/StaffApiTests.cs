using System.Text.Json;
using Shop.Testing;

namespace Shop.OrderEvents.Tests;

/// <summary>What staff does to orders, in whose name, and once.</summary>
public sealed class StaffApiTests
{
    private readonly TemporaryFolder folder = new();
    private RunningService service = null!;
    private HttpClient backoffice = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        service = await RunningService.Start(OrderEventsService.Build, $"DataDirectory={folder.Path}");
        // Says itself, with each request, on whose behalf it calls.
        backoffice = new HttpClient { BaseAddress = service.Url, DefaultRequestHeaders = { { "X-Api-Key", "dev-service" } } };
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        backoffice.Dispose();
        await service.DisposeAsync();
        folder.Dispose();
    }

    [TestCase("accept", "payment-review-accepted")]
    [TestCase("decline", "payment-review-declined")]
    public async Task A_review_is_decided_in_the_name_of_who_decides(string decision, string type)
    {
        var id = await UnderReview();
        var answer = await Staff(id, $"review/{decision}", """{"note":"known customer"}""");
        Assert.That((answer.Status, answer.Body.GetProperty("status").GetString()), Is.EqualTo((200, "payment-review")), answer.Text);
        var decided = await Last(id);
        Assert.Multiple(() =>
        {
            Assert.That(decided.GetProperty("type").GetString(), Is.EqualTo(type));
            Assert.That(decided.GetProperty("data").ToString(), Is.EqualTo("""{"attempt":1,"reviewer":"grace","note":"known customer"}"""));
            Assert.That(decided.GetProperty("metadata").GetProperty("agent").ToString(), Is.EqualTo("""{"kind":"staff","id":"grace"}"""));
        });
    }

    [Test]
    public async Task A_decision_needs_no_body()
    {
        var id = await UnderReview();
        Assert.That((await Staff(id, "review/accept")).Status, Is.EqualTo(200));
        Assert.That((await Last(id)).GetProperty("data").ToString(), Is.EqualTo("""{"attempt":1,"reviewer":"grace"}"""));
    }

    [Test]
    public async Task A_decision_said_again_is_one_event_and_the_other_is_refused()
    {
        var id = await UnderReview();
        Assert.That((await Staff(id, "review/accept", key: "k")).Status, Is.EqualTo(200));
        var replayed = await Staff(id, "review/accept", key: "k");
        Assert.That((replayed.Status, replayed.Header("Idempotent-Replayed")), Is.EqualTo((200, "true")));
        Assert.That((await Staff(id, "review/accept")).Status, Is.EqualTo(200));
        await Append(id, "payment-captured", """{"attempt":1,"amount":4497,"currency":"EUR","providerPaymentId":"pi_1"}""");
        Assert.That((await Staff(id, "review/accept")).Status, Is.EqualTo(200), "also when it had its effect");
        var other = await Staff(id, "review/decline");
        Assert.That(
            (other.Status, other.Code, other.Body.GetProperty("blockingEvent").GetString()), Is.EqualTo((409, "review-already-decided", "payment-review-accepted")));
        Assert.That((await Events(id)).Count(type => type.StartsWith("payment-review-", StringComparison.Ordinal)), Is.EqualTo(1));
    }

    [Test]
    public async Task Of_many_who_decide_at_once_one_does()
    {
        var id = await UnderReview();
        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => Staff(id, i % 2 == 0 ? "review/accept" : "review/decline")));
        Assert.That(answers.Count(answer => answer.Status == 200), Is.EqualTo(6));
        Assert.That(answers.Where(answer => answer.Status != 200).Select(answer => answer.Code), Is.All.EqualTo("review-already-decided"));
        Assert.That((await Events(id)).Count(type => type.StartsWith("payment-review-", StringComparison.Ordinal)), Is.EqualTo(1));
    }

    [Test]
    public async Task Who_cancels_and_who_accepts_at_once_leave_one_sound_history()
    {
        for (var round = 0; round < 10; round++)
        {
            var id = await UnderReview();
            var both = await Task.WhenAll(Staff(id, "review/accept"), service.Send(HttpMethod.Post, $"/orders/{id}/cancel", "{}"));
            var events = await Events(id);
            Assert.That(both[1].Status, Is.EqualTo(200), "a cancellation goes through either way");
            Assert.That(events.SkipWhile(type => type != "order-cancelled"), Has.None.EqualTo("payment-review-accepted"));
            Assert.That(both[0].Code, events.Contains("payment-review-accepted") ? Is.Null : Is.EqualTo("order-cancelled"));
        }
    }

    [Test]
    public async Task What_is_not_under_review_is_not_decided()
    {
        var (created, paid) = (await Place(), await Paid());
        foreach (var id in new[] { created, paid })
        {
            var refused = await Staff(id, "review/accept");
            Assert.That((refused.Status, refused.Code), Is.EqualTo((409, "payment-not-under-review")));
        }

        Assert.That((await Staff(Guid.NewGuid().ToString(), "review/accept")).Code, Is.EqualTo("order-not-found"));
    }

    [Test]
    public async Task Staff_refunds_a_part_then_the_rest_and_then_there_is_nothing_left()
    {
        var id = await Paid();
        var part = await Staff(id, "refunds", """{"amount":1000,"reason":"damaged"}""");
        Assert.That(Refunds(part), Is.EqualTo(new[] { (1000L, "requested") }), part.Text);
        var rest = await Staff(id, "refunds", """{"reason":"all of it, then"}""");
        Assert.That(Refunds(rest), Is.EqualTo(new[] { (1000L, "requested"), (3497L, "requested") }), rest.Text);
        foreach (var body in new[] { """{"reason":"more"}""", """{"amount":1,"reason":"more"}""" })
        {
            var more = await Staff(id, "refunds", body);
            Assert.That((more.Status, more.Code), Is.EqualTo((409, "refund-exceeds-captured")));
        }

        Assert.That((await Last(id)).GetProperty("metadata").GetProperty("agent").GetProperty("id").GetString(), Is.EqualTo("grace"));
    }

    [Test]
    public async Task A_refund_said_again_under_its_key_is_one_also_when_all_was_asked_for()
    {
        var id = await Paid();
        var first = await Staff(id, "refunds", """{"reason":"broken"}""", "k");
        var again = await Staff(id, "refunds", """{"reason":"broken"}""", "k");
        Assert.That((again.Status, again.Text, again.Header("Idempotent-Replayed")), Is.EqualTo((200, first.Text, "true")));
        var other = await Staff(id, "refunds", """{"reason":"lost"}""", "k");
        Assert.That((other.Status, other.Code), Is.EqualTo((422, "idempotency-key-reused")));
        Assert.That((await Events(id)).Count(type => type == "refund-requested"), Is.EqualTo(1));
    }

    [Test]
    public async Task Of_many_refunds_at_once_no_more_than_was_captured_is_given_back()
    {
        var id = await Paid();
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Staff(id, "refunds", """{"amount":1000,"reason":"damaged"}""")));
        Assert.That(answers.Count(answer => answer.Status == 200), Is.EqualTo(4));
        Assert.That(answers.Where(answer => answer.Status != 200).Select(answer => answer.Code), Is.All.EqualTo("refund-exceeds-captured"));
    }

    [Test]
    public async Task What_was_not_paid_is_not_refunded()
    {
        var refused = await Staff(await Place(), "refunds", """{"reason":"damaged"}""");
        Assert.That((refused.Status, refused.Code), Is.EqualTo((409, "payment-not-captured")));
    }

    [Test]
    public async Task A_note_is_kept_for_staff_and_no_customer_sees_it()
    {
        var id = await Place();
        var noted = await Staff(id, "notes", """{"text":"Called: will be at home on Friday."}""", "k");
        Assert.That((noted.Status, noted.Header("ETag")), Is.EqualTo((200, "\"1\"")));
        Assert.That((await Staff(id, "notes", """{"text":"Called: will be at home on Friday."}""", "k")).Header("Idempotent-Replayed"), Is.EqualTo("true"));
        Assert.That((await Last(id)).GetProperty("data").ToString(), Is.EqualTo("""{"personal":{"note":"Called: will be at home on Friday."}}"""));
        Assert.That(noted.Text, Does.Not.Contain("Friday"));
        Assert.That((await service.Send(HttpMethod.Get, $"/orders/{id}")).Text, Does.Not.Contain("Friday"));
        Assert.That((await service.Send(HttpMethod.Get, $"/orders/{id}/timeline")).Text, Does.Not.Contain("note-added").And.Not.Contain("Friday"));

        await Append(id, "payment-auth-in-progress", """{"attempt":1}""");
        using var stream = await service.Client.GetStreamAsync($"/orders/{id}/stream");
        using var reader = new StreamReader(stream);
        var seen = new List<string>();
        while (seen.LastOrDefault() != "event: payment-auth-in-progress")
        {
            if (await reader.ReadLineAsync() is { } line && line.StartsWith("event:", StringComparison.Ordinal)) seen.Add(line);
        }

        Assert.That(seen, Is.EqualTo(new[] { "event: order-created", "event: payment-auth-in-progress" }));
    }

    [Test]
    public async Task Staff_cancels_under_the_customer_s_rules()
    {
        var id = await Place();
        Assert.That((await Staff(id, "cancel")).Body.GetProperty("cancellation").GetProperty("reason").GetString(), Is.EqualTo("staff-request"));
        Assert.That((await Last(id)).GetProperty("metadata").GetProperty("agent").ToString(), Is.EqualTo("""{"kind":"staff","id":"grace"}"""));
        Assert.That((await Staff(id, "cancel")).Code, Is.EqualTo("order-already-cancelled"));
        var preparing = await Paid();
        await Append(preparing, "shipping-preparation-in-progress", $$"""{"shipmentId":"{{Guid.NewGuid()}}"}""");
        Assert.That((await Staff(preparing, "cancel", """{"reason":"asked for by telephone"}""")).Code, Is.EqualTo("order-not-cancellable"));
    }

    [TestCase("review/accept")]
    [TestCase("review/decline")]
    [TestCase("refunds")]
    [TestCase("notes")]
    public async Task Only_staff_may(string command)
    {
        var id = await Paid();
        foreach (var agent in new[] { "customer/storefront", "service/payment", "provider/stripe", "staff/", "staff", "grace", "" })
        {
            var answer = await Answer.To(backoffice, HttpMethod.Post, $"/orders/{id}/{command}", """{"reason":"x","text":"x"}""", ("X-Shop-Agent", agent));
            Assert.That((answer.Status, answer.Code), Is.EqualTo((403, "forbidden")), agent);
        }

        Assert.That(await Events(id), Has.Count.EqualTo(3));
    }

    private static IEnumerable<TestCaseData> Hostile()
    {
        (string Command, string Field, string[] Bodies)[] all =
        [
            ("refunds", "reason", ["""{"amount":1}""", """{"amount":1,"reason":" "}""", """{"amount":1,"reason":"a\u0000b"}""", $$"""{"amount":1,"reason":"{{new string('x', 501)}}"}"""]),
            ("refunds", "amount", ["""{"amount":0,"reason":"x"}""", """{"amount":-1,"reason":"x"}""", """{"amount":100000000,"reason":"x"}""", """{"amount":-9223372036854775808,"reason":"x"}"""]),
            ("notes", "text", ["{}", """{"text":""}""", """{"text":"one\ntwo"}""", """{"text":"\u202e"}""", $$"""{"text":"{{new string('x', 2001)}}"}"""]),
            ("review/accept", "note", [$$"""{"note":"{{new string('x', 501)}}"}""", """{"note":"a\r\nb"}"""]),
        ];
        foreach (var (command, field, bodies) in all)
        {
            foreach (var body in bodies) yield return new TestCaseData(command, body, field).SetArgDisplayNames(command, body.Length > 60 ? $"{body.Length} characters" : body);
        }

        foreach (var command in new[] { "refunds", "notes", "review/accept" })
        {
            foreach (var body in new[] { "[]", "{", "17", """{"amount":1.5,"text":17,"note":17,"reason":17}""", """{"amount":"1","text":[],"note":{},"reason":{}}""" })
                yield return new TestCaseData(command, body, null).SetArgDisplayNames(command, body);
        }
    }

    [TestCaseSource(nameof(Hostile))]
    public async Task What_is_wrong_is_named_and_nothing_changes(string command, string body, string? field)
    {
        var id = command == "review/accept" ? await UnderReview() : await Paid();
        var answer = await Staff(id, command, body);
        Assert.That(answer.Status, Is.EqualTo(400), answer.Text);
        if (field is not null) Assert.That(answer.Body.GetProperty("errors").EnumerateObject().Select(error => error.Name), Is.EqualTo(new[] { field }));
        Assert.That(await Events(id), Has.Count.EqualTo(3));
    }

    [TestCase("refunds", """{"reason":"4242 4242 4242 4242"}""")]
    [TestCase("notes", """{"text":"the card is 4242-4242-4242-4242"}""")]
    [TestCase("review/accept", """{"note":"4242424242424242"}""")]
    public async Task A_card_number_is_refused_wherever_it_stands(string command, string body)
    {
        var id = await Paid();
        var answer = await Staff(id, command, body);
        Assert.That((answer.Status, answer.Code), Is.EqualTo((400, "raw-card-data-rejected")));
        Assert.That(answer.Text, Does.Not.Contain("4242"));
    }

    [Test]
    public async Task A_stale_look_changes_nothing()
    {
        var id = await Paid();
        var stale = await Answer.To(
            backoffice, HttpMethod.Post, $"/orders/{id}/refunds", """{"reason":"x"}""", ("X-Shop-Agent", "staff/grace"), ("If-Match", "\"1\""));
        Assert.That((stale.Status, stale.Code), Is.EqualTo((412, "revision-mismatch")));
    }

    private async Task<string> Place() =>
        (await service.Send(HttpMethod.Post, "/orders", SampleOrders.Json())).Body.GetProperty("orderId").GetString()!;

    private async Task<string> UnderReview()
    {
        var id = await Place();
        await Append(id, "payment-auth-in-progress", """{"attempt":1}""");
        await Append(id, "payment-auth-pending-review", """{"attempt":1,"providerPaymentId":"pi_1","riskLevel":"elevated","captureBefore":"2099-01-01T00:00:00Z"}""");
        return id;
    }

    private async Task<string> Paid()
    {
        var id = await Place();
        await Append(id, "payment-auth-in-progress", """{"attempt":1}""");
        await Append(id, "payment-captured", """{"attempt":1,"amount":4497,"currency":"EUR","providerPaymentId":"pi_1"}""");
        return id;
    }

    private async Task Append(string id, string type, string data)
    {
        var written = await service.Send(HttpMethod.Post, $"/orders/{id}/events", $$"""
            {"eventId":"{{Guid.NewGuid()}}","type":"{{type}}","data":{{data}},"occurredAt":"2026-01-01T00:00:00Z","causationId":"{{Guid.NewGuid()}}","correlationId":"{{Guid.NewGuid()}}"}
            """);
        Assert.That(written.Status, Is.EqualTo(201), written.Text);
    }

    private Task<Answer> Staff(string id, string command, string? body = null, string? key = null) => Answer.To(
        backoffice, HttpMethod.Post, $"/orders/{id}/{command}", body,
        key is null ? [("X-Shop-Agent", "staff/grace")] : [("X-Shop-Agent", "staff/grace"), ("Idempotency-Key", key)]);

    private async Task<List<string>> Events(string id) =>
        [.. (await service.Send(HttpMethod.Get, $"/orders/{id}/events")).Body.GetProperty("events").EnumerateArray().Select(e => e.GetProperty("type").GetString()!)];

    private async Task<JsonElement> Last(string id) =>
        (await service.Send(HttpMethod.Get, $"/orders/{id}/events")).Body.GetProperty("events").EnumerateArray().Last();

    private static IEnumerable<(long, string)> Refunds(Answer answer) => answer.Body.GetProperty("payment").GetProperty("refunds").EnumerateArray()
        .Select(refund => (refund.GetProperty("amount").GetInt64(), refund.GetProperty("status").GetString()!));
}
