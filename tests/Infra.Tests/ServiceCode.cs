using System.Text.Json;
using Shop.Testing;

namespace Shop.Infra.Tests;

/// <summary>What a service's own files say of it, for files that speak of the service to agree with.</summary>
internal sealed class ServiceCode(string project)
{
    private readonly Lazy<IReadOnlyDictionary<string, string>> settings = new(() => Flatten(Path.Combine(Repository.Root, project, "appsettings.json")));
    private readonly Lazy<string> sources = new(() => string.Join('\n', new[] { project, "services/ServiceDefaults" }
        .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.cs", SearchOption.AllDirectories))
        .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
        .Select(File.ReadAllText)));

    /// <summary>The folders of every program of the shop that runs as a service.</summary>
    public static IReadOnlyList<string> Projects { get; } =
    [
        .. Directory.EnumerateFiles(Repository.Root, "Program.cs", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Repository.Root, Path.GetDirectoryName(file)!).Replace('\\', '/'))
            .Where(folder => folder is "gateway" or "infra/Sandbox" || folder.StartsWith("services/", StringComparison.Ordinal)),
    ];

    /// <summary>The port of its own settings.</summary>
    public int Port => new Uri(settings.Value["Urls"]).Port;

    /// <summary>Whether it reads the setting that an environment variable of that name sets.</summary>
    public bool Reads(string variable)
    {
        var parts = variable.Split("__").Where(part => !int.TryParse(part, out _)).ToArray();
        var setting = string.Join(':', parts);
        return settings.Value.Keys.Contains(setting, StringComparer.OrdinalIgnoreCase)
            || Says($"\"{setting}")
            || (parts is ["ConnectionStrings", var connection] && Says($"GetConnectionString(\"{connection}\")"))
            || (parts.Length == 2 && Says($"GetSection(\"{parts[0]}\")") && Says($"[\"{parts[1]}\"]"));
    }

    private bool Says(string text) => sources.Value.Contains(text, StringComparison.Ordinal);

    private static Dictionary<string, string> Flatten(string file)
    {
        var all = new Dictionary<string, string>();
        using var document = JsonDocument.Parse(File.ReadAllText(file), new() { CommentHandling = JsonCommentHandling.Skip });
        Add("", document.RootElement);
        return all;

        void Add(string path, JsonElement element)
        {
            if (element.ValueKind != JsonValueKind.Object)
            {
                all[path] = element.ToString();
                return;
            }

            foreach (var member in element.EnumerateObject()) Add(path.Length == 0 ? member.Name : $"{path}:{member.Name}", member.Value);
        }
    }
}
