using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Shop.Testing;
using Shop.Testing.EventStoreDb;

namespace Shop.OrderEvents.Tests;

/// <summary>The Order Event Service on EventStoreDB: what it stores there, and what it answers when the store misbehaves.</summary>
public sealed class EventStoreDbServiceTests
{
    private EventStoreDbDouble server = null!;
    private TemporaryFolder folder = null!;
    private RunningService service = null!;

    [SetUp]
    public async Task Start()
    {
        server = await EventStoreDbDouble.Start();
        folder = new TemporaryFolder();
        service = await RunningService.Start(
            OrderEventsService.Build, $"DataDirectory={folder.Path}",
            $"ConnectionStrings:EventStore=esdb://127.0.0.1:{server.Url.Port}?tls=false&defaultDeadline=1000");
    }

    [TearDown]
    public async Task Stop()
    {
        await service.DisposeAsync();
        folder.Dispose();
        await server.DisposeAsync();
    }

    [Test]
    public async Task Events_are_stored_so_that_the_projections_by_category_and_by_correlation_see_them()
    {
        var id = await Place();
        var stored = server.Log.Stream($"order-{id}").Single();
        Assert.That((stored.Type, stored.ContentType), Is.EqualTo(("order-created/v1", "application/json")));
        var metadata = JsonSerializer.Deserialize<JsonElement>(stored.Metadata);
        Assert.That(metadata.GetProperty("$correlationId").GetGuid(), Is.Not.EqualTo(Guid.Empty));
        Assert.That(metadata.GetProperty("$causationId").GetGuid(), Is.Not.EqualTo(Guid.Empty));
    }

    [Test]
    public async Task The_log_is_paged_by_the_positions_it_gives_out()
    {
        var ids = new List<string>();
        for (var i = 0; i < 5; i++) ids.Add(await Place());
        var seen = new List<string>();
        for (var from = 0L; ;)
        {
            var page = (await service.Send(HttpMethod.Get, $"/events?from={from}&limit=2")).Body;
            var events = page.GetProperty("events").EnumerateArray().ToList();
            if (events.Count == 0) break;
            seen.AddRange(events.Select(e => e.GetProperty("orderId").GetString()!));
            from = events[^1].GetProperty("position").GetInt64();
        }

        Assert.That(seen, Is.EqualTo(ids));
    }

    [Test]
    public async Task Where_the_log_stood_at_a_time_is_found_between_gaps()
    {
        for (var i = 0; i < 5; i++) await Place();
        var streams = service.Services.GetRequiredService<OrderStreams>();
        var recorded = await streams.ReadAll(0, 10, default);
        for (var i = 0; i < recorded.Count; i++)
        {
            var before = await streams.PositionBefore(recorded[i].Metadata.TimeObserved, default);
            Assert.That(before, Is.EqualTo(i == 0 ? 0 : recorded[i - 1].Position));
        }

        Assert.That(await streams.PositionBefore(DateTimeOffset.MaxValue, default), Is.EqualTo(recorded[^1].Position));
    }

    [TestCase("/events")]
    [TestCase("/events/stream")]
    public async Task A_position_between_two_events_is_the_callers_mistake(string path)
    {
        await Place();
        await Place();
        var answer = await service.Send(HttpMethod.Get, $"{path}?from={server.Log.All[0].Position + 1}");
        Assert.That((answer.Status, answer.Body.GetProperty("code").GetString()), Is.EqualTo((400, "validation-failed")), answer.Text);
    }

    [Test]
    public async Task A_store_that_denies_access_is_away_for_the_caller_and_not_ready_for_the_operator()
    {
        server.Faults.DeniesAccess = true;
        var refused = await service.Send(HttpMethod.Post, "/orders", SampleOrders.Json());
        Assert.That((refused.Status, refused.Headers.ContainsKey("Retry-After")), Is.EqualTo((503, true)), refused.Text);
        var health = await service.Send(HttpMethod.Get, "/health/ready");
        Assert.That(health.Status, Is.EqualTo(503), health.Text);
        Assert.That(health.Text, Does.Contain("credentials"));
    }

    [Test]
    public async Task A_store_that_is_away_is_503_and_the_order_can_be_placed_when_it_is_back()
    {
        await server.DisposeAsync();
        var refused = await service.Send(HttpMethod.Post, "/orders", SampleOrders.Json(), ("Idempotency-Key", "again"));
        Assert.That(refused.Status, Is.EqualTo(503), refused.Text);
        server = await EventStoreDbDouble.Start(server.Log, server.Url.Port);
        var placed = await service.Send(HttpMethod.Post, "/orders", SampleOrders.Json(), ("Idempotency-Key", "again"));
        Assert.That(placed.Status, Is.EqualTo(201), placed.Text);
    }

    [Test]
    public async Task An_order_whose_stream_was_deleted_is_not_found()
    {
        var id = await Place();
        server.Log.Tombstone($"order-{id}");
        Assert.That((await service.Send(HttpMethod.Get, $"/orders/{id}")).Status, Is.EqualTo(404));
    }

    [Test]
    public async Task A_lost_answer_of_the_store_places_one_order()
    {
        server.Faults.AnswersToLose = 1;
        var id = await Place();
        Assert.That(server.Log.Stream($"order-{id}"), Has.Count.EqualTo(1));
        Assert.That(Encoding.UTF8.GetString(server.Log.Stream($"order-{id}")[0].Data), Does.Contain("TEA-1"));
    }

    private async Task<string> Place()
    {
        var placed = await service.Send(HttpMethod.Post, "/orders", SampleOrders.Json());
        Assert.That(placed.Status, Is.EqualTo(201), placed.Text);
        return placed.Body.GetProperty("orderId").GetString()!;
    }
}
