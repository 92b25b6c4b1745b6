using Spectre.Console;
using Spectre.Console.Rendering;

namespace Shop.Producer;

/// <summary>What a demonstration shows: a table that lives while it runs on a terminal, a line now and then where there is none, and the summary.</summary>
internal static class DemoScreen
{
    private static readonly TimeSpan Often = TimeSpan.FromMilliseconds(150);
    private static readonly TimeSpan NowAndThen = TimeSpan.FromSeconds(2);

    /// <summary>Shows the tally until the work has ended.</summary>
    public static async Task Watch(Tally tally, Task work)
    {
        if (!Screen.IsTerminal)
        {
            while (await Runs(work, NowAndThen)) Screen.Line(Progress(tally));
        }
        else
        {
            await Screen.Out.Live(View(tally)).AutoClear(true).StartAsync(async live =>
            {
                while (await Runs(work, Often)) live.UpdateTarget(View(tally));
            });
        }

        await work;
    }

    /// <summary>Shows what came of it.</summary>
    public static void Summary(Tally tally, int seed)
    {
        Screen.Out.Write(Table(tally));
        var total = tally.Total;
        Screen.Line($"{total.Begun} orders in {tally.Elapsed.TotalSeconds:0.0} s, {total.Done} stories ended as told, {total.Failed} failed; seed {seed}");
        if (total.Running > 0 || total.Begun < tally.Orders) Screen.Line($"interrupted: {total.Running} left under way, {tally.Orders - total.Begun} not placed");
        foreach (var (message, times) in tally.Failures) Screen.Error(times == 1 ? message : $"{message} ({times} times)");
    }

    private static async Task<bool> Runs(Task work, TimeSpan pause) => await Task.WhenAny(work, Task.Delay(pause)) != work;

    private static string Progress(Tally tally)
    {
        var total = tally.Total;
        return $"{tally.Elapsed.TotalSeconds:0} s: {total.Begun} of {tally.Orders} placed, {total.Running} under way, {total.Done} done, {total.Failed} failed";
    }

    private static Rows View(Tally tally)
    {
        var total = tally.Total;
        return new Rows(
            Table(tally),
            new BreakdownChart().Width(80).HideTags()
                .AddItem("done", total.Done, Color.Green).AddItem("failed", total.Failed, Color.Red)
                .AddItem("under way", total.Running, Color.Yellow).AddItem("to come", Math.Max(0, tally.Orders - total.Begun), Color.Grey23),
            new Text(Progress(tally)));
    }

    private static Table Table(Tally tally)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn("Story");
        foreach (var number in (string[])["Orders", "Under way", "Done", "Failed"]) table.AddColumn(new TableColumn(number).RightAligned());
        table.AddColumn("Ended");
        foreach (var (story, count) in tally.Counts) table.AddRow(Cells(story.Name, count));
        return table.AddEmptyRow().AddRow(Cells("all", tally.Total));
    }

    private static IRenderable[] Cells(string name, StoryCount count) =>
    [
        new Text(name), .. ((int[])[count.Begun, count.Running, count.Done]).Select(number => new Text(Screen.Number(number))),
        new Text(Screen.Number(count.Failed), count.Failed > 0 ? new Style(Color.Red) : null),
        new Text(string.Join(", ", count.Ends.Select(end => $"{end.Value} {Screen.Word(end.Key)}"))),
    ];
}
