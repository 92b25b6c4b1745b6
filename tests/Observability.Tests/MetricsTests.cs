using System.Globalization;
using Shop.Testing;

namespace Shop.Observability.Tests;

/// <summary><c>/metrics</c> of services that share one process: each shows what it did itself.</summary>
public sealed class MetricsTests
{
    private RunningShop shop = null!;

    [OneTimeSetUp]
    public async Task Start() => shop = await RunningShop.Start();

    [OneTimeTearDown]
    public async Task Stop()
    {
        if (shop is not null) await shop.DisposeAsync();
    }

    [Test]
    public async Task The_counters_move_with_what_the_services_do()
    {
        var before = await Read();
        var paid = await shop.Place();
        var declined = await shop.Place("pm_card_visa_chargeDeclinedInsufficientFunds");
        await shop.Reaches(paid, "shipment-prepared");
        await shop.Reaches(declined, "payment-failed");
        var expected = new Dictionary<string, double>
        {
            ["shop_store_appends_total{service=\"order-events\",type=\"order-created\",result=\"appended\"}"] = 2,
            ["shop_store_appends_total{service=\"order-events\",type=\"payment-captured\",result=\"appended\"}"] = 1,
            ["shop_store_append_duration_seconds_count{service=\"order-events\",result=\"appended\"}"] = 8,
            ["shop_payments_succeeded_total{service=\"payment\"}"] = 1,
            ["shop_payments_failed_total{service=\"payment\",reason=\"declined\"}"] = 1,
            ["shop_messages_processed_total{service=\"payment\",queue=\"payment\"}"] = 2,
            ["shop_messages_processed_total{service=\"shipping\",queue=\"shipping\"}"] = 1,
            ["shop_messages_processed_total{service=\"notification\",queue=\"notification\"}"] = 3,
            ["shop_messages_handler_duration_seconds_count{service=\"notification\",queue=\"notification\",type=\"order-created\",outcome=\"completed\"}"] = 2,
            ["shop_mails_total{service=\"notification\",kind=\"order-received\",outcome=\"sent\"}"] = 2,
            ["shop_mails_total{service=\"notification\",kind=\"payment-failed\",outcome=\"sent\"}"] = 1,
        };
        await Eventually.Get(
            async () =>
            {
                var after = await Read();
                return string.Join('\n', expected.Select(pair => (pair.Key, Wanted: pair.Value, Seen: after.GetValueOrDefault(pair.Key) - before.GetValueOrDefault(pair.Key)))
                    .Where(line => line.Seen != line.Wanted));
            },
            wrong => wrong.Length == 0, "every counter moved by what was done");
    }

    [Test]
    public async Task What_is_to_be_watched_is_there_before_anything_happens()
    {
        var all = await Read();
        Assert.Multiple(() =>
        {
            foreach (var queue in new[] { "payment", "shipping", "notification" })
            {
                Assert.That(all, Contains.Key($"shop_messages_retried_total{{service=\"{queue}\",queue=\"{queue}\"}}"));
                Assert.That(all, Contains.Key($"shop_messages_duplicates_total{{service=\"{queue}\",queue=\"{queue}\"}}"));
                Assert.That(all, Contains.Key($"shop_messages_dead_lettered_total{{service=\"{queue}\",queue=\"{queue}\",reason=\"malformed\"}}"));
                Assert.That(all, Contains.Key($"shop_cursor_lag_seconds{{service=\"{queue}\",queue=\"{queue}\"}}"));
                Assert.That(all, Contains.Key($"shop_cursor_parked{{service=\"{queue}\",queue=\"{queue}\"}}"));
            }

            Assert.That(all, Contains.Key("shop_payment_breaker_state{service=\"payment\"}").WithValue(0));
        });
    }

    [Test]
    public async Task A_cursor_that_has_read_all_is_not_behind()
    {
        var id = await shop.Place();
        await shop.Reaches(id, "shipment-prepared");
        foreach (var queue in new[] { "payment", "shipping", "notification" })
        {
            await Eventually.Get(
                Read, all => all.GetValueOrDefault($"shop_cursor_lag_events{{service=\"{queue}\",queue=\"{queue}\"}}", -1) == 0, $"{queue} has read all");
        }
    }

    [Test]
    public async Task Every_line_is_of_the_format_and_of_the_service_that_was_asked()
    {
        await shop.Reaches(await shop.Place(), "shipment-prepared");
        (RunningService Service, string Name)[] services =
            [(shop.Orders, "order-events"), (shop.Payment, "payment"), (shop.Shipping, "shipping"), (shop.Notification, "notification")];
        foreach (var (service, name) in services)
        {
            var lines = (await RunningShop.Metrics(service)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.That(lines.Where(line => line[0] != '#'), Is.All.Match(
                $$$"""^[a-zA-Z_][a-zA-Z0-9_]*\{service="{{{name}}}"(,[a-zA-Z_][a-zA-Z0-9_]*="([^"\\\n]|\\["\\n])*")*\} (NaN|[+-]Inf|-?[0-9.]+(E[+-]?[0-9]+)?)$"""));
            var types = lines.Where(line => line.StartsWith("# TYPE ", StringComparison.Ordinal)).Select(line => line.Split(' ')[2]).ToList();
            Assert.That(types, Is.Unique);
            foreach (var wanted in new[] { "http_server_request_duration_seconds", "kestrel_active_connections", "dotnet_gc_collections_total" })
                Assert.That(types, Does.Contain(wanted), name);
            if (service != shop.Orders) Assert.That(types, Does.Contain("http_client_request_duration_seconds"), name);
            Assert.That(lines, Has.None.Contains("ada@example.org").And.None.Contains("route=\"/metrics\""));
        }
    }

    private async Task<Dictionary<string, double>> Read()
    {
        var all = new Dictionary<string, double>();
        foreach (var service in shop.Services)
        {
            foreach (var line in (await RunningShop.Metrics(service)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => line[0] != '#'))
            {
                var end = line.LastIndexOf(' ');
                all.Add(line[..end], double.Parse(line[(end + 1)..], CultureInfo.InvariantCulture));
            }
        }

        return all;
    }
}
