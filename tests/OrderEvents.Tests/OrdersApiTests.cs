using System.Text.Json.Nodes;
using Shop.Testing;

namespace Shop.OrderEvents.Tests;

/// <summary>The HTTP API of the Order Event Service, over a real socket and a real store.</summary>
public sealed class OrdersApiTests
{
    private TemporaryFolder folder = null!;
    private RunningService service = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        folder = new TemporaryFolder();
        service = await RunningService.Start(OrderEventsService.Build, $"DataDirectory={folder.Path}");
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        await service.DisposeAsync();
        folder.Dispose();
    }

    [Test]
    public async Task A_placed_order_is_answered_and_can_be_read()
    {
        var placed = await Place();
        Assert.That((placed.Status, placed.Header("ETag"), placed.Header("Location")), Is.EqualTo((201, "\"0\"", $"/orders/{Id(placed)}")));
        Assert.That(placed.Body.GetProperty("status").GetString(), Is.EqualTo("created"));
        Assert.That(placed.Body.GetProperty("totals").GetProperty("total").GetInt64(), Is.EqualTo(4497));
        var read = await service.Send(HttpMethod.Get, $"/orders/{Id(placed)}");
        Assert.That((read.Status, read.Text), Is.EqualTo((200, placed.Text)));
    }

    [Test]
    public async Task The_same_key_and_body_is_answered_as_the_first_time_also_after_the_order_moved_on()
    {
        var key = Guid.NewGuid().ToString();
        var first = await Place(key: key);
        await Append(Id(first), "payment-auth-in-progress", """{"attempt":1}""");
        var again = await service.Send(HttpMethod.Post, "/orders", SampleOrders.Json(change: body => body["unknown"] = "ignored"), ("Idempotency-Key", key));
        Assert.That((again.Status, again.Text, again.Header("Idempotent-Replayed"), again.Header("ETag")), Is.EqualTo((201, first.Text, "true", "\"0\"")));
    }

    [Test]
    public async Task The_same_key_with_another_body_is_refused()
    {
        var key = Guid.NewGuid().ToString();
        await Place(key: key);
        var other = await service.Send(HttpMethod.Post, "/orders", SampleOrders.Json("pm_card_mastercard"), ("Idempotency-Key", key));
        Assert.That((other.Status, other.Code), Is.EqualTo((422, "idempotency-key-reused")));
    }

    [Test]
    public async Task The_same_key_of_another_caller_is_another_order()
    {
        var key = Guid.NewGuid().ToString();
        var mine = await Place(key: key);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/orders") { Content = new StringContent(SampleOrders.Json(), System.Text.Encoding.UTF8, "application/json") };
        request.Headers.Add("Idempotency-Key", key);
        using var other = new HttpClient { BaseAddress = service.Url };
        other.DefaultRequestHeaders.Add("X-Api-Key", "dev-service");
        other.DefaultRequestHeaders.Add("X-Shop-Agent", "customer/somebody-else");
        using var response = await other.SendAsync(request);
        Assert.That(await response.Content.ReadAsStringAsync(), Does.Not.Contain(Id(mine)));
    }

    [Test]
    public async Task Concurrent_requests_with_one_key_make_one_order()
    {
        var key = Guid.NewGuid().ToString();
        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Place(key: key)));
        Assert.That(answers.Select(Id).Distinct().Count(), Is.EqualTo(1));
        Assert.That(answers.Select(answer => answer.Status), Is.All.EqualTo(201));
        var stream = await service.Send(HttpMethod.Get, $"/orders/{Id(answers[0])}/events");
        Assert.That(stream.Body.GetProperty("events").GetArrayLength(), Is.EqualTo(1));
    }

    [TestCase("")]
    [TestCase("with space")]
    [TestCase("with\ttab")]
    public async Task A_malformed_key_is_refused(string key) => Assert.That((await Place(key: key)).Status, Is.EqualTo(400));

    [Test]
    public async Task A_key_that_is_too_long_is_refused() => Assert.That((await Place(key: new string('k', 256))).Code, Is.EqualTo("idempotency-key-malformed"));

    [Test]
    public async Task A_reader_who_has_it_gets_304()
    {
        var placed = await Place();
        Assert.That((await service.Send(HttpMethod.Get, $"/orders/{Id(placed)}", null, ("If-None-Match", "\"0\""))).Status, Is.EqualTo(304));
        Assert.That((await service.Send(HttpMethod.Get, $"/orders/{Id(placed)}", null, ("If-None-Match", "\"5\", W/\"0\""))).Status, Is.EqualTo(304));
        Assert.That((await service.Send(HttpMethod.Get, $"/orders/{Id(placed)}", null, ("If-None-Match", "\"1\""))).Status, Is.EqualTo(200));
    }

    [Test]
    public async Task A_change_of_what_has_changed_meanwhile_is_refused()
    {
        var id = Id(await Place());
        var changed = await Cancel(id, ("If-Match", "\"7\""));
        Assert.That((changed.Status, changed.Code, changed.Body.GetProperty("revision").GetInt32()), Is.EqualTo((412, "revision-mismatch", 0)));
        Assert.That((await Cancel(id, ("If-Match", "nonsense"))).Status, Is.EqualTo(400));
        Assert.That((await Cancel(id, ("If-Match", "\"0\""))).Status, Is.EqualTo(200));
    }

    [Test]
    public async Task Customers_change_and_cancel_as_long_as_the_history_allows_it()
    {
        var id = Id(await Place());
        var paid = await service.Send(HttpMethod.Put, $"/orders/{id}/payment", """{"methodToken":"pm_card_mastercard"}""");
        Assert.That((paid.Status, paid.Header("ETag")), Is.EqualTo((200, "\"1\"")));
        var moved = await service.Send(HttpMethod.Put, $"/orders/{id}/shipping-address", SampleOrders.Address("2 Other Street").ToJsonString());
        Assert.That(moved.Body.GetProperty("shipping").GetProperty("address").GetProperty("line1").GetString(), Is.EqualTo("2 Other Street"));
        await Append(id, "payment-auth-in-progress", """{"attempt":1}""");
        var late = await service.Send(HttpMethod.Put, $"/orders/{id}/payment", """{"methodToken":"pm_card_visa"}""");
        Assert.That((late.Status, late.Code, late.Body.GetProperty("blockingEvent").GetString()), Is.EqualTo((409, "payment-update-not-allowed", "payment-auth-in-progress")));
        Assert.That(late.Body.GetProperty("allowedActions").EnumerateArray().Select(action => action.GetString()), Is.EqualTo(new[] { "update-shipping-address", "cancel" }));
        Assert.That(late.Body.GetProperty("orderStatus").GetString(), Is.EqualTo("payment-in-progress"));
        var cancelled = await Cancel(id);
        Assert.That((cancelled.Status, cancelled.Body.GetProperty("status").GetString()), Is.EqualTo((200, "cancelled")));
        Assert.That((await Cancel(id)).Code, Is.EqualTo("order-already-cancelled"));
    }

    [Test]
    public async Task A_cancel_with_a_key_is_answered_again_although_the_rule_would_now_refuse_it()
    {
        var id = Id(await Place());
        var first = await Cancel(id, ("Idempotency-Key", "c1"));
        var again = await Cancel(id, ("Idempotency-Key", "c1"));
        Assert.That((again.Status, again.Text, again.Header("Idempotent-Replayed")), Is.EqualTo((200, first.Text, "true")));
        Assert.That((await service.Send(HttpMethod.Post, $"/orders/{id}/cancel", """{"reason":"other"}""", ("Idempotency-Key", "c1"))).Status, Is.EqualTo(422));
    }

    [Test]
    public async Task An_order_can_be_seen_as_it_stood()
    {
        var id = Id(await Place());
        await Append(id, "payment-auth-in-progress", """{"attempt":1}""");
        var between = DateTimeOffset.UtcNow;
        await Cancel(id);
        async Task<string?> Status(string query) => (await service.Send(HttpMethod.Get, $"/orders/{id}{query}")).Body.GetProperty("status").GetString();
        Assert.That(await Status(""), Is.EqualTo("cancelled"));
        Assert.That(await Status("?revision=0"), Is.EqualTo("created"));
        Assert.That(await Status("?revision=1"), Is.EqualTo("payment-in-progress"));
        Assert.That(await Status($"?at={Uri.EscapeDataString(between.ToString("O"))}"), Is.EqualTo("payment-in-progress"));
        Assert.That(await Status($"?at={between:O}"), Is.EqualTo("payment-in-progress"), "an unescaped plus sign");
        foreach (var (query, status) in new[] { ("?revision=9", 404), ("?at=2001-01-01T00:00:00Z", 404), ("?revision=-1", 400), ("?revision=x", 400), ("?at=x", 400), ("?at=2001-01-01T00:00:00Z&revision=1", 400) })
            Assert.That((await service.Send(HttpMethod.Get, $"/orders/{id}{query}")).Status, Is.EqualTo(status), query);
    }

    [Test]
    public async Task A_service_s_event_written_twice_is_written_once()
    {
        var id = Id(await Place());
        var eventId = Guid.NewGuid();
        var first = await Append(id, "payment-auth-in-progress", """{"attempt":1}""", eventId);
        await Cancel(id);
        var again = await Append(id, "payment-auth-in-progress", """{"attempt":1}""", eventId);
        Assert.That((first.Status, again.Status, again.Header("Idempotent-Replayed")), Is.EqualTo((201, 200, "true")));
        Assert.That(again.Body.GetProperty("revision").GetInt32(), Is.EqualTo(1));
        Assert.That(again.Body.GetProperty("order").GetProperty("status").GetString(), Is.EqualTo("cancelled"), "the order is as it is now");
    }

    [Test]
    public async Task An_event_that_the_history_rules_out_is_refused()
    {
        var id = Id(await Place());
        await Cancel(id);
        var refused = await Append(id, "payment-auth-in-progress/v1", """{"attempt":1}""");
        Assert.That((refused.Status, refused.Code), Is.EqualTo((409, "order-cancelled")));
        Assert.That((await Append(Guid.NewGuid().ToString(), "shipped", """{"shipmentId":"5f0b4f3e-6f0e-4d57-8a53-0a4a54a0f002","carrier":"DHL","shippedAt":"2026-01-01T00:00:00Z","packages":[]}""")).Code, Is.EqualTo("order-not-found"));
        Assert.That((await Append(id, "no-such-event", "{}")).Code, Is.EqualTo("unknown-event-type"));
        Assert.That((await Append(id, "order-created", "{}")).Code, Is.EqualTo("unknown-event-type"));
        Assert.That((await Append(id, "payment-auth-in-progress", """{"attempt":"one"}""")).Body.GetProperty("errors").TryGetProperty("data.attempt", out _), Is.True);
        Assert.That((await Append(id, "payment-auth-in-progress", "{}")).Status, Is.EqualTo(400));
    }

    [Test]
    public async Task The_log_holds_every_event_with_its_metadata_and_can_be_paged()
    {
        var id = Id(await Place());
        var page = (await service.Send(HttpMethod.Get, "/events?limit=1000")).Body;
        var last = page.GetProperty("events").EnumerateArray().Last();
        Assert.That(last.GetProperty("orderId").GetString(), Is.EqualTo(id));
        Assert.That((last.GetProperty("type").GetString(), last.GetProperty("version").GetInt32()), Is.EqualTo(("order-created", 1)));
        var metadata = last.GetProperty("metadata");
        Assert.That(metadata.GetProperty("agent").GetProperty("kind").GetString(), Is.EqualTo("customer"));
        foreach (var name in new[] { "timeOccurred", "timeObserved", "$correlationId", "$causationId" }) Assert.That(metadata.TryGetProperty(name, out _), Is.True, name);
        var next = page.GetProperty("next").GetInt64();
        Assert.That((await service.Send(HttpMethod.Get, $"/events?from={next}")).Body.GetProperty("events").GetArrayLength(), Is.Zero);
        Assert.That((await service.Send(HttpMethod.Get, $"/events?from={next - 1}&limit=1")).Body.GetProperty("events").GetArrayLength(), Is.EqualTo(1));
        foreach (var query in new[] { "from=-1", "limit=0", "limit=1001", "from=x" }) Assert.That((await service.Send(HttpMethod.Get, $"/events?{query}")).Status, Is.EqualTo(400), query);
    }

    [Test]
    public async Task The_timeline_tells_a_customer_what_happened()
    {
        var id = Id(await Place());
        await Append(id, "payment-auth-in-progress", """{"attempt":1}""");
        await Append(id, "payment-auth-failed", """{"attempt":1,"reason":"declined","retryable":true,"declineCode":"insufficient_funds"}""");
        var entries = (await service.Send(HttpMethod.Get, $"/orders/{id}/timeline")).Body.GetProperty("entries");
        Assert.That(entries.EnumerateArray().Select(entry => entry.GetProperty("event").GetString()), Is.EqualTo(new[] { "order-created", "payment-auth-in-progress", "payment-auth-failed" }));
        Assert.That(entries[2].GetProperty("reason").GetString(), Is.EqualTo("declined"));
        Assert.That((await service.Send(HttpMethod.Get, $"/orders/{Guid.NewGuid()}/timeline")).Status, Is.EqualTo(404));
    }

    [Test]
    public async Task An_order_can_be_followed_live_and_resumed()
    {
        var id = Id(await Place());
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var reader = new StreamReader(await service.Client.GetStreamAsync($"/orders/{id}/stream", deadline.Token));
        Assert.That(await NextEvent(reader), Is.EqualTo(("0", "order-created")));
        await Cancel(id);
        Assert.That(await NextEvent(reader), Is.EqualTo(("1", "order-cancelled")));
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/orders/{id}/stream");
        request.Headers.Add("Last-Event-ID", "0");
        using var resumed = await service.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, deadline.Token);
        Assert.That(resumed.Content.Headers.ContentType!.MediaType, Is.EqualTo("text/event-stream"));
        using var second = new StreamReader(await resumed.Content.ReadAsStreamAsync());
        Assert.That(await NextEvent(second), Is.EqualTo(("1", "order-cancelled")));
    }

    [Test]
    public async Task The_log_can_be_followed_live_and_resumed()
    {
        var last = (await service.Send(HttpMethod.Get, "/events?limit=1000")).Body.GetProperty("next").GetInt64();
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var reader = new StreamReader(await service.Client.GetStreamAsync($"/events/stream?from={last}", deadline.Token));
        await Place();
        Assert.That(await NextEvent(reader), Is.EqualTo(($"{last + 1}", "order-created")));
    }

    [Test]
    public async Task Without_the_services_key_nothing_is_answered()
    {
        using var stranger = new HttpClient { BaseAddress = service.Url };
        foreach (var path in new[] { "/events", "/orders/" + Guid.NewGuid(), "/events/stream", "/no-such-path" })
            Assert.That((int)(await stranger.GetAsync(path)).StatusCode, Is.EqualTo(401), path);
        stranger.DefaultRequestHeaders.Add("X-Api-Key", "wrong");
        Assert.That((int)(await stranger.GetAsync("/events")).StatusCode, Is.EqualTo(401));
        Assert.That((int)(await stranger.GetAsync("/health/ready")).StatusCode, Is.EqualTo(200));
    }

    private Task<Answer> Place(string? key = null) =>
        service.Send(HttpMethod.Post, "/orders", SampleOrders.Json(), key is null ? [] : [("Idempotency-Key", key)]);

    private Task<Answer> Cancel(string id, params (string Name, string Value)[] headers) => service.Send(HttpMethod.Post, $"/orders/{id}/cancel", null, headers);

    private Task<Answer> Append(string id, string type, string data, Guid? eventId = null) => service.Send(HttpMethod.Post, $"/orders/{id}/events", new JsonObject
    {
        ["eventId"] = eventId ?? Guid.NewGuid(),
        ["type"] = type,
        ["data"] = JsonNode.Parse(data),
        ["occurredAt"] = DateTimeOffset.UtcNow,
        ["causationId"] = Guid.NewGuid(),
        ["correlationId"] = Guid.NewGuid(),
    }.ToJsonString());

    private static string Id(Answer answer) => answer.Body.GetProperty("orderId").GetString()!;

    private static async Task<(string Id, string Type)> NextEvent(StreamReader reader)
    {
        var (id, type) = ("", "");
        while (await reader.ReadLineAsync() is { } line)
        {
            if (line.StartsWith("id: ", StringComparison.Ordinal)) id = line[4..];
            if (line.StartsWith("event: ", StringComparison.Ordinal)) type = line[7..];
            if (line.Length == 0 && id.Length > 0) return (id, type);
        }

        throw new EndOfStreamException();
    }
}
