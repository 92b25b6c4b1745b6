using System.Text.Json.Nodes;
using Shop.Testing;

namespace Shop.Infra.Tests;

/// <summary>The files under <c>infra/observability</c>.</summary>
internal static class MonitoringFiles
{
    public static JsonNode Prometheus { get; } = Yaml.Document(In("prometheus.yml"));

    public static JsonNode Dashboard { get; } = JsonNode.Parse(File.ReadAllText(In("grafana/shop.json")))!;

    public static IReadOnlyList<JsonNode> Alerts { get; } =
        [.. Yaml.Document(In("alerts.yml"))["groups"]!.AsArray().SelectMany(group => group!["rules"]!.AsArray()).Select(rule => rule!)];

    /// <summary>Every expression, under the name of its alert or panel.</summary>
    public static IEnumerable<(string Name, string Expression)> Expressions =>
        Alerts.Select(alert => (Text(alert, "alert"), Text(alert, "expr")))
            .Concat(Panels.SelectMany(panel => panel["targets"]!.AsArray().Select(target => (Text(panel, "title"), Text(target!, "expr")))));

    public static IEnumerable<JsonNode> Panels => Dashboard["panels"]!.AsArray().Select(panel => panel!);

    public static IEnumerable<JsonNode> Jobs => Prometheus["scrape_configs"]!.AsArray().Select(job => job!);

    public static IEnumerable<string> Targets(JsonNode job) => job["static_configs"]![0]!["targets"]!.AsArray().Select(target => target!.ToString());

    public static string In(string file) => Path.Combine(Repository.Root, "infra/observability", file);

    public static string Text(JsonNode node, string name) => node[name]!.ToString();
}
