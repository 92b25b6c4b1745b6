using System.ComponentModel;
using System.Diagnostics;

namespace Shop.ServiceDefaults.Tests.Messaging;

/// <summary>A client in another language: python3 with pika.</summary>
internal static class Python
{
    private static readonly string[] Candidates = ["python3", "/usr/bin/python3"];

    public static async Task Publish(Uri broker, string exchange, string routingKey, string properties, string body)
    {
        var script = Path.Combine(TestContext.CurrentContext.TestDirectory, "Messaging", "publish.py");
        var (code, output) = await Execute(await Interpreter(), script, broker.ToString(), exchange, routingKey, properties, body);
        Assert.That(code, Is.Zero, output);
    }

    private static async Task<string> Interpreter()
    {
        foreach (var candidate in Candidates)
        {
            try
            {
                if ((await Execute(candidate, "-c", "import pika")).Code == 0) return candidate;
            }
            catch (Win32Exception)
            {
                // No such program; the next.
            }
        }

        Assert.Ignore("There is no python3 with the package pika on this machine.");
        throw new InvalidOperationException();
    }

    private static async Task<(int Code, string Output)> Execute(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, string.Concat(output));
    }
}
