using System.Diagnostics;
using System.Text.Json.Nodes;
using Shop.Testing;

namespace Shop.Infra.Tests;

/// <summary>What the broker's node is given at its start: <c>infra/rabbitmq</c>.</summary>
internal static class Definitions
{
    public const string Password = "test1234";

    /// <summary>The variables that hold the users' passwords.</summary>
    public static IReadOnlyDictionary<string, string> Passwords { get; } =
        new[] { "ORDER_EVENTS", "PAYMENT", "SHIPPING", "NOTIFICATION", "OPERATOR", "MONITOR" }
            .ToDictionary(user => $"SHOP_RABBITMQ_{user}_PASSWORD", _ => Password);

    public static string File { get; } = Path.Combine(Repository.Root, "infra/rabbitmq/definitions.json");

    public static JsonNode Read() => JsonNode.Parse(System.IO.File.ReadAllText(File))!;

    /// <summary>What <c>users.sh</c> writes, and its exit code, with these variables set and no other.</summary>
    public static async Task<(int Exit, string Output, string Error)> Users(IEnumerable<KeyValuePair<string, string>> environment)
    {
        var start = new ProcessStartInfo("/bin/sh", [Path.Combine(Repository.Root, "infra/rabbitmq/users.sh")])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        using var shell = Process.Start(start)!;
        var error = shell.StandardError.ReadToEndAsync();
        var output = await shell.StandardOutput.ReadToEndAsync();
        await shell.WaitForExitAsync();
        return (shell.ExitCode, output, await error);
    }
}
