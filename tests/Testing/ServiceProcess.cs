using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Shop.Testing;

/// <summary>A program of the shop as a process of its own, as it runs in production, which a test may stop or kill at any moment.</summary>
public sealed partial class ServiceProcess : IDisposable
{
    private readonly string assembly;
    private readonly string logFile;
    private readonly List<string> arguments;
    private readonly IReadOnlyDictionary<string, string> environment;
    private Process? process;

    /// <summary>A program that is not running yet.</summary>
    /// <param name="project">Its project's folder, from the repository's root, such as <c>services/Payment</c>.</param>
    /// <param name="folder">Where its output goes.</param>
    /// <param name="settings">Its settings, as <c>Name=value</c>.</param>
    /// <param name="environment">Further variables of its environment.</param>
    public ServiceProcess(string project, string folder, IEnumerable<string> settings, IReadOnlyDictionary<string, string>? environment = null)
    {
        Name = Path.GetFileNameWithoutExtension(Directory.EnumerateFiles(Path.Combine(Repository.Root, project), "*.csproj").Single());
        // This assembly's folder ends in bin/<configuration>/<framework>; the program was built beside it, the same way.
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        assembly = Path.Combine(Repository.Root, project, "bin", output.Parent!.Name, output.Name, $"{Name}.dll");
        logFile = Path.Combine(folder, $"{Name}.log");
        arguments = [.. settings.Select(setting => $"--{setting}")];
        this.environment = environment ?? new Dictionary<string, string>();
    }

    /// <summary>The program's name.</summary>
    public string Name { get; }

    /// <summary>Where it listens. Stays the same when it is started again.</summary>
    public Uri Url { get; private set; } = new("http://127.0.0.1:0");

    /// <summary>The operating system's id of the running process.</summary>
    public int Id => process?.Id ?? 0;

    public bool IsRunning => process is { HasExited: false };

    /// <summary>All that it has written so far.</summary>
    public string Log => LogFrom(0);

    /// <summary>The lines of its log that are of that type, the first first, as far as they are written.</summary>
    public IReadOnlyList<JsonElement> Lines(string type)
    {
        var log = Log;
        return
        [
            .. log[..(log.LastIndexOf('\n') + 1)].Split('\n').Where(line => line.StartsWith('{') && line.Contains($"\"type\":\"{type}\"", StringComparison.Ordinal))
                .Select(line => JsonSerializer.Deserialize<JsonElement>(line)),
        ];
    }

    /// <summary>Starts it, and waits until it listens. <paramref name="settings"/> go before its own, this time.</summary>
    public async Task<ServiceProcess> Start(params string[] settings)
    {
        var seen = File.Exists(logFile) ? new FileInfo(logFile).Length : 0; // what it wrote in earlier lives may be long
        var start = new ProcessStartInfo("/bin/sh")
        {
            // Through a shell, so that the output goes into a file and not through this process; exec, so that the id is the program's.
            ArgumentList = { "-c", "exec dotnet \"$0\" \"$@\" >>\"$LOG_FILE\" 2>&1", assembly, $"--urls={Url.ToString().TrimEnd('/')}" },
            WorkingDirectory = Path.GetDirectoryName(logFile)!,
            Environment = { ["LOG_FILE"] = logFile, ["ASPNETCORE_ENVIRONMENT"] = "Development" },
        };
        foreach (var argument in (IEnumerable<string>)[.. arguments, .. settings.Select(setting => $"--{setting}")]) start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment) start.Environment[name] = value;
        process = Process.Start(start)!;
        await Eventually.True(
            () => process.HasExited ? throw new InvalidOperationException($"{Name} ended with {process.ExitCode}: {LogFrom(seen)}") : Listening().IsMatch(LogFrom(seen)),
            $"{Name} listens", TimeSpan.FromSeconds(60));
        Url = new Uri(Listening().Match(LogFrom(seen)).Groups["url"].Value);
        return this;
    }

    /// <summary>kill -9: nothing is finished, flushed or handed back.</summary>
    public void Kill()
    {
        if (process is null) return;
        process.Kill();
        process.WaitForExit();
    }

    /// <summary>SIGTERM, and waits until it has ended.</summary>
    public async Task Stop()
    {
        if (process is null || process.HasExited) return;
        using var signal = Process.Start("kill", ["-TERM", $"{process.Id}"]);
        await process.WaitForExitAsync(new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token);
    }

    public void Dispose()
    {
        if (IsRunning) Kill();
        process?.Dispose();
        process = null;
    }

    private string LogFrom(long position)
    {
        if (!File.Exists(logFile)) return "";
        using var reader = new StreamReader(new FileStream(logFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        reader.BaseStream.Position = position;
        return reader.ReadToEnd();
    }

    [GeneratedRegex(@"(Now listening on:|Shop is open at) (?<url>http://[0-9.:]+)[""\s]")]
    private static partial Regex Listening();
}
