using System.Text.Json.Nodes;
using Shop.Testing;

namespace Shop.Infra.Tests;

/// <summary>The objects under <c>infra/kubernetes</c>, as they are written; the patch that all workloads share is put into each.</summary>
internal static class Manifests
{
    /// <summary>What Kustomize puts into every workload of <c>base</c>.</summary>
    public static JsonNode Hardened { get; } = Yaml.Document(In("base/hardened.yaml"));

    public static IReadOnlyList<JsonNode> All { get; } =
    [
        .. new[] { "base", "trial", "eventstore", "broker" }
            .SelectMany(folder => Directory.EnumerateFiles(In(folder), "*.yaml"))
            .Where(file => Path.GetFileName(file) is not "kustomization.yaml" and not "hardened.yaml")
            .SelectMany(Yaml.Documents),
    ];

    /// <summary>The services' workloads, with the variables and the folders that the patch adds.</summary>
    public static IReadOnlyDictionary<string, JsonNode> Workloads { get; } = Of("Deployment", "StatefulSet")
        .Where(workload => workload["spec"]!["selector"] is not null && Name(workload) is not "mailpit").ToDictionary(Name);

    public static IEnumerable<JsonNode> Of(params string[] kinds) => All.Where(one => kinds.Contains(one["kind"]!.ToString()));

    public static string Name(JsonNode one) => one["metadata"]!["name"]!.ToString();

    public static JsonNode Pod(JsonNode workload) => workload["spec"]!["template"]!["spec"]!;

    public static JsonNode Container(JsonNode workload) => Pod(workload)["containers"]!.AsArray().Single()!;

    /// <summary>The folder's file that lists its parts.</summary>
    public static JsonNode Kustomization(string folder) => Yaml.Document(In($"{folder}/kustomization.yaml"));

    /// <summary>Every variable of a workload's environment, with its value; empty where a secret has it.</summary>
    public static IEnumerable<(string Name, string Value)> Environment(JsonNode workload)
    {
        var containers = All.Where(one => Name(one) == Name(workload) && one["kind"]!.ToString() == workload["kind"]!.ToString()).Select(Container);
        if (Name(workload) != "sandbox") containers = containers.Append(Container(Hardened));
        foreach (var variable in containers.SelectMany(container => container["env"]?.AsArray() ?? []))
            yield return (variable!["name"]!.ToString(), variable["value"]?.ToString() ?? "");
        foreach (var from in Container(workload)["envFrom"]?.AsArray() ?? [])
        {
            foreach (var literal in Literals(from!["configMapRef"]!["name"]!.ToString()))
                yield return (literal.Split('=', 2)[0], literal.Split('=', 2)[1]);
        }
    }

    public static string In(string file) => Path.Combine(Repository.Root, "infra/kubernetes", file);

    private static IEnumerable<string> Literals(string map) => new[] { "base", "trial" }
        .SelectMany(folder => Kustomization(folder)["configMapGenerator"]!.AsArray())
        .Where(one => one!["name"]!.ToString() == map).SelectMany(one => one!["literals"]!.AsArray()).Select(literal => literal!.ToString());
}
