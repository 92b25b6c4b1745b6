using System.Diagnostics;
using System.Text;
using Shop.Testing;

namespace Shop.Producer.Tests;

/// <summary>The program as it is run from a script: without a terminal.</summary>
public sealed class Program : IDisposable
{
    private readonly Process process;
    private readonly StringBuilder said = new();
    private readonly Task output;
    private readonly Task<string> error;

    private Program(Process process)
    {
        this.process = process;
        output = Listen();
        error = process.StandardError.ReadToEndAsync();
    }

    /// <summary>Runs it to its end, with a local shop's keys.</summary>
    public static Task<Ended> Run(string url, params string[] arguments) => Run(url, "", arguments);

    /// <summary>Runs it to its end without one of its settings.</summary>
    public static async Task<Ended> Run(string url, string missing, string[] arguments)
    {
        using var program = Start(url, missing, arguments);
        return await program.End();
    }

    /// <summary>Starts it.</summary>
    public static Program Start(string url, string missing, string[] arguments)
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        var assembly = Path.Combine(Repository.Root, "infra/Producer/bin", output.Parent!.Name, output.Name, "Producer.dll");
        var start = new ProcessStartInfo("dotnet", [assembly, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["SHOP_URL"] = url;
        foreach (var scope in (string[])["storefront", "warehouse", "operator"]) start.Environment[$"SHOP_{scope.ToUpperInvariant()}_KEY"] = $"dev-{scope}";
        start.Environment.Remove(missing);
        return new Program(Process.Start(start)!);
    }

    /// <summary>What Ctrl-C does.</summary>
    public async Task Interrupt()
    {
        using var kill = Process.Start("kill", ["-INT", process.Id.ToString()]);
        await kill.WaitForExitAsync();
    }

    /// <summary>Waits for its end.</summary>
    public async Task<Ended> End()
    {
        await process.WaitForExitAsync();
        await output;
        return new Ended(process.ExitCode, said.ToString(), await error);
    }

    /// <summary>Waits until it has printed that.</summary>
    public Task Says(string text) => Eventually.True(
        () =>
        {
            lock (said) return said.ToString().Contains(text, StringComparison.Ordinal);
        },
        $"it says '{text}'");

    private async Task Listen()
    {
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            lock (said) said.Append(line).Append('\n');
        }
    }

    public void Dispose()
    {
        if (!process.HasExited) process.Kill();
        process.Dispose();
    }
}

/// <summary>What a run left behind.</summary>
public sealed record Ended(int ExitCode, string Output, string Error)
{
    /// <summary>The id of the order that a step printed.</summary>
    public string Order => Output.Split('\n')[0]["order ".Length..];
}
