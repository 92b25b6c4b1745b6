using System.Diagnostics;

namespace Shop.Testing;

/// <summary>RabbitMQ in a container.</summary>
internal sealed class DockerRabbitMqNode : IRabbitMqNode
{
    private const string Image = "rabbitmq:4-management";

    private readonly string name = $"shop-test-rabbitmq-{Guid.NewGuid():N}";
    private bool isCreated;

    public int AmqpPort { get; } = RabbitMqServer.FreePort();

    public int ManagementPort { get; } = RabbitMqServer.FreePort();

    public int PrometheusPort { get; } = RabbitMqServer.FreePort();

    public bool HasExited => false;

    public static async Task<bool> IsPossible()
    {
        try
        {
            var start = new ProcessStartInfo("docker", "info") { RedirectStandardOutput = true, RedirectStandardError = true };
            using var docker = Process.Start(start)!;
            var output = Task.WhenAll(docker.StandardOutput.ReadToEndAsync(), docker.StandardError.ReadToEndAsync());
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
            try
            {
                await docker.WaitForExitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                docker.Kill(entireProcessTree: true);
                return false;
            }

            await output;
            return docker.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    public void Start()
    {
        // A fixed host name: the node's data is named after it.
        var (amqp, management, prometheus) = ($"127.0.0.1:{AmqpPort}:5672", $"127.0.0.1:{ManagementPort}:15672", $"127.0.0.1:{PrometheusPort}:15692");
        if (isCreated) Docker("start", name);
        else Docker("run", "-d", "--name", name, "--hostname", "shop-test", "-p", amqp, "-p", management, "-p", prometheus, Image);
        isCreated = true;
    }

    public void Kill() => Docker("kill", name);

    public void Stop() => Docker("stop", "-t", "60", name);

    public void Wipe()
    {
        Docker("rm", "-f", "-v", name);
        isCreated = false;
    }

    public void Control(params string[] arguments) => Docker(["exec", name, "rabbitmqctl", .. arguments]);

    public string Log() => isCreated ? Docker("logs", "--tail", "50", name) : "";

    public void Dispose()
    {
        if (isCreated) Docker("rm", "-f", "-v", name);
    }

    internal static string Docker(params string[] arguments)
    {
        var start = new ProcessStartInfo("docker", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var docker = Process.Start(start)!;
        var error = docker.StandardError.ReadToEndAsync();
        var output = docker.StandardOutput.ReadToEnd();
        docker.WaitForExit();
        return docker.ExitCode == 0 ? output : throw new InvalidOperationException($"docker {arguments[0]}: {error.Result}");
    }
}
