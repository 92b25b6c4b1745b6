using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Shop.Testing;

namespace Shop.Infra.Tests;

/// <summary>
/// <c>docker-compose.yml</c> against the code: what it builds is there, what it sets is read by somebody, who is called listens there,
/// who is waited for can be well, and no container may do more than it must.
/// </summary>
public sealed partial class ComposeTests
{
    private const string EventStore = "infra/compose/eventstore.yml";

    private static readonly JsonNode Compose = Yaml.Document(Path.Combine(Repository.Root, "docker-compose.yml"));
    private static readonly JsonNode EventStoreOverride = Yaml.Document(Path.Combine(Repository.Root, EventStore));

    // Their images hold no program that could ask.
    private static readonly string[] WithoutHealth = ["otel-collector", "jaeger", "backup"];

    private static JsonObject All => Compose["services"]!.AsObject();

    private static IEnumerable<string> Services => All.Select(service => service.Key);

    private static IEnumerable<string> OwnServices => Services.Where(name => Project(name) is not null);

    private static IEnumerable<string> Containers => Services.Append("eventstore");

    [Test]
    public void Every_service_of_the_shop_is_in_it() => Assert.That(OwnServices.Select(Project), Is.EquivalentTo(ServiceCode.Projects));

    [TestCaseSource(nameof(OwnServices))]
    public void What_it_sets_is_a_setting_that_the_service_reads(string service)
    {
        var code = new ServiceCode(Project(service)!);
        foreach (var (name, _) in Environment(Service(service))) Assert.That(code.Reads(name), Is.True, $"{service}: nobody reads {name}");
    }

    [TestCaseSource(nameof(OwnServices))]
    public void It_listens_at_the_port_of_its_own_settings(string service) =>
        Assert.That(Environment(Service(service))["Urls"], Is.EqualTo($"http://+:{new ServiceCode(Project(service)!).Port}"));

    [TestCaseSource(nameof(OwnServices))]
    public void Whom_it_calls_is_there_and_listens_at_that_port(string service)
    {
        foreach (var (name, value) in Environment(Service(service)))
        {
            if (!Address().IsMatch(value) || value.Contains("127.0.0.1", StringComparison.Ordinal) || value.Contains('+', StringComparison.Ordinal)) continue;
            var url = new Uri(Variable().Replace(value, "x"));
            Assert.That(Services, Does.Contain(url.Host), name);
            if (url.Scheme == "http") Assert.That(url.Port, Is.EqualTo(new ServiceCode(Project(url.Host)!).Port), name);
        }
    }

    [Test]
    public void Every_queues_service_is_a_user_of_its_own_at_the_shops_virtual_host()
    {
        var users = All.Select(service => (service.Key, Broker: Environment(service.Value!).GetValueOrDefault("ConnectionStrings__RabbitMq")))
            .Where(service => service.Broker is not null)
            .ToDictionary(service => service.Key, service => service.Broker);
        Assert.That(users.Keys, Is.EquivalentTo(new[] { "order-events", "payment", "shipping", "notification" }));
        foreach (var (service, broker) in users)
        {
            var password = $"SHOP_RABBITMQ_{service.Replace('-', '_').ToUpperInvariant()}_PASSWORD";
            Assert.That(broker, Is.EqualTo($"amqp://{service}:${{{password}}}@rabbitmq:5672/shop"));
            Assert.That(Environment(Service("rabbitmq")), Does.ContainKey(password));
        }
    }

    [TestCaseSource(nameof(Containers))]
    public void Who_is_waited_for_is_there_and_says_when_it_is_well(string container)
    {
        foreach (var (name, condition) in Service(container)["depends_on"]?.AsObject() ?? [])
        {
            Assert.That(Services, Does.Contain(name));
            var wanted = Service(name)["healthcheck"] is null ? "service_started" : "service_healthy";
            Assert.That(condition!["condition"]!.ToString(), Is.EqualTo(wanted), $"{container} waits for {name}");
        }
    }

    [TestCaseSource(nameof(Containers))]
    public void It_says_whether_it_is_well(string container)
    {
        var command = Service(container)["healthcheck"]?["test"]?.AsArray().Select(part => part!.ToString()).ToArray();
        Assert.That(command is null, Is.EqualTo(WithoutHealth.Contains(container)));
        if (Project(container) is null) return;
        Assert.That(command, Is.EqualTo(new[] { "CMD", "/app/service", "health" }));
        Assert.That(File.ReadAllText(Path.Combine(Repository.Root, "infra/Dockerfile")), Does.Contain("ENTRYPOINT [\"/app/service\"]"));
    }

    [TestCaseSource(nameof(Containers))]
    public void It_may_not_do_more_than_it_must(string container)
    {
        var service = Service(container);
        Assert.Multiple(() =>
        {
            Assert.That(service["cap_drop"]!.AsArray().Single()!.ToString(), Is.EqualTo("ALL"));
            Assert.That(service["security_opt"]!.AsArray().Single()!.ToString(), Is.EqualTo("no-new-privileges:true"));
            Assert.That(service["user"]!.ToString(), Does.Match("^[1-9][0-9]*:[1-9][0-9]*$"), "not root");
            Assert.That(service["read_only"]?.ToString(), Is.EqualTo(container == "eventstore" ? null : "true"));
            Assert.That(service["mem_limit"]!.ToString(), Does.Match("^[0-9]+[mg]$"));
            Assert.That(service["cpus"], Is.Not.Null);
            Assert.That(service["pids_limit"], Is.Not.Null);
            foreach (var more in new[] { "privileged", "cap_add", "devices", "pid", "ipc" }) Assert.That(service[more], Is.Null, more);
            Assert.That(service["network_mode"]?.ToString(), Is.Null.Or.EqualTo("none"));
            foreach (var port in service["ports"]?.AsArray() ?? []) Assert.That(port!.ToString(), Does.StartWith("127.0.0.1:"));
            if (service["image"] is { } image) Assert.That(image.ToString(), Does.Match(@":v?[0-9]+\.[0-9]+\.[0-9]+(-[a-z-]+)?$"), "a tag that stays");
            else Assert.That(service["build"], Is.Not.Null);
        });
    }

    [Test]
    public void Every_volume_that_is_mounted_is_declared_and_none_besides()
    {
        foreach (var file in new[] { Compose, EventStoreOverride })
        {
            var mounted = file["services"]!.AsObject().SelectMany(service => Mounts(service.Value!)).Where(mount => !mount.StartsWith('.'));
            Assert.That(mounted.Select(mount => mount.Split(':')[0]).Distinct(), Is.EquivalentTo(file["volumes"]!.AsObject().Select(volume => volume.Key)));
        }
    }

    [Test]
    public void Every_file_that_is_mounted_is_there_and_cannot_be_written()
    {
        var mounts = All.SelectMany(service => Mounts(service.Value!)).Where(mount => mount.StartsWith('.')).ToList();
        Assert.That(mounts, Is.Not.Empty.And.All.EndsWith(":ro"));
        foreach (var mount in mounts) Assert.That(Path.Combine(Repository.Root, mount.Split(':')[0]), Does.Exist);
    }

    [Test]
    public void The_backup_reaches_the_data_of_every_service_that_has_any()
    {
        var data = OwnServices.SelectMany(service => Mounts(Service(service))).Select(mount => mount.Split(':')[0]);
        Assert.That(Mounts(Service("backup")).Select(mount => mount.Split(':')[0]), Is.EquivalentTo(data.Append("backups")));
    }

    [Test]
    public void It_holds_no_secret_and_says_where_each_comes_from()
    {
        var example = File.ReadAllText(Path.Combine(Repository.Root, ".env.example"));
        var texts = Texts(Compose, "").ToList();
        var secrets = texts.Where(text => SecretName().IsMatch(text.Path)).ToList();
        Assert.That(secrets, Has.Count.GreaterThan(10));
        foreach (var (path, value) in secrets) Assert.That(value, Does.StartWith("${SHOP_"), path);
        var wanted = texts.SelectMany(text => Variable().Matches(text.Value)).Select(match => match.Groups["name"].Value)
            .Concat(Compose["secrets"]!.AsObject().Select(secret => secret.Value!["environment"]!.ToString())).ToHashSet();
        Assert.That(ExampleName().Matches(example).Select(match => match.Groups["name"].Value), Is.EquivalentTo(wanted), ".env.example");
        foreach (var name in wanted.Where(name => name is not "SHOP_OTLP_ENDPOINT" and not "SHOP_OPERATOR_KEY"))
            Assert.That(texts.Any(text => text.Value.Contains($"${{{name}:?", StringComparison.Ordinal)), Is.True, $"{name} may be empty without a word");
    }

    [Test]
    public async Task A_new_environment_has_every_secret_and_no_two_alike_and_is_never_written_over()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "env");
        Assert.That(await NewEnvironment(file), Is.Zero);
        var values = (await File.ReadAllLinesAsync(file)).ToDictionary(line => line.Split('=')[0], line => line.Split('=')[1]);
        var example = ExampleName().Matches(await File.ReadAllTextAsync(Path.Combine(Repository.Root, ".env.example"))).Select(match => match.Groups["name"].Value);
        Assert.That(example, Is.SubsetOf(values.Keys));
        Assert.That(values.Where(pair => pair.Key != "SHOP_OTLP_ENDPOINT").Select(pair => pair.Value), Is.Unique.And.All.Match("^[0-9a-f]{48,64}$"));
        Assert.That(values["SHOP_OPERATOR_KEY_SHA256"], Is.EqualTo(Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(values["SHOP_OPERATOR_KEY"])))));
        if (!OperatingSystem.IsWindows()) Assert.That(File.GetUnixFileMode(file), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        Assert.That(await NewEnvironment(file), Is.EqualTo(1));
    }

    [Test]
    public void EventStoreDB_replaces_the_embedded_event_store_and_nothing_else()
    {
        var services = EventStoreOverride["services"]!.AsObject();
        Assert.That(services.Select(service => service.Key), Is.EquivalentTo(new[] { "eventstore", "order-events" }));
        var (name, value) = Environment(services["order-events"]!).Single();
        var server = new Uri(value);
        Assert.Multiple(() =>
        {
            Assert.That(name, Is.EqualTo("ConnectionStrings__EventStore"));
            Assert.That((server.Scheme, server.Host, server.Port), Is.EqualTo(("esdb", "eventstore", 2113)));
            Assert.That(services["order-events"]!["depends_on"]!["eventstore"]!["condition"]!.ToString(), Is.EqualTo("service_healthy"));
        });
    }

    private static async Task<int> NewEnvironment(string file)
    {
        using var shell = Process.Start(new ProcessStartInfo("/bin/sh", [Path.Combine(Repository.Root, "infra/compose/new-env.sh"), file])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        await Task.WhenAll(shell.StandardOutput.ReadToEndAsync(), shell.StandardError.ReadToEndAsync());
        await shell.WaitForExitAsync();
        return shell.ExitCode;
    }

    private static JsonNode Service(string name) => All[name] ?? EventStoreOverride["services"]![name]!;

    private static string? Project(string service) => All[service]?["build"]?["args"]?["PROJECT"]?.ToString();

    private static Dictionary<string, string> Environment(JsonNode service) =>
        (service["environment"]?.AsObject() ?? []).ToDictionary(variable => variable.Key, variable => variable.Value!.ToString());

    private static IEnumerable<string> Mounts(JsonNode service) => (service["volumes"]?.AsArray() ?? []).Select(mount => mount!.ToString());

    private static IEnumerable<(string Path, string Value)> Texts(JsonNode? node, string path) => node switch
    {
        JsonObject members => members.SelectMany(member => Texts(member.Value, $"{path}/{member.Key}")),
        JsonArray items => items.SelectMany(item => Texts(item, path)),
        null => [],
        _ => [(path, node.ToString())],
    };

    [GeneratedRegex("^(http|amqp)://")]
    private static partial Regex Address();

    [GeneratedRegex(@"\$\{(?<name>[A-Z0-9_]+)(:[?-][^}]*)?\}")]
    private static partial Regex Variable();

    [GeneratedRegex("(?m)^(?<name>[A-Z0-9_]+)=$")]
    private static partial Regex ExampleName();

    [GeneratedRegex("(?i)(password|_pass|ServiceKey|__Key|Sha256)$")]
    private static partial Regex SecretName();
}
