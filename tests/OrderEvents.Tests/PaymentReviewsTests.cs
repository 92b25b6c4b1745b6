using System.Text.Json;
using Shop.Testing;

namespace Shop.OrderEvents.Tests;

/// <summary>The list of payments that wait for a person's decision.</summary>
public sealed class PaymentReviewsTests
{
    private static readonly DateTimeOffset Lapses = new(2099, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private TemporaryFolder folder = null!;
    private RunningService service = null!;

    [SetUp]
    public async Task Start()
    {
        folder = new TemporaryFolder();
        await Run();
    }

    [TearDown]
    public async Task Stop()
    {
        await service.DisposeAsync();
        folder.Dispose();
    }

    [Test]
    public async Task It_says_all_that_a_decision_needs()
    {
        var id = await UnderReview(Lapses);
        var review = (await Listed(1)).GetProperty("reviews")[0];
        Assert.Multiple(() =>
        {
            Assert.That(review.GetProperty("orderId").GetString(), Is.EqualTo(id));
            Assert.That(review.GetProperty("orderNumber").GetString(), Is.Not.Empty);
            Assert.That((review.GetProperty("amount").GetInt64(), review.GetProperty("currency").GetString()), Is.EqualTo((4497L, "EUR")));
            Assert.That((review.GetProperty("attempt").GetInt32(), review.GetProperty("riskLevel").GetString()), Is.EqualTo((1, "elevated")));
            Assert.That(review.GetProperty("captureBefore").GetDateTimeOffset(), Is.EqualTo(Lapses));
            Assert.That(review.GetProperty("since").GetDateTimeOffset(), Is.EqualTo(DateTimeOffset.UtcNow).Within(TimeSpan.FromMinutes(1)));
            Assert.That(review.GetProperty("ageSeconds").GetInt64(), Is.InRange(0, 60));
        });
    }

    [TestCase("payment-review-accepted", """{"attempt":1,"reviewer":"grace"}""")]
    [TestCase("payment-review-declined", """{"attempt":1,"reviewer":"grace"}""")]
    [TestCase("payment-auth-failed", """{"attempt":1,"reason":"authorization-expired","retryable":true}""")]
    [TestCase("order-cancelled", """{"reason":"customer-request"}""")]
    public async Task What_is_decided_or_has_ended_is_gone_from_it_at_once(string type, string data)
    {
        var (ended, other) = (await UnderReview(Lapses), await UnderReview(Lapses));
        await Listed(2);
        await Append(ended, type, data);
        Assert.That(Ids(await List()), Is.EqualTo(new[] { other }), "without a moment's delay");
        await Listed(1);
    }

    [Test]
    public async Task One_that_was_given_up_and_paid_for_again_is_listed_again()
    {
        var id = await UnderReview(Lapses);
        await Listed(1);
        await Append(id, "payment-auth-failed", """{"attempt":1,"reason":"authorization-expired","retryable":true}""");
        await Listed(0);
        await service.Send(HttpMethod.Put, $"/orders/{id}/payment", """{"methodToken":"pm_card_visa"}""");
        await Append(id, "payment-auth-in-progress", """{"attempt":2}""");
        await Append(id, "payment-auth-pending-review", Pending(2, Lapses));
        Assert.That((await Listed(1)).GetProperty("reviews")[0].GetProperty("attempt").GetInt32(), Is.EqualTo(2));
    }

    [Test]
    public async Task Pages_lead_from_the_most_urgent_to_the_last_and_hold_each_once()
    {
        var expected = new List<string>();
        foreach (var hours in new[] { 3, 1, 2, 1, 5, 4, 1 }) expected.Add($"{hours} {await UnderReview(Lapses.AddHours(hours))}");
        expected.Sort(StringComparer.Ordinal);
        await Listed(7);
        var seen = new List<string>();
        string? next = null;
        do
        {
            var page = (await service.Send(HttpMethod.Get, $"/reviews?limit=3{(next is null ? "" : $"&after={next}")}")).Body;
            Assert.That(page.GetProperty("total").GetInt64(), Is.EqualTo(7));
            seen.AddRange(page.GetProperty("reviews").EnumerateArray().Select(review =>
                $"{(review.GetProperty("captureBefore").GetDateTimeOffset() - Lapses).Hours} {review.GetProperty("orderId").GetString()}"));
            next = page.TryGetProperty("next", out var more) ? more.GetString() : null;
        }
        while (next is not null);

        Assert.That(seen, Is.EqualTo(expected));
        var beyond = await service.Send(HttpMethod.Get, $"/reviews?after=4102444800000.{Guid.NewGuid()}");
        Assert.That((beyond.Status, beyond.Body.GetProperty("reviews").GetArrayLength()), Is.EqualTo((200, 0)));
    }

    [TestCase("limit=0", "limit")]
    [TestCase("limit=1001", "limit")]
    [TestCase("after=", "after")]
    [TestCase("after=17", "after")]
    [TestCase("after=x.5f0b4f3e-6f0e-4d57-8a53-0a4a54a0f001", "after")]
    [TestCase("after=99999999999999999.5f0b4f3e-6f0e-4d57-8a53-0a4a54a0f001", "after")]
    [TestCase("after=-1.5f0b4f3e-6f0e-4d57-8a53-0a4a54a0f001", "after")]
    [TestCase("after=1.'; DROP TABLE reviews", "after")]
    public async Task What_is_wrong_with_a_question_is_named(string query, string field)
    {
        var answer = await service.Send(HttpMethod.Get, $"/reviews?{query}");
        Assert.That((answer.Status, answer.Code), Is.EqualTo((400, "validation-failed")), answer.Text);
        Assert.That(answer.Body.GetProperty("errors").TryGetProperty(field, out _), Is.True);
    }

    [Test]
    public async Task It_is_there_after_a_restart_and_after_its_file_was_deleted()
    {
        var (ended, id) = (await UnderReview(Lapses), await UnderReview(Lapses));
        await Append(ended, "payment-review-accepted", """{"attempt":1,"reviewer":"grace"}""");
        await Listed(1);
        await service.DisposeAsync();
        await Run();
        Assert.That(Ids(await Listed(1)), Is.EqualTo(new[] { id }));
        await service.DisposeAsync();
        foreach (var file in Directory.GetFiles(folder.Path, "reviews.db*")) File.Delete(file);
        await Run();
        Assert.That(Ids(await Listed(1)), Is.EqualTo(new[] { id }));
    }

    private async Task Run() => service = await RunningService.Start(OrderEventsService.Build, $"DataDirectory={folder.Path}");

    private async Task<JsonElement> List() => (await service.Send(HttpMethod.Get, "/reviews")).Body;

    /// <summary>The list, once it holds so many.</summary>
    private Task<JsonElement> Listed(int count) =>
        Eventually.Get(List, list => list.GetProperty("total").GetInt64() == count && list.GetProperty("reviews").GetArrayLength() == count, $"{count} under review");

    private static IEnumerable<string?> Ids(JsonElement list) => list.GetProperty("reviews").EnumerateArray().Select(review => review.GetProperty("orderId").GetString());

    private async Task<string> UnderReview(DateTimeOffset captureBefore)
    {
        var id = (await service.Send(HttpMethod.Post, "/orders", SampleOrders.Json())).Body.GetProperty("orderId").GetString()!;
        await Append(id, "payment-auth-in-progress", """{"attempt":1}""");
        await Append(id, "payment-auth-pending-review", Pending(1, captureBefore));
        return id;
    }

    private static string Pending(int attempt, DateTimeOffset captureBefore) =>
        $$"""{"attempt":{{attempt}},"providerPaymentId":"pi_{{attempt}}","riskLevel":"elevated","captureBefore":"{{captureBefore:O}}"}""";

    private async Task Append(string id, string type, string data)
    {
        var written = await service.Send(HttpMethod.Post, $"/orders/{id}/events", $$"""
            {"eventId":"{{Guid.NewGuid()}}","type":"{{type}}","data":{{data}},"occurredAt":"2026-01-01T00:00:00Z","causationId":"{{Guid.NewGuid()}}","correlationId":"{{Guid.NewGuid()}}"}
            """);
        Assert.That(written.Status, Is.EqualTo(201), written.Text);
    }
}
