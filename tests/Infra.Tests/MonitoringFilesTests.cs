using System.Text.RegularExpressions;
using Shop.Contracts;
using Shop.Testing;
using static Shop.Infra.Tests.MonitoringFiles;

namespace Shop.Infra.Tests;

/// <summary>Prometheus, its alerts, Grafana and the collector against the compose file, the contract and the runbook.</summary>
public sealed partial class MonitoringFilesTests
{
    private static readonly System.Text.Json.Nodes.JsonObject Compose =
        Yaml.Document(Path.Combine(Repository.Root, "docker-compose.yml"))["services"]!.AsObject();

    private static readonly string Runbook = File.ReadAllText(Path.Combine(Repository.Root, "infra/runbook.md"));

    [Test]
    public void Every_service_is_read_at_its_port()
    {
        var own = Compose.Where(service => service.Value!["build"]?["args"] is not null)
            .Select(service => $"{service.Key}:{new ServiceCode(service.Value!["build"]!["args"]!["PROJECT"]!.ToString()).Port}");
        Assert.That(Jobs.Where(job => Text(job, "job_name") is "shop" or "gateway").SelectMany(Targets), Is.EquivalentTo(own));
    }

    [Test]
    public void The_broker_is_read_where_its_settings_say()
    {
        var port = Regex.Match(File.ReadAllText(Path.Combine(Repository.Root, "infra/rabbitmq/rabbitmq.conf")), "prometheus.tcp.port = (?<port>[0-9]+)").Groups["port"];
        Assert.That(
            Jobs.Where(job => Text(job, "job_name").StartsWith("rabbitmq", StringComparison.Ordinal)).SelectMany(Targets),
            Has.Exactly(2).Items.And.All.EqualTo($"rabbitmq:{port}"));
    }

    [Test]
    public void Every_alert_says_how_urgent_it_is_and_has_a_section_of_the_runbook()
    {
        var names = Alerts.Select(alert => Text(alert, "alert")).ToList();
        Assert.That(names, Is.Unique);
        Assert.Multiple(() =>
        {
            foreach (var alert in Alerts)
            {
                var name = Text(alert, "alert");
                Assert.That(alert["for"], Is.Not.Null, name);
                Assert.That(Text(alert["labels"]!, "severity"), Is.AnyOf("page", "ticket"), name);
                Assert.That(Text(alert["annotations"]!, "summary"), Is.Not.Empty, name);
                Assert.That(Text(alert["annotations"]!, "runbook"), Is.EqualTo($"infra/runbook.md#{name.ToLowerInvariant()}"));
            }
        });
        var alerts = Runbook[Runbook.IndexOf("\n## Alerts\n", StringComparison.Ordinal)..];
        alerts = alerts[..alerts.IndexOf("\n## ", 1, StringComparison.Ordinal)];
        Assert.That(Section().Matches(alerts).Select(match => match.Groups["name"].Value), Is.EquivalentTo(names));
    }

    [Test]
    public void Every_file_that_the_runbook_points_to_is_there()
    {
        var files = FileName().Matches(Runbook).Select(match => match.Groups["file"].Value).Distinct().ToList();
        Assert.That(files, Is.Not.Empty);
        foreach (var file in files) Assert.That(Path.Combine(Repository.Root, file), Does.Exist);
    }

    [Test]
    public void Every_event_that_an_expression_names_is_one()
    {
        var named = Expressions.SelectMany(one => PromQl.Selectors(one.Expression)).SelectMany(selector => selector.Matchers)
            .Where(matcher => matcher.Label == "type").SelectMany(matcher => matcher.Value.Split('|')).Distinct().ToList();
        Assert.That(named, Is.Not.Empty.And.SubsetOf(EventTypes.All.Select(type => type.Name)));
    }

    [Test]
    public void The_dashboard_is_whole_and_asks_a_source_that_is_provisioned()
    {
        var sources = Yaml.Document(In("grafana/datasources.yml"))["datasources"]!.AsArray();
        foreach (var source in sources) Assert.That(Compose, Does.ContainKey(new Uri(Text(source!, "url")).Host));
        Assert.That(Panels.Select(panel => Text(panel["datasource"]!, "uid")).Distinct(), Is.SubsetOf(sources.Select(source => Text(source!, "uid"))));
        Assert.That(Panels.Select(panel => Text(panel, "id")), Is.Unique);
        var folder = Text(Yaml.Document(In("grafana/dashboards.yml"))["providers"]![0]!["options"]!, "path");
        Assert.That(Compose["grafana"]!["volumes"]!.AsArray().Select(mount => mount!.ToString()), Has.Some.EndsWith($":{folder}/shop.json:ro"));
    }

    [Test]
    public void The_collector_hands_on_to_who_is_there()
    {
        var collector = Yaml.Document(In("otel-collector.yml"));
        Assert.That(Compose, Does.ContainKey(Text(collector["exporters"]!["otlp/jaeger"]!, "endpoint").Split(':')[0]));
        foreach (var (_, pipeline) in collector["service"]!["pipelines"]!.AsObject())
        {
            foreach (var (kind, parts) in pipeline!.AsObject())
                Assert.That(parts!.AsArray().Select(part => part!.ToString()), Is.SubsetOf(collector[kind]!.AsObject().Select(part => part.Key)));
        }
    }

    [GeneratedRegex("(?m)^### (?<name>[A-Za-z]+)$")]
    private static partial Regex Section();

    [GeneratedRegex(@"`(?<file>(infra|services|contracts|gateway)/[\w./-]+\.\w+)`")]
    private static partial Regex FileName();
}
