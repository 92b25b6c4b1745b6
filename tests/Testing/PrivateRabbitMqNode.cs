using System.Diagnostics;

namespace Shop.Testing;

/// <summary>
/// A node of the machine's own RabbitMQ: its own name, ports, folder and port mapper, so that it meets neither the machine's
/// service nor another test's. Nothing of it outlives the test.
/// </summary>
internal sealed class PrivateRabbitMqNode : IRabbitMqNode
{
    // Where the packages put the real script; the one in the path may insist on running as the service's user.
    private static readonly string[] Scripts =
    [
        "/usr/lib/rabbitmq/bin/rabbitmq-server", "/opt/rabbitmq/sbin/rabbitmq-server", "/opt/homebrew/sbin/rabbitmq-server",
        "/usr/local/sbin/rabbitmq-server",
    ];

    private readonly TemporaryFolder folder = new();
    private readonly int epmdPort = RabbitMqServer.FreePort();
    private readonly int distributionPort = RabbitMqServer.FreePort();
    private readonly Queue<string> lines = new();
    private Process? epmd;
    private Process? server;

    public static bool IsPossible => Script is not null;

    public int AmqpPort { get; } = RabbitMqServer.FreePort();

    public int ManagementPort { get; } = RabbitMqServer.FreePort();

    public int PrometheusPort { get; } = RabbitMqServer.FreePort();

    public bool HasExited => server is null or { HasExited: true };

    private static string? Script => Scripts.FirstOrDefault(File.Exists);

    public void Start()
    {
        // Started here and not left to Erlang, which would leave it running.
        epmd ??= Run("epmd", ["-port", $"{epmdPort}", "-address", "127.0.0.1"]);
        server?.Dispose();
        File.WriteAllText(Inside("enabled_plugins"), "[rabbitmq_management,rabbitmq_prometheus].");
        File.WriteAllText(Inside("rabbitmq.conf"), $"""
            listeners.tcp.1 = 127.0.0.1:{AmqpPort}
            management.tcp.ip = 127.0.0.1
            management.tcp.port = {ManagementPort}
            prometheus.tcp.ip = 127.0.0.1
            prometheus.tcp.port = {PrometheusPort}
            disk_free_limit.absolute = 50MB
            loopback_users.guest = true
            log.console = true
            log.console.level = warning
            log.file = false
            """);
        server = Run(Script!, []);
    }

    public void Kill()
    {
        if (server is null || server.HasExited) return;
        server.Kill(entireProcessTree: true);
        server.WaitForExit();
    }

    public void Stop()
    {
        if (server is null || server.HasExited) return;
        using (var signal = Process.Start("kill", ["-TERM", $"{server.Id}"])) signal.WaitForExit();
        if (!server.WaitForExit(TimeSpan.FromSeconds(60))) throw new TimeoutException($"RabbitMQ did not stop. {Log()}");
    }

    public void Wipe() => Directory.Delete(Inside("data"), recursive: true);

    public void Control(params string[] arguments)
    {
        using var control = Run(Path.Combine(Path.GetDirectoryName(Script!)!, "rabbitmqctl"), arguments);
        control.WaitForExit();
        if (control.ExitCode != 0) throw new InvalidOperationException($"rabbitmqctl {arguments[0]} failed. {Log()}");
    }

    public string Log()
    {
        lock (lines) return string.Join('\n', lines);
    }

    public void Dispose()
    {
        Kill();
        server?.Dispose();
        if (epmd is { HasExited: false })
        {
            epmd.Kill(entireProcessTree: true);
            epmd.WaitForExit();
        }

        epmd?.Dispose();
        folder.Dispose();
    }

    private string Inside(string name) => Path.Combine(folder.Path, name);

    private Process Run(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder.Path,
        };
        var settings = new Dictionary<string, string>
        {
            ["HOME"] = folder.Path, // The Erlang cookie lies there.
            ["ERL_EPMD_PORT"] = $"{epmdPort}",
            ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
            ["RABBITMQ_NODENAME"] = $"shop-test-{AmqpPort}@localhost",
            ["RABBITMQ_DIST_PORT"] = $"{distributionPort}",
            ["RABBITMQ_CONFIG_FILE"] = Inside("rabbitmq.conf"),
            ["RABBITMQ_CONF_ENV_FILE"] = Inside("rabbitmq-env.conf"),
            ["RABBITMQ_ENABLED_PLUGINS_FILE"] = Inside("enabled_plugins"),
            ["RABBITMQ_MNESIA_BASE"] = Inside("data"),
            ["RABBITMQ_LOG_BASE"] = Inside("log"),
            ["RABBITMQ_GENERATED_CONFIG_DIR"] = Inside("config"),
            ["RABBITMQ_PID_FILE"] = Inside("pid"),
            ["NOTIFY_SOCKET"] = "",
        };
        foreach (var (name, value) in settings) start.Environment[name] = value;
        var process = Process.Start(start)!;
        process.OutputDataReceived += Keep;
        process.ErrorDataReceived += Keep;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is null) return;
        lock (lines)
        {
            if (lines.Count == 50) lines.Dequeue();
            lines.Enqueue(line.Data);
        }
    }
}
