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

    private const int Usual = 3000;

    private InProcessServer server = null!;

    [OneTimeSetUp]
    public async Task Start() => server = await InProcessServer.Start();

    [OneTimeTearDown]
    public async Task Stop() => await server.Stop();

    /// <summary>Also that they come past everything that is worth it: a history in which nothing happens always ends well.</summary>
    [Test]
    public void However_they_interleave_every_order_ends_as_it_must()
    {
        var property = new HistoryProperty(server);
        var seed = Parse(Environment.GetEnvironmentVariable(SeedVariable));
        var histories = int.TryParse(Environment.GetEnvironmentVariable(CountVariable), out var count) ? count : Usual;
        var failed = property.Check(seed is null ? histories : 1, seed);
        Assert.That(failed, Is.Null);
        TestContext.Out.WriteLine(string.Join(", ", property.Seen.Select(seen => $"{seen.Key} {seen.Value}")));
        if (seed is null && histories >= Usual)
            Assert.That(property.Seen.Where(seen => seen.Value < 5).Select(seen => seen.Key), Is.Empty, "landmarks that hardly any history comes past");
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
