using System.Text.Json;
using Microsoft.Data.Sqlite;
using Shop.Testing;

namespace Shop.OrderEvents.Tests;

/// <summary>The watch for stuck orders, in a service whose orders nobody works on.</summary>
public sealed class StuckOrdersTests
{
    private static readonly string[] Soon = ["StuckOrders:After=00:00:00.2", "StuckOrders:Interval=00:00:00.02", "StuckOrders:NudgeEvery=00:00:00.1"];

    private TemporaryFolder folder = null!;
    private RunningService service = null!;

    [SetUp]
    public async Task Start()
    {
        folder = new TemporaryFolder();
        service = await Run(Soon);
    }

    [TearDown]
    public async Task Stop()
    {
        await service.DisposeAsync();
        folder.Dispose();
    }

    [Test]
    public async Task An_order_that_should_have_moved_and_has_not_is_found_with_what_it_waits_for()
    {
        var id = await Place();
        var stuck = await Found(id, "payment-attempt");
        Assert.That(stuck.GetProperty("since").GetDateTimeOffset(), Is.EqualTo(DateTimeOffset.UtcNow).Within(TimeSpan.FromMinutes(1)));
        Assert.That(stuck.GetProperty("nudges").GetInt32(), Is.Zero, "without a broker there is nothing to publish");

        await Append(id, "payment-auth-in-progress", """{"attempt":1}""");
        await Found(id, "payment-outcome");
    }

    [Test]
    public async Task An_order_at_rest_is_forgotten()
    {
        var (stuck, failed) = (await Place(), await Place());
        await Append(failed, "payment-auth-in-progress", """{"attempt":1}""");
        await Append(failed, "payment-auth-failed", """{"attempt":1,"reason":"declined","retryable":true}""");
        await Found(stuck, "payment-attempt");
        await Eventually.True(() => Rows() == 1, "one row is left: that of the stuck order");
        Assert.That((await List()).Select(order => order.GetProperty("orderId").GetString()), Is.EqualTo(new[] { stuck }));

        await Append(failed, "order-cancelled", """{"reason":"customer-request"}""");
        await Eventually.True(() => Rows() == 1, "cancelled it is at rest");
    }

    [Test]
    public async Task An_order_that_moved_lately_is_not_stuck()
    {
        await service.DisposeAsync();
        service = await Run("StuckOrders:After=01:00:00", "StuckOrders:Interval=00:00:00.02");
        await Place();
        await Eventually.True(() => Rows() == 1, "the watch has seen it");
        Assert.That(await List(), Is.Empty);
    }

    [Test]
    public async Task After_a_restart_the_log_is_not_read_again()
    {
        var id = await Place();
        await Found(id, "payment-attempt");
        await service.DisposeAsync();
        // What the log no longer tells of is known all the same, and what is forgotten is not found again.
        Execute("UPDATE orders SET order_id = '00000000-0000-4000-8000-000000000001', look_at = 9999999999999");
        service = await Run(Soon);
        var next = await Place();
        await Found(next, "payment-attempt");
        Assert.That(
            (await List()).Select(order => order.GetProperty("orderId").GetString()),
            Is.EqualTo(new[] { "00000000-0000-4000-8000-000000000001", next }));
    }

    [Test]
    public async Task Without_its_file_the_watch_reads_the_log_from_the_beginning()
    {
        var id = await Place();
        await Found(id, "payment-attempt");
        await service.DisposeAsync();
        foreach (var file in Directory.GetFiles(folder.Path, "watch.db*")) File.Delete(file);
        service = await Run(Soon);
        await Found(id, "payment-attempt");
    }

    [Test]
    public async Task Behind_a_log_that_was_put_back_from_a_backup_it_begins_anew()
    {
        var id = await Place();
        await Found(id, "payment-attempt");
        await service.DisposeAsync();
        Execute("UPDATE progress SET position = 1000");
        Execute("DELETE FROM orders");
        service = await Run(Soon);
        await Found(id, "payment-attempt");
    }

    [Test]
    public async Task An_operator_is_told_why_a_nudge_is_of_no_use()
    {
        var (waiting, resting) = (await Place(), await Place());
        await Append(resting, "order-cancelled", """{"reason":"customer-request"}""");
        async Task<(int, string?)> Nudge(object id)
        {
            var answer = await service.Send(HttpMethod.Post, $"/stuck-orders/{id}/nudge");
            return (answer.Status, answer.Code);
        }

        Assert.That(await Nudge(waiting), Is.EqualTo((409, "nothing-to-publish")), "without a broker");
        Assert.That(await Nudge(resting), Is.EqualTo((409, "order-not-stuck")));
        Assert.That(await Nudge(Guid.NewGuid()), Is.EqualTo((404, "order-not-found")));
    }

    [TestCase("After")]
    [TestCase("Interval")]
    [TestCase("NudgeEvery")]
    public void A_wrong_setting_is_named(string setting) => Assert.That(
        async () => await RunningService.Start(OrderEventsService.Build, $"DataDirectory={folder.Path}/other", $"StuckOrders:{setting}=00:00:00"),
        Throws.Exception.With.Message.Contains(setting));

    private Task<RunningService> Run(params string[] settings) =>
        RunningService.Start(OrderEventsService.Build, [$"DataDirectory={folder.Path}", .. settings]);

    private async Task<JsonElement> Found(string id, string waitsFor)
    {
        var orders = await Eventually.Get(
            List, orders => orders.Exists(order => order.GetProperty("orderId").GetString() == id && order.GetProperty("waitsFor").GetString() == waitsFor),
            $"{id} waits for {waitsFor}");
        return orders.Single(order => order.GetProperty("orderId").GetString() == id);
    }

    private async Task<List<JsonElement>> List() =>
        [.. (await service.Send(HttpMethod.Get, "/stuck-orders")).Body.GetProperty("orders").EnumerateArray()];

    private async Task<string> Place()
    {
        var placed = await service.Send(HttpMethod.Post, "/orders", SampleOrders.Json());
        Assert.That(placed.Status, Is.EqualTo(201), placed.Text);
        return placed.Body.GetProperty("orderId").GetString()!;
    }

    private async Task Append(string id, string type, string data)
    {
        var body = $$"""
            {"eventId":"{{Guid.NewGuid()}}","type":"{{type}}","data":{{data}},"occurredAt":"2026-01-01T00:00:00Z",
             "causationId":"{{Guid.NewGuid()}}","correlationId":"{{Guid.NewGuid()}}"}
            """;
        var appended = await service.Send(HttpMethod.Post, $"/orders/{id}/events", body);
        Assert.That(appended.Status, Is.EqualTo(201), appended.Text);
    }

    private long Rows() => Sql(command => (long)command.ExecuteScalar()!, "SELECT count(*) FROM orders");

    private void Execute(string sql) => Sql(command => command.ExecuteNonQuery(), sql);

    private T Sql<T>(Func<SqliteCommand, T> run, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={folder.Path}/watch.db;Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return run(command);
    }
}
