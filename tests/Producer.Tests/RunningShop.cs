using Shop.Local;
using Shop.Testing;

namespace Shop.Producer.Tests;

/// <summary>The whole shop in this process, as the program's user has it.</summary>
public sealed class RunningShop : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly LocalShop shop;

    private RunningShop(string[] settings) => shop = new LocalShop([.. settings.Select(setting => $"--{setting}")], "http://127.0.0.1:0", folder.Path);

    /// <summary>Where the gateway listens.</summary>
    public string Url => shop.Url;

    /// <summary>Starts it, with these settings (<c>Name=value</c>).</summary>
    public static async Task<RunningShop> Start(params string[] settings)
    {
        var running = new RunningShop(settings);
        await running.shop.Start();
        return running;
    }

    /// <summary>Runs the program.</summary>
    public Task<Ended> Run(params string[] arguments) => Program.Run(Url, arguments);

    /// <summary>Runs a step that must succeed; the order's id.</summary>
    public async Task<string> Order(params string[] arguments)
    {
        var ended = await Run(arguments);
        Assert.That((ended.ExitCode, ended.Error), Is.EqualTo((0, "")));
        return ended.Order;
    }

    public async ValueTask DisposeAsync()
    {
        await shop.DisposeAsync();
        folder.Dispose();
    }
}
