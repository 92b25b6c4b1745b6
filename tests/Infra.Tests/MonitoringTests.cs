using System.Text.RegularExpressions;
using Shop.Testing;
using static Shop.Infra.Tests.MonitoringFiles;

namespace Shop.Infra.Tests;

/// <summary>What the running shop and its broker show to Prometheus, against what the alerts and the dashboard ask for.</summary>
[Category("Broker")]
public sealed partial class MonitoringTests
{
    private static readonly string[] PrometheusOwn = ["job", "instance"];

    private ShopOnBroker shop = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        shop = await ShopOnBroker.Start();
        // Something of everything: a payment, a decline, their mails.
        await shop.Place("pm_card_visa", "shipment-prepared");
        await shop.Place("pm_card_visa_chargeDeclined", "payment-failed");
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        if (shop is not null) await shop.DisposeAsync();
    }

    [Test]
    public async Task Every_expression_asks_for_series_that_are_there_with_labels_that_they_have()
    {
        await Eventually.Get(
            async () =>
            {
                var shown = await Shown();
                return string.Join('\n', Expressions.SelectMany(one => Wrong(one.Expression, shown).Select(wrong => $"{one.Name}: {wrong}")));
            },
            wrong => wrong.Length == 0, "every expression finds its series");
    }

    private static IEnumerable<string> Wrong(string expression, Dictionary<string, HashSet<string>> shown)
    {
        var grouped = PromQl.GroupedBy(expression).ToList();
        foreach (var (metric, matchers) in PromQl.Selectors(expression))
        {
            if (!shown.TryGetValue(metric, out var labels))
            {
                yield return $"nobody shows {metric}";
                continue;
            }

            foreach (var label in matchers.Select(matcher => matcher.Label).Concat(grouped).Where(label => !labels.Contains(label)))
                yield return $"{metric} has no label {label}";
        }
    }

    private async Task<Dictionary<string, HashSet<string>>> Shown()
    {
        var shown = new Dictionary<string, HashSet<string>> { ["up"] = [.. PrometheusOwn] };
        foreach (var job in Jobs)
        {
            foreach (var target in Targets(job))
            {
                foreach (Match series in Series().Matches(await Page(job, target.Split(':')[0])))
                {
                    if (!shown.TryGetValue(series.Groups["metric"].Value, out var labels)) shown.Add(series.Groups["metric"].Value, labels = [.. PrometheusOwn]);
                    foreach (Capture label in series.Groups["label"].Captures) labels.Add(label.Value);
                }
            }
        }

        return shown;
    }

    private async Task<string> Page(System.Text.Json.Nodes.JsonNode job, string host)
    {
        var path = job["metrics_path"]?.ToString() ?? "/metrics";
        var query = string.Join('&', (job["params"]?.AsObject() ?? []).SelectMany(one => one.Value!.AsArray().Select(value => $"{one.Key}={value}")));
        if (host == "rabbitmq") return await shop.Broker.Meters($"{path[1..]}?{query}");
        (string, string)[] key = job["http_headers"] is { } headers && headers["X-Api-Key"] is not null ? [("X-Api-Key", "dev-operator")] : [];
        var page = await shop.Services[host].Send(HttpMethod.Get, path, null, key);
        Assert.That(page.Status, Is.EqualTo(200), host);
        return page.Text;
    }

    [GeneratedRegex("""(?m)^(?<metric>[a-zA-Z_:][\w:]*)(\{((?<label>\w+)="([^"\\]|\\.)*",?)*\})? """)]
    private static partial Regex Series();
}
