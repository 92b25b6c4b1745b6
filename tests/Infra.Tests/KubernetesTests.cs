using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using Shop.Contracts;
using Shop.Testing;
using static Shop.Infra.Tests.Manifests;

namespace Shop.Infra.Tests;

/// <summary>
/// <c>infra/kubernetes</c> against the code and against itself: settings that somebody reads, ports at which somebody listens, policies
/// that let those talk who must, secrets that somebody makes.
/// </summary>
public sealed class KubernetesTests
{
    private static IEnumerable<string> Services => Workloads.Keys;

    [Test]
    public void Every_service_of_the_shop_is_there() => Assert.That(Services.Select(Project), Is.EquivalentTo(ServiceCode.Projects));

    [TestCaseSource(nameof(Services))]
    public void What_it_sets_is_a_setting_that_the_service_reads(string name)
    {
        var code = new ServiceCode(Project(name));
        foreach (var (variable, _) in Environment(Workloads[name]))
            Assert.That(code.Reads(variable), Is.True, $"{name}: nobody reads {variable}");
    }

    [TestCaseSource(nameof(Services))]
    public void It_listens_is_reached_and_is_read_at_the_port_of_its_own_settings(string name)
    {
        var (workload, port) = (Workloads[name], new ServiceCode(Project(name)).Port.ToString());
        var service = Of("Service").Single(one => Name(one) == name)["spec"]!;
        Assert.Multiple(() =>
        {
            Assert.That(Environment(workload), Does.Contain(("Urls", $"http://+:{port}")));
            Assert.That(Container(workload)["ports"]![0]!["containerPort"]!.ToString(), Is.EqualTo(port));
            Assert.That(service["ports"]![0]!["port"]!.ToString(), Is.EqualTo(port));
            Assert.That(service["selector"]!["app"]!.ToString(), Is.EqualTo(App(workload)));
            Assert.That(workload["spec"]!["template"]!["metadata"]!["annotations"]!["prometheus.io/port"]!.ToString(), Is.EqualTo(port));
            Assert.That(workload["spec"]!["selector"]!["matchLabels"]!["app"]!.ToString(), Is.EqualTo(App(workload)).And.EqualTo(name));
        });
    }

    [TestCaseSource(nameof(Services))]
    public void Whom_it_calls_is_there_and_the_policies_let_it_through(string name)
    {
        foreach (var (variable, value) in Environment(Workloads[name]).Where(one => one.Value.StartsWith("http://", StringComparison.Ordinal) && one.Name != "Urls"))
        {
            var url = new Uri(value);
            Assert.That(Of("Service").Single(one => Name(one) == url.Host)["spec"]!["ports"]![0]!["port"]!.ToString(), Is.EqualTo($"{url.Port}"), variable);
            Assert.That(IsAllowed("egress", name, url.Host, url.Port), Is.True, $"{name} may not call {url.Host}");
            Assert.That(IsAllowed("ingress", url.Host, name, url.Port), Is.True, $"{url.Host} does not let {name} in");
        }
    }

    [TestCaseSource(nameof(Services))]
    public void Who_talks_to_the_broker_may_and_nobody_else(string name)
    {
        var uses = Environment(Workloads[name]).Any(one => one.Name == "ConnectionStrings__RabbitMq");
        var may = Policies(name).SelectMany(policy => policy["egress"]?.AsArray() ?? []).Any(rule => Ports(rule!).Contains(5672));
        Assert.That(may, Is.EqualTo(uses));
    }

    [TestCaseSource(nameof(Services))]
    public void It_is_probed_where_it_answers_and_has_its_limits(string name)
    {
        var defaults = File.ReadAllText(Path.Combine(Repository.Root, "services/ServiceDefaults/ServiceHost.cs"));
        foreach (var probe in new[] { "livenessProbe", "startupProbe", "readinessProbe" })
        {
            var path = (Container(Workloads[name])[probe] ?? Container(Hardened)[probe])!["httpGet"]!["path"]!.ToString();
            Assert.That(defaults, Does.Contain($"\"{path}\""), probe);
        }

        var resources = Container(Workloads[name])["resources"]!;
        Assert.That(resources["requests"]!["cpu"] is not null && resources["requests"]!["memory"] is not null && resources["limits"]!["memory"] is not null);
    }

    [Test]
    public void No_container_may_do_more_than_it_must()
    {
        var patched = Kustomization("base")["patches"]!.AsArray().Select(patch => (patch!["path"]!.ToString(), patch["target"]!["kind"]!.ToString()));
        Assert.That(patched, Is.EquivalentTo(new[] { ("hardened.yaml", "Deployment"), ("hardened.yaml", "StatefulSet") }));
        foreach (var workload in Of("Deployment", "StatefulSet").Where(one => one["spec"]!["selector"] is not null).Append(Hardened))
        {
            // The patch finds the container by its name.
            var own = Pod(workload)["securityContext"] is not null;
            if (!own) Assert.That(Container(workload)["name"]!.ToString(), Is.EqualTo("service"));
            if (!own) continue;
            Assert.Multiple(() =>
            {
                Assert.That(Pod(workload)["automountServiceAccountToken"]!.ToString(), Is.EqualTo("false"));
                Assert.That(Pod(workload)["securityContext"]!["runAsNonRoot"]!.ToString(), Is.EqualTo("true"));
                Assert.That(Pod(workload)["securityContext"]!["seccompProfile"]!["type"]!.ToString(), Is.EqualTo("RuntimeDefault"));
                Assert.That(Container(workload)["securityContext"]!["readOnlyRootFilesystem"]!.ToString(), Is.EqualTo("true"));
                Assert.That(Container(workload)["securityContext"]!["allowPrivilegeEscalation"]!.ToString(), Is.EqualTo("false"));
                Assert.That(Container(workload)["securityContext"]!["capabilities"]!["drop"]![0]!.ToString(), Is.EqualTo("ALL"));
            });
        }
    }

    [Test]
    public void Budgets_and_scales_are_of_workloads_that_are_there_and_can_be_many()
    {
        string[] single = ["notification"];
        foreach (var budget in Of("PodDisruptionBudget").Where(one => Name(one) != "rabbitmq"))
            Assert.That(Services, Does.Contain(budget["spec"]!["selector"]!["matchLabels"]!["app"]!.ToString()));
        foreach (var scale in Of("ScaledObject", "HorizontalPodAutoscaler"))
        {
            var target = scale["spec"]!["scaleTargetRef"]!;
            var workload = Workloads[target["name"]!.ToString()];
            Assert.That(workload["kind"]!.ToString(), Is.EqualTo(target["kind"]!.ToString()));
            Assert.That(workload["spec"]!["replicas"], Is.Null, "two would set it");
            Assert.That(single, Does.Not.Contain(Name(workload)));
            foreach (var trigger in scale["spec"]!["triggers"]?.AsArray() ?? [])
            {
                Assert.That(Topology.Queues.Select(queue => queue.Name), Does.Contain(trigger!["metadata"]!["queueName"]!.ToString()).And.Contain(Name(workload)));
                Assert.That(Of("TriggerAuthentication").Select(Name), Does.Contain(trigger["authenticationRef"]!["name"]!.ToString()));
            }
        }
    }

    [Test]
    public async Task Every_secret_that_is_referred_to_is_made()
    {
        var made = await Secrets();
        var wanted = All.Append(Hardened).SelectMany(References).Distinct().ToList();
        Assert.That(wanted, Has.Count.GreaterThan(8));
        foreach (var (name, key) in wanted) Assert.That(made.GetValueOrDefault(name)?.ContainsKey(key), Is.True, $"{name}: {key}");
        foreach (var queue in Topology.Queues.Select(queue => queue.Name).Append("order-events"))
            Assert.That(made["shop-broker"][queue], Is.EqualTo($"amqp://{queue}:{Definitions.Password}@rabbitmq:5672/shop"));
        Assert.That(JsonNode.Parse(made["shop-broker-users"]["users.json"])!["users"]!.AsArray(), Has.Count.EqualTo(6));
        Assert.That(Of("RabbitmqCluster").Select(Name), Is.EqualTo(new[] { "rabbitmq" }));
    }

    [Test]
    public void Every_image_has_a_name_and_a_version_and_every_file_is_listed()
    {
        foreach (var folder in new[] { "base", "trial", "broker", "eventstore" })
        {
            var kustomization = Kustomization(folder);
            var listed = new[] { "resources", "patches" }.SelectMany(kind => kustomization[kind]?.AsArray() ?? [])
                .Select(one => one is JsonObject ? one["path"]!.ToString() : one!.ToString()).Where(file => !file.StartsWith("..", StringComparison.Ordinal)).Distinct();
            Assert.That(listed, Is.EquivalentTo(Directory.EnumerateFiles(In(folder), "*.yaml").Select(Path.GetFileName).Where(file => file != "kustomization.yaml")), folder);
        }

        var images = new[] { "base", "trial" }.SelectMany(folder => Kustomization(folder)["images"]!.AsArray()).ToDictionary(one => one!["name"]!.ToString());
        Assert.That(Workloads.Values.Select(workload => Container(workload)["image"]!.ToString()), Is.EquivalentTo(images.Keys));
        Assert.That(images.Values.Select(image => image!["newTag"]!.ToString()), Is.All.Match("^[0-9]+\\.[0-9]+\\.[0-9]+$"));
    }

    [TestCase("base")]
    [TestCase("trial")]
    [TestCase("broker")]
    [Category("Kubectl")]
    public async Task Kustomize_puts_it_together(string folder)
    {
        if (!System.Environment.GetEnvironmentVariable("PATH")!.Split(Path.PathSeparator).Any(path => File.Exists(Path.Combine(path, "kubectl"))))
            Assert.Ignore("There is no kubectl to put it together with.");
        var (exit, output, error) = await Run("kubectl", ["kustomize", In(folder)], []);
        Assert.That(exit, Is.Zero, error);
        Assert.That(output, Does.Contain("namespace: shop"));
        if (folder == "base") Assert.That(output.Split("readOnlyRootFilesystem: true"), Has.Length.EqualTo(Services.Count()), "in each of them but the sandbox, which is not in it");
    }

    private static string Project(string name) => name switch
    {
        "gateway" => "gateway",
        "sandbox" => "infra/Sandbox",
        "order-events" => "services/OrderEvents",
        _ => $"services/{char.ToUpperInvariant(name[0])}{name[1..]}",
    };

    private static string App(JsonNode workload) => workload["spec"]!["template"]!["metadata"]!["labels"]!["app"]!.ToString();

    private static IEnumerable<JsonNode> Policies(string app) => Of("NetworkPolicy").Select(policy => policy["spec"]!).Where(policy =>
        policy["podSelector"]!["matchLabels"]?["app"]?.ToString() == app
        || (policy["podSelector"]!["matchExpressions"]?[0]?["values"]?.AsArray().Any(value => value!.ToString() == app) ?? false));

    private static IEnumerable<int> Ports(JsonNode rule) => (rule["ports"]?.AsArray() ?? []).Select(port => int.Parse(port!["port"]!.ToString()));

    private static bool IsAllowed(string direction, string app, string other, int port) => Policies(app)
        .SelectMany(policy => policy[direction]?.AsArray() ?? [])
        .Any(rule => Ports(rule!).Contains(port) && (rule![direction == "egress" ? "to" : "from"]?.AsArray() ?? [])
            .Any(peer => peer!["podSelector"]?["matchLabels"]?["app"]?.ToString() == other));

    private static IEnumerable<(string Name, string Key)> References(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject one:
                if (one["secretKeyRef"] is { } reference) yield return (reference["name"]!.ToString(), reference["key"]!.ToString());
                if (one["parameter"] is not null) yield return (one["name"]!.ToString(), one["key"]!.ToString());
                if (one["secretName"] is { } name) yield return (name.ToString(), "users.json");
                foreach (var found in one.SelectMany(member => References(member.Value))) yield return found;
                break;
            case JsonArray many:
                foreach (var found in many.SelectMany(References)) yield return found;
                break;
        }
    }

    private static async Task<Dictionary<string, Dictionary<string, string>>> Secrets()
    {
        var names = new[]
        {
            "SHOP_SERVICE_KEY", "SHOP_PAYMENT_KEY", "SHOP_STOREFRONT_KEY_SHA256", "SHOP_WAREHOUSE_KEY_SHA256", "SHOP_OPERATOR_KEY_SHA256", "SHOP_EVENTSTORE_URL",
            "SHOP_SMTP_USER", "SHOP_SMTP_PASSWORD",
        };
        var (exit, output, error) = await Run("/bin/sh", [In("secrets.sh")], [.. Definitions.Passwords, .. names.Select(name => KeyValuePair.Create(name, "value"))]);
        Assert.That(exit, Is.Zero, error);
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "secrets.yaml");
        await File.WriteAllTextAsync(file, output);
        return Yaml.Documents(file).ToDictionary(Name, secret => secret["data"]!.AsObject().ToDictionary(
            member => member.Key, member => Encoding.UTF8.GetString(Convert.FromBase64String(member.Value!.ToString()))));
    }

    private static async Task<(int Exit, string Output, string Error)> Run(string program, string[] arguments, IEnumerable<KeyValuePair<string, string>> environment)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output, await error);
    }
}
