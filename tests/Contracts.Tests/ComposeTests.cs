using System.Text.Json;
using System.Text.RegularExpressions;

namespace Shop.Contracts.Tests;

/// <summary>
/// <c>docker-compose.yml</c> against the code: what it builds is there, what it sets is read by somebody, and who is called
/// listens there. Its few forms of YAML (mappings by indentation, lists of one-line items) are read here by hand.
/// </summary>
public sealed partial class ComposeTests
{
    private static readonly string Root = Path.GetFullPath(Path.Combine(Samples.SourceFolder(), "../.."));

    // path -> value, such as services/payment/environment/Orders__Url -> http://order-events:8081; list items as path/0, path/1.
    private static readonly IReadOnlyList<(string Path, string Value)> Compose = Read(Path.Combine(Root, "docker-compose.yml"));

    private static IEnumerable<string> Services => Keys("services");

    private static IEnumerable<string> OwnServices => Services.Where(service => Project(service) is not null);

    [Test]
    public void Every_service_of_the_shop_is_in_it()
    {
        var programs = Directory.EnumerateFiles(Root, "Program.cs", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Root, Path.GetDirectoryName(file)!).Replace('\\', '/'))
            .Where(folder => folder is "gateway" or "infra/Sandbox" || folder.StartsWith("services/", StringComparison.Ordinal));
        Assert.That(OwnServices.Select(Project), Is.EquivalentTo(programs));
    }

    [TestCaseSource(nameof(OwnServices))]
    public void What_it_sets_is_a_setting_that_the_service_reads(string service)
    {
        var code = string.Join('\n', SourcesOf(service).Select(File.ReadAllText));
        var settings = SettingsOf(service).Keys.ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var name in Keys($"services/{service}/environment"))
        {
            var parts = name.Split("__").Where(part => !int.TryParse(part, out _)).ToArray();
            var setting = string.Join(':', parts);
            var isRead = settings.Contains(setting)
                || code.Contains($"\"{setting}", StringComparison.Ordinal)
                || (parts is ["ConnectionStrings", var connection] && code.Contains($"GetConnectionString(\"{connection}\")", StringComparison.Ordinal))
                || (parts.Length == 2 && code.Contains($"GetSection(\"{parts[0]}\")", StringComparison.Ordinal)
                    && code.Contains($"[\"{parts[1]}\"]", StringComparison.Ordinal));
            Assert.That(isRead, Is.True, $"{service}: nobody reads {name}");
        }
    }

    [TestCaseSource(nameof(OwnServices))]
    public void It_listens_at_the_port_of_its_own_settings(string service)
    {
        var configured = new Uri(SettingsOf(service)["Urls"]).Port;
        Assert.That(Value($"services/{service}/environment/Urls"), Is.EqualTo($"http://+:{configured}"));
    }

    [TestCaseSource(nameof(OwnServices))]
    public void Whom_it_calls_is_there_and_listens_at_that_port(string service)
    {
        foreach (var (path, value) in Compose.Where(entry => entry.Path.StartsWith($"services/{service}/environment/", StringComparison.Ordinal)))
        {
            if (!Address().IsMatch(value) || value.Contains("127.0.0.1", StringComparison.Ordinal) || value.Contains('+', StringComparison.Ordinal)) continue;
            var url = new Uri(Variable().Replace(value, "x"));
            Assert.That(Services, Does.Contain(url.Host), path);
            if (url.Scheme == "amqp") continue;
            Assert.That(url.Port, Is.EqualTo(new Uri(SettingsOf(url.Host)["Urls"]).Port), path);
        }
    }

    [Test]
    public void Who_is_waited_for_is_there()
    {
        foreach (var service in Services)
            Assert.That(Keys($"services/{service}/depends_on"), Is.SubsetOf(Services), service);
    }

    [Test]
    public void Every_volume_that_is_mounted_is_declared_and_none_besides()
    {
        var mounted = Compose.Where(entry => VolumeItem().IsMatch(entry.Path)).Select(entry => entry.Value.Split(':')[0]);
        Assert.That(mounted, Is.EquivalentTo(Keys("volumes")));
    }

    [Test]
    public void It_holds_no_secret_and_says_where_each_comes_from()
    {
        var example = File.ReadAllText(Path.Combine(Root, ".env.example"));
        var secrets = Compose.Where(entry => SecretName().IsMatch(entry.Path)).ToList();
        Assert.That(secrets, Is.Not.Empty);
        foreach (var (path, value) in secrets) Assert.That(value, Does.StartWith("${SHOP_"), path);
        var wanted = Compose.SelectMany(entry => Variable().Matches(entry.Value)).Select(match => match.Groups["name"].Value).Distinct().ToList();
        foreach (var name in wanted)
        {
            Assert.That(example, Does.Match($"(?m)^{name}=$"), $"{name} is not in .env.example");
            Assert.That(Compose.Any(entry => entry.Value.Contains($"${{{name}:?", StringComparison.Ordinal)), Is.True, $"{name} may be empty without a word");
        }
    }

    private static string? Project(string service) =>
        Compose.Where(entry => entry.Path == $"services/{service}/build/args/PROJECT").Select(entry => entry.Value).SingleOrDefault();

    private static string Value(string path) => Compose.Single(entry => entry.Path == path).Value;

    private static IEnumerable<string> Keys(string path) => Compose
        .Where(entry => entry.Path.StartsWith($"{path}/", StringComparison.Ordinal))
        .Select(entry => entry.Path[(path.Length + 1)..].Split('/')[0]).Distinct();

    private static IEnumerable<string> SourcesOf(string service) =>
        new[] { Project(service)!, "services/ServiceDefaults" }
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories))
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal));

    private static Dictionary<string, string> SettingsOf(string service)
    {
        var settings = new Dictionary<string, string>();
        using var document = JsonDocument.Parse(
            File.ReadAllText(Path.Combine(Root, Project(service)!, "appsettings.json")), new() { CommentHandling = JsonCommentHandling.Skip });
        Flatten("", document.RootElement);
        return settings;

        void Flatten(string path, JsonElement element)
        {
            if (element.ValueKind != JsonValueKind.Object)
            {
                settings[path] = element.ToString();
                return;
            }

            foreach (var member in element.EnumerateObject()) Flatten(path.Length == 0 ? member.Name : $"{path}:{member.Name}", member.Value);
        }
    }

    private static List<(string Path, string Value)> Read(string file)
    {
        var entries = new List<(string, string)>();
        var open = new List<(int Indent, string Key)>();
        var items = 0;
        foreach (var line in File.ReadLines(file))
        {
            var text = Comment().Replace(line, "").TrimEnd();
            if (text.Length == 0) continue;
            var indent = text.Length - text.TrimStart().Length;
            text = text.TrimStart();
            if (text.StartsWith("- ", StringComparison.Ordinal))
            {
                while (open[^1].Indent >= indent) open.RemoveAt(open.Count - 1);
                entries.Add(($"{Here()}/{items++}", Unquoted(text[2..])));
                continue;
            }

            items = 0;
            while (open.Count > 0 && open[^1].Indent >= indent) open.RemoveAt(open.Count - 1);
            var colon = text.IndexOf(':', StringComparison.Ordinal);
            open.Add((indent, text[..colon]));
            entries.Add((Here(), Unquoted(text[(colon + 1)..])));
        }

        return entries;

        string Here() => string.Join('/', open.Select(level => level.Key));
        static string Unquoted(string value) => value.Trim().Trim('"');
    }

    [GeneratedRegex(@"(^|\s)#.*$")]
    private static partial Regex Comment();

    [GeneratedRegex("^(http|amqp)://")]
    private static partial Regex Address();

    [GeneratedRegex(@"\$\{(?<name>[A-Z0-9_]+)(:\?[^}]*)?\}")]
    private static partial Regex Variable();

    [GeneratedRegex("^services/[^/]+/volumes/[0-9]+$")]
    private static partial Regex VolumeItem();

    [GeneratedRegex("(Password|_PASS|ServiceKey|__Key|Sha256)$")]
    private static partial Regex SecretName();
}
