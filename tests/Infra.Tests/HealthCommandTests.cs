using System.Diagnostics;
using Shop.Testing;

namespace Shop.Infra.Tests;

/// <summary>The argument <c>health</c>, with which a container asks the service inside it.</summary>
public sealed class HealthCommandTests
{
    [Test]
    public async Task A_service_that_is_ready_is_well_and_one_that_is_gone_is_not()
    {
        using var folder = new TemporaryFolder();
        using var sandbox = new ServiceProcess("infra/Sandbox", folder.Path, [$"DataDirectory={folder.Path}/data"]);
        await sandbox.Start();
        // As in its container: the address of the environment, at which it listens and which nobody could call.
        var port = sandbox.Url.Port;
        Assert.That(await Ask(port), Is.Zero);
        await sandbox.Stop();
        Assert.That(await Ask(port), Is.EqualTo(1));
    }

    [Test]
    public async Task A_service_that_lacks_what_it_depends_on_is_not_well()
    {
        using var folder = new TemporaryFolder();
        using var orders = new ServiceProcess(
            "services/OrderEvents", folder.Path, [$"DataDirectory={folder.Path}/data", "ConnectionStrings:RabbitMq=amqp://guest:guest@127.0.0.1:1"]);
        await orders.Start();
        Assert.That(await Ask(orders.Url.Port), Is.EqualTo(1), "its broker is away");
    }

    private static async Task<int> Ask(int port)
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        var program = Path.Combine(Repository.Root, "infra/Sandbox/bin", output.Parent!.Name, output.Name, "Sandbox.dll");
        var start = new ProcessStartInfo("dotnet", [program, "health"]) { RedirectStandardError = true, Environment = { ["Urls"] = $"http://+:{port}" } };
        using var health = Process.Start(start)!;
        await health.StandardError.ReadToEndAsync();
        await health.WaitForExitAsync();
        return health.ExitCode;
    }
}
