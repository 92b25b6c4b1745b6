using FsCheck;
using FsCheck.Fluent;
using Microsoft.FSharp.Collections;
using Microsoft.FSharp.Core;

namespace Shop.Histories.Tests;

/// <summary>Plays histories until one ends as it must not, and then looks for the shortest that does.</summary>
internal sealed class HistoryProperty(InProcessServer server, Sabotage? sabotage = null)
{
    /// <summary>How many histories came past each landmark.</summary>
    public Dictionary<Landmark, int> Seen { get; } = Enum.GetValues<Landmark>().ToDictionary(landmark => landmark, _ => 0);

    /// <summary>The shortest history found that ends as it must not; null when all end well.</summary>
    public Counterexample? Check(int histories, Replay? replay = null)
    {
        var runner = new Runner();
        var config = Config.Quick.WithMaxTest(histories).WithRunner(runner);
        if (replay is not null) config = config.WithReplay(FSharpOption<Replay>.Some(replay));
        FsCheck.Check.One(config, Prop.ForAll(Step.Histories, EndsWell));
        return runner.Failed is { } failed
            ? new Counterexample(History.Play(server, failed.Steps, sabotage), failed.Steps, failed.Seed, failed.Shrinks)
            : null;
    }

    private bool EndsWell(Step[] steps)
    {
        var history = History.Play(server, steps, sabotage);
        foreach (var landmark in history.Landmarks) Seen[landmark]++;
        return history.Violations.Count == 0;
    }

    private sealed class Runner : IRunner
    {
        public (Step[] Steps, string Seed, int Shrinks)? Failed { get; private set; }

        public void OnStartFixture(Type t) { }

        public void OnArguments(int ntest, FSharpList<object> args, FSharpFunc<int, FSharpFunc<FSharpList<object>, string>> every) { }

        public void OnShrink(FSharpList<object> args, FSharpFunc<FSharpList<object>, string> everyShrink) { }

        public void OnFinished(string name, TestResult result)
        {
            if (result is not TestResult.Failed failed) return;
            if (failed.Item4 is Outcome.Failed thrown && thrown.Item is not null && failed.Item3 is not [Step[]]) throw thrown.Item;
            Failed = ((Step[])failed.Item3[0], $"{failed.Item6.Seed},{failed.Item6.Gamma},{failed.Item7}", failed.Item1.NumberOfShrinks);
        }
    }
}

/// <summary>A history that ends as it must not. <paramref name="Seed"/> finds it again.</summary>
internal sealed record Counterexample(History History, IReadOnlyList<Step> Steps, string Seed, int Shrinks)
{
    public override string ToString() =>
        $"{HistoryTests.SeedVariable}={Seed} plays it again. Made shorter {Shrinks} times, to {Steps.Count} steps: {string.Join(", ", Steps)}\n\n{History.Story}";
}
