using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Shop.Testing;

namespace Shop.Benchmarks;

/// <summary>Orders from created to prepared, on RabbitMQ, every service a process, the sandbox answering at once.</summary>
internal static class LifecycleFigures
{
    private const int MostUnderWay = 256;

    public static async Task Measure(Plan plan, Table table)
    {
        RabbitMqServer broker;
        try
        {
            broker = await RabbitMqServer.Start();
        }
        catch (NUnit.Framework.IgnoreException exception)
        {
            table.Note($"No lifecycles: {exception.Message}");
            return;
        }

        await using (broker)
        {
            await Measure(plan, table, broker, mails: false);
            await Measure(plan, table, broker, mails: true);
        }
    }

    private static async Task Measure(Plan plan, Table table, RabbitMqServer broker, bool mails)
    {
        var host = await broker.CreateVirtualHost();
        await using var shop = await RunningShop.Start(host, mails);
        if (!mails) await Remove(broker, host, "notification");
        using var events = shop.OpenEvents();
        var name = mails ? "Lifecycles created → prepared, and a mail into a folder for each" : "Lifecycles created → prepared (RabbitMQ)";

        var warm = await Sustain(shop, events, plan.Lifecycles / 3);
        if (!mails) await Idle(shop, events, table);

        var before = shop.Processor();
        var queued = await Queued(broker, host);
        var run = await Sustain(shop, events, plan.Lifecycles);
        table.Add(
            name, "", $"{Table.Number(run.PerSecond)} /s", "",
            run.Errors > 0 ? $"void: {run.Errors} errors" : $"≥ 300 /s: {(run.PerSecond >= 300 ? "reached" : "missed")}");
        table.Note(
            $"{name}: {run.Prepared:#,0} in {run.Elapsed.TotalSeconds:0} s ({warm.PerSecond:0} /s while warming up), at most {MostUnderWay} under way; " +
            $"messages in queues {queued} before and {await Queued(broker, host)} after. Processor time for each: {shop.ProcessorSince(before, run.Prepared)}.");
        if (!mails) await Half(shop, events, table, run.PerSecond / 2, plan.Lifecycles / 3);
    }

    private sealed record Run(long Prepared, long Errors, TimeSpan Elapsed)
    {
        public double PerSecond => Prepared / Elapsed.TotalSeconds;
    }

    /// <summary>Places orders for so long, never more ahead than may be under way, and counts those that are prepared.</summary>
    private static async Task<Run> Sustain(RunningShop shop, SqliteConnection events, TimeSpan duration)
    {
        var (placed, prepared, errors) = (0L, 0L, 0L);
        var at = Position(events);
        using var room = new SemaphoreSlim(MostUnderWay);
        var watch = Stopwatch.StartNew();
        var request = shop.PlaceOrder;
        var storefront = Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(async () =>
        {
            using var connection = new HttpConnection(shop.Gateway.Url);
            await connection.Open();
            while (watch.Elapsed < duration && errors < 100)
            {
                if (!await room.WaitAsync(200)) continue;
                if (await connection.Send(request) == 201) Interlocked.Increment(ref placed);
                else Interlocked.Increment(ref errors);
            }
        })));

        var (atEnd, elapsed) = (0L, duration);
        while (true)
        {
            await Task.Delay(25);
            var (next, more) = Prepared(events, at);
            (at, prepared) = (next, prepared + more);
            if (more > 0) room.Release((int)more);
            if (watch.Elapsed < duration) (atEnd, elapsed) = (prepared, watch.Elapsed);
            else if (prepared >= placed && storefront.IsCompleted) break;
            else if (watch.Elapsed > duration + TimeSpan.FromSeconds(30)) break;
        }

        await storefront;
        // What was never prepared is an error, whatever the rate.
        return new(atEnd, errors + placed - prepared, elapsed);
    }

    /// <summary>One order at a time.</summary>
    private static async Task Idle(RunningShop shop, SqliteConnection events, Table table)
    {
        var from = Position(events);
        using var connection = new HttpConnection(shop.Gateway.Url);
        await connection.Open();
        for (var i = 0; i < 150; i++)
        {
            await HttpFigures.Place(connection, shop.PlaceOrder);
            await Task.Delay(60);
        }

        await Task.Delay(500);
        Latency(events, from, table, "idle", p50ToReach: 25);
    }

    /// <summary>At half of the rate that was sustained.</summary>
    private static async Task Half(RunningShop shop, SqliteConnection events, Table table, double rate, TimeSpan duration)
    {
        var from = Position(events);
        var watch = Stopwatch.StartNew();
        var request = shop.PlaceOrder;
        const int connections = 8;
        await Task.WhenAll(Enumerable.Range(0, connections).Select(first => Task.Run(async () =>
        {
            using var connection = new HttpConnection(shop.Gateway.Url);
            await connection.Open();
            for (var i = first; ; i += connections)
            {
                var due = TimeSpan.FromSeconds(i / rate);
                if (due > duration) return;
                if (due > watch.Elapsed) await Task.Delay(due - watch.Elapsed);
                await connection.Send(request);
            }
        })));
        await Task.Delay(1000);
        Latency(events, from, table, $"at half load ({rate:0} /s)", p50ToReach: null);
    }

    private static void Latency(SqliteConnection events, long from, Table table, string when, double? p50ToReach)
    {
        var created = new Dictionary<string, DateTimeOffset>();
        List<double> captured = [], prepared = [];
        using var command = events.CreateCommand();
        command.CommandText = "SELECT stream, type, metadata FROM events WHERE position > $from ORDER BY position";
        command.Parameters.AddWithValue("$from", from);
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            var (stream, type) = (reader.GetString(0), reader.GetString(1));
            var at = JsonSerializer.Deserialize<JsonElement>(reader.GetFieldValue<byte[]>(2)).GetProperty("timeObserved").GetDateTimeOffset();
            if (type == "order-created/v1") created[stream] = at;
            else if (created.TryGetValue(stream, out var began) && type == "payment-captured/v1") captured.Add((at - began).TotalMilliseconds);
            else if (created.TryGetValue(stream, out began) && type == "shipping-prepared/v1") prepared.Add((at - began).TotalMilliseconds);
        }

        captured.Sort();
        prepared.Sort();
        var p50 = Table.Quantile(captured, 0.5);
        var verdict = p50ToReach is null ? "" : captured.Count < created.Count ? "void: some were not captured" : $"p50 < {p50ToReach} ms: {(p50 < p50ToReach ? "reached" : "missed")}";
        table.Add($"order-created → payment-captured, {when}", "", Milliseconds(captured), "", verdict);
        table.Add($"order-created → shipping-prepared, {when}", "", Milliseconds(prepared), "", "");
    }

    private static string Milliseconds(List<double> sorted) => string.Create(
        CultureInfo.InvariantCulture, $"p50 {Table.Quantile(sorted, 0.5):0.0} ms, p99 {Table.Quantile(sorted, 0.99):0.0} ms");

    private static long Position(SqliteConnection events)
    {
        using var command = events.CreateCommand();
        command.CommandText = "SELECT coalesce(max(position), 0) FROM events";
        return (long)command.ExecuteScalar()!;
    }

    private static (long Position, long Prepared) Prepared(SqliteConnection events, long after)
    {
        using var command = events.CreateCommand();
        command.CommandText = "SELECT coalesce(max(position), $after), coalesce(sum(type = 'shipping-prepared/v1'), 0) FROM events WHERE position > $after";
        command.Parameters.AddWithValue("$after", after);
        using var reader = command.ExecuteReader();
        reader.Read();
        return (reader.GetInt64(0), reader.GetInt64(1));
    }

    private static async Task<long> Queued(RabbitMqServer broker, Uri host)
    {
        // The management API counts every five seconds.
        await Task.Delay(TimeSpan.FromSeconds(6));
        var queues = await broker.Management($"queues{host.AbsolutePath}");
        return queues.EnumerateArray().Sum(queue => queue.TryGetProperty("messages", out var messages) ? messages.GetInt64() : 0);
    }

    /// <summary>Mails are no part of the way to "prepared": without that service its queue would only fill.</summary>
    private static async Task Remove(RabbitMqServer broker, Uri host, string queue)
    {
        using var management = new HttpClient { BaseAddress = broker.ManagementUri };
        var user = Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(host.UserInfo)));
        management.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", user);
        for (var attempt = 0; ; attempt++)
        {
            using var removed = await management.DeleteAsync($"/api/queues{host.AbsolutePath}/{queue}");
            if (removed.IsSuccessStatusCode) return;
            if (attempt == 50) throw new InvalidOperationException($"The queue {queue} was never declared.");
            await Task.Delay(200);
        }
    }
}
