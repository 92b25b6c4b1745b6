using FsCheck;
using FsCheck.Fluent;
using Microsoft.FSharp.Core;

namespace Shop.Histories.Tests;

/// <summary>Customers, staff, services and faults in any order: however it went, it ends as the contract says.</summary>
public sealed class HistoryTests
{
    /// <summary>Names the seed of a history that failed, to play that one again.</summary>
    internal const string SeedVariable = "SHOP_HISTORIES_SEED";

    /// <summary>How many histories to play, when it is not the usual number.</summary>
    private const string CountVariable = "SHOP_HISTORIES";

    private InProcessServer server = null!;

    [OneTimeSetUp]
    public async Task Start() => server = await InProcessServer.Start();

    [OneTimeTearDown]
    public async Task Stop() => await server.Stop();

    [Test]
    public void However_they_interleave_every_order_ends_as_it_must()
    {
        var property = new HistoryProperty(server);
        var histories = int.TryParse(Environment.GetEnvironmentVariable(CountVariable), out var count) ? count : 3000;
        var failed = property.Check(histories, Parse(Environment.GetEnvironmentVariable(SeedVariable)));
        foreach (var (landmark, times) in property.Seen) TestContext.Out.WriteLine($"{times,6} {landmark}");
        Assert.That(failed, Is.Null);
    }

    [Test]
    public void The_same_steps_make_the_same_history()
    {
        foreach (var steps in Step.Histories.Generator.Sample(100, new Rnd(17), 100))
        {
            var once = History.Play(server, steps);
            Assert.That(History.Play(server, steps).Story, Is.EqualTo(once.Story));
        }
    }

    /// <summary>A seed as a failed test names it.</summary>
    internal static Replay? Parse(string? seed) => seed?.Split(',') is [var start, var gamma, var size]
        ? new Replay(new Rnd(ulong.Parse(start), ulong.Parse(gamma)), FSharpOption<int>.Some(int.Parse(size)))
        : null;
}
