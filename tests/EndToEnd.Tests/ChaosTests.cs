using System.Diagnostics;
using Shop.Testing;

namespace Shop.EndToEnd.Tests;

/// <summary>A small run of the chaos suite with a fixed seed; <c>infra/chaos.sh</c> runs the large ones.</summary>
public sealed class ChaosTests
{
    [Test, Category("Broker")]
    public async Task Nothing_is_lost_and_nothing_happens_twice_while_everything_breaks()
    {
        // Where there is no broker or no mail server to be had, this skips.
        _ = await EndToEndFixture.Broker;
        await SmtpServer.Start().DisposeAsync();
        if (Environment.GetEnvironmentVariable("SHOP_TEST_RABBITMQ") is { Length: > 0 }) Assert.Ignore("The broker that SHOP_TEST_RABBITMQ names is not this test's to kill.");
        var (code, output) = await Chaos("--orders", "60", "--kills", "6", "--seed", "2");
        Assert.That(code, Is.Zero, output);
    }

    [Test]
    public async Task The_reconciliation_finds_every_violation_that_is_planted()
    {
        var (code, output) = await Chaos("--self-test");
        Assert.That(code, Is.Zero, output);
    }

    private static async Task<(int Code, string Output)> Chaos(params string[] arguments)
    {
        var built = new DirectoryInfo(AppContext.BaseDirectory);
        var program = Path.Combine(Repository.Root, "tests/Chaos/bin", built.Parent!.Name, built.Name, "Chaos.dll");
        using var process = Process.Start(new ProcessStartInfo("dotnet", [program, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        await TestContext.Out.WriteLineAsync(output[0]);
        return (process.ExitCode, string.Concat(output));
    }
}
