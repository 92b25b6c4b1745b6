using System.Text.Json;
using Shop.Contracts;
using Shop.Testing;

namespace Shop.OrderEvents.Tests;

/// <summary>Who asked for what, and what they were told.</summary>
public sealed class CommandLogTests
{
    private TemporaryFolder folder = null!;
    private RunningService service = null!;

    [SetUp]
    public async Task Start()
    {
        folder = new TemporaryFolder();
        service = await Run();
    }

    [TearDown]
    public async Task Stop()
    {
        await service.DisposeAsync();
        folder.Dispose();
    }

    [Test]
    public async Task What_was_accepted_repeated_or_refused_is_recorded_with_the_reason()
    {
        var placed = await service.Send(HttpMethod.Post, "/orders", SampleOrders.Json(), ("Idempotency-Key", "a-key-that-is-nobodys-business"));
        await service.Send(HttpMethod.Post, "/orders", SampleOrders.Json(), ("Idempotency-Key", "a-key-that-is-nobodys-business"));
        var order = placed.Body.GetProperty("orderId").GetGuid();
        await service.Send(HttpMethod.Post, $"/orders/{order}/cancel", """{"reason":"private words"}""", ("X-Shop-Agent", "customer/order-token"));
        await service.Send(HttpMethod.Post, $"/orders/{order}/cancel");
        await service.Send(HttpMethod.Put, $"/orders/{order}/payment", """{"methodToken":"pm_card_visa"}""", ("If-Match", "\"0\""));
        await service.Send(HttpMethod.Post, "/orders", """{"currency":"EUR"}""");
        await service.Send(HttpMethod.Post, $"/orders/{order}/events", JsonSerializer.Serialize(new AppendEvent(
            Guid.NewGuid(), "payment-auth-in-progress", JsonSerializer.SerializeToElement(new { attempt = 1 }), DateTimeOffset.UtcNow, Guid.NewGuid(), Guid.NewGuid()), ContractsJson.Default.AppendEvent));
        await service.Send(HttpMethod.Post, "/orders/5f3f7e57-35a4-4b80-b4dc-20ae77a7a1c1/cancel");

        var log = Enumerable.Reverse(await Recorded(8)).ToList();
        Assert.That(log.Select(one => (one.Command, one.EventType, one.Agent, one.OrderId, one.Outcome, one.Status, one.Code)), Is.EqualTo(new (string, string?, string, Guid?, CommandOutcome, int, string?)[]
        {
            ("place-order", null, "customer/test", order, CommandOutcome.Accepted, 201, null),
            ("place-order", null, "customer/test", order, CommandOutcome.Repeated, 201, null),
            ("cancel-order", null, "customer/order-token", order, CommandOutcome.Accepted, 200, null),
            ("cancel-order", null, "customer/test", order, CommandOutcome.Refused, 409, "order-already-cancelled"),
            ("update-payment", null, "customer/test", order, CommandOutcome.Refused, 412, "revision-mismatch"),
            ("place-order", null, "customer/test", null, CommandOutcome.Refused, 400, "validation-failed"),
            ("append-event", "payment-auth-in-progress", "customer/test", order, CommandOutcome.Refused, 409, "order-cancelled"),
            ("cancel-order", null, "customer/test", Guid.Parse("5f3f7e57-35a4-4b80-b4dc-20ae77a7a1c1"), CommandOutcome.Refused, 404, "order-not-found"),
        }));
        Assert.That(log[2].Revision, Is.EqualTo(1));
        await service.DisposeAsync();
        var file = Convert.ToHexString(await File.ReadAllBytesAsync(Path.Combine(folder.Path, "commands.db")));
        foreach (var secret in new[] { "a-key-that-is-nobodys-business", "private words", "dev-service", "ada@example.org", "pm_card_visa" })
            Assert.That(file, Does.Not.Contain(Convert.ToHexString(System.Text.Encoding.UTF8.GetBytes(secret))), secret);
        service = await Run();
    }

    [Test]
    public async Task It_is_read_by_what_is_asked_for_the_latest_first_and_page_by_page()
    {
        for (var i = 0; i < 7; i++) await service.Send(HttpMethod.Post, "/orders", SampleOrders.Json(), ("X-Shop-Agent", $"customer/web-{i % 2}"));
        await service.Send(HttpMethod.Post, "/orders", "{}");
        var all = await Recorded(8);
        Assert.That(all.Select(one => one.Id), Is.Ordered.Descending);
        Assert.That((await Read("?agent=customer/web-1")).Commands, Has.Count.EqualTo(3));
        Assert.That((await Read("?outcome=refused,failed")).Commands.Single().Code, Is.EqualTo("validation-failed"));
        Assert.That((await Read("?code=validation-failed")).Commands, Has.Count.EqualTo(1));
        Assert.That((await Read($"?order={all[^1].OrderId}")).Commands.Single().Id, Is.EqualTo(all[^1].Id));
        Assert.That((await Read("?command=cancel-order")).Commands, Is.Empty);
        Assert.That((await Read("?from=2001-01-01&to=2002-01-01")).Commands, Is.Empty);
        var paged = new List<long>();
        for (var page = await Read("?limit=3"); ; page = await Read($"?limit=3&before={page.Next}"))
        {
            paged.AddRange(page.Commands.Select(one => one.Id));
            if (page.Next is null) break;
        }

        Assert.That(paged, Is.EqualTo(all.Select(one => one.Id)));
        Assert.That((await Read("?before=1")).Commands, Is.Empty);
    }

    [TestCase("?outcome=maybe", "outcome")]
    [TestCase("?limit=0", "limit")]
    [TestCase("?before=x", "before")]
    [TestCase("?order=17", "order")]
    [TestCase("?who=me", "who")]
    public async Task Bad_input_is_a_400_that_names_the_parameter(string query, string parameter)
    {
        var answer = await service.Send(HttpMethod.Get, $"/commands{query}");
        Assert.That((answer.Status, answer.Code), Is.EqualTo((400, "validation-failed")));
        Assert.That(answer.Body.GetProperty("errors").EnumerateObject().Single().Name, Is.EqualTo(parameter));
    }

    [Test]
    public async Task It_does_not_grow_beyond_its_size_and_is_still_there_after_a_restart()
    {
        await service.DisposeAsync();
        service = await Run("CommandLog:MaxEntries=5");
        for (var i = 0; i < 12; i++) await service.Send(HttpMethod.Post, "/orders", "{}");
        var kept = await Eventually.Get(async () => (await Read("?limit=1000")).Commands.ToList(), commands => commands.Count == 5 && commands[0].Id == 12, "the last five are kept");
        await service.DisposeAsync();
        service = await Run("CommandLog:MaxEntries=5");
        Assert.That((await Read("")).Commands, Is.EqualTo(kept));
    }

    [Test]
    public async Task It_is_written_to_the_last_when_the_service_stops()
    {
        for (var i = 0; i < 50; i++) await service.Send(HttpMethod.Post, "/orders", "{}");
        await service.DisposeAsync();
        service = await Run();
        Assert.That((await Read("?limit=1000")).Commands, Has.Count.EqualTo(50));
    }

    private Task<RunningService> Run(params string[] settings) => RunningService.Start(OrderEventsService.Build, [$"DataDirectory={folder.Path}", .. settings]);

    private Task<List<CommandRecord>> Recorded(int count) =>
        Eventually.Get(async () => (await Read("?limit=1000")).Commands.ToList(), commands => commands.Count == count, $"{count} commands are recorded");

    private async Task<CommandPage> Read(string query) => (await service.Send(HttpMethod.Get, $"/commands{query}")).Body.Deserialize(ContractsJson.Default.CommandPage)!;
}
