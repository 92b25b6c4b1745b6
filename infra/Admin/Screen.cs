using System.Globalization;
using Shop.Contracts;
using Spectre.Console;

namespace Shop.Admin;

/// <summary>
/// What the program shows. Strangers may have written what it shows, so nothing of it reaches the terminal as a command: control
/// characters are replaced, and markup is text.
/// </summary>
internal static class Screen
{
    private static readonly IAnsiConsole Out = Wide(AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Out) }));

    public static int Overview(DeadLetterOverview overview)
    {
        if (overview.DeadLetters.Count > 0)
        {
            var table = Table("Queue", "Id", "Type", "Order", "Reason", "Attempts", "At", "Error");
            foreach (var letter in overview.DeadLetters)
            {
                table.AddRow(Cells(
                    letter.Queue, letter.Id, letter.Type, letter.OrderId?.ToString(), letter.Reason, Text(letter.Attempts), Text(letter.At),
                    letter.Exception is null ? letter.Message : $"{letter.Exception.Split('.')[^1]}: {letter.Message}"));
            }

            Out.Write(table);
        }

        foreach (var queue in overview.Queues) Line($"{queue.Queue}: {queue.Total}");
        return Away(overview.Unavailable);
    }

    public static int Details(DeadLetterDetails letter)
    {
        var grid = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn();
        (string, string?)[] rows =
        [
            ("Queue", letter.Queue), ("Id", letter.Id), ("Type", letter.Type), ("Order", letter.OrderId?.ToString()), ("Reason", letter.Reason),
            ("Attempts", Text(letter.Attempts)), ("At", Text(letter.At)), ("Exception", letter.Exception), ("Message", letter.Message),
            .. letter.Properties.Select(property => (property.Key, (string?)property.Value)),
            ("Stack", letter.Stack),
            ($"Body, {letter.BodyLength} bytes", letter.Body),
        ];
        foreach (var (name, value) in rows)
        {
            if (!string.IsNullOrEmpty(value)) grid.AddRow(new Text(Clean(name)), new Text(Clean(value)));
        }

        Out.Write(grid);
        return ExitCodes.Done;
    }

    public static int Replayed(Replayed replayed)
    {
        Line($"{replayed.Count} handed back to {replayed.Queue}");
        return ExitCodes.Done;
    }

    public static int Stuck(StuckOrders stuck)
    {
        if (stuck.Orders.Count > 0)
        {
            var table = Table("Order", "Waits for", "Since", "Nudges", "Nudged", "Dead letters");
            foreach (var order in stuck.Orders)
            {
                table.AddRow(Cells(
                    order.OrderId.ToString(), System.Text.Json.JsonNamingPolicy.KebabCaseLower.ConvertName(order.WaitsFor.ToString()), Text(order.Since),
                    Text(order.Nudges), Text(order.NudgedAt), string.Join(" ", order.DeadLetters ?? [])));
            }

            Out.Write(table);
        }

        Line($"{stuck.Total} stuck");
        return Away(stuck.Unavailable ?? []);
    }

    public static int Nudged(Nudged nudged)
    {
        Line($"{nudged.Type} {nudged.EventId} was published once more");
        return ExitCodes.Done;
    }

    public static int Projections(ProjectionList list)
    {
        var table = Table("Projection", "State", "Position", "Behind", "Seconds", "Events/s", "Rebuild", "Error");
        foreach (var one in list.Projections)
        {
            table.AddRow(Cells(
                one.Name, one.State.ToString().ToLowerInvariant(), Text(one.Position), Text(one.LagEvents), Text(one.LagSeconds), Text(one.EventsPerSecond),
                one.Rebuild is { } rebuild ? $"{Text(rebuild.Percent)} %" : "", one.LastError));
        }

        Out.Write(table);
        if (list.LogTrouble is { } trouble) Error($"the log cannot be followed: {trouble}");
        return list.LogTrouble is null ? ExitCodes.Done : ExitCodes.Away;
    }

    public static int Verified(JournalVerification journal)
    {
        if (journal.IsIntact)
        {
            Line($"intact: {Text(journal.Rows)} rows up to position {Text(journal.LastPosition)}, head {journal.Head ?? "(none)"}");
            return ExitCodes.Done;
        }

        Error($"{journal.Break!.Kind}{(journal.Break.Position is { } at ? $" at position {Text(at)}" : "")}: {journal.Break.Message} Good up to position {Text(journal.LastPosition)}.");
        return ExitCodes.Refused;
    }

    /// <summary>Shows how far something is, from 0 to 100, while it runs; on the error output, so that a pipe has only the result.</summary>
    public static async Task<T> Progress<T>(string what, Func<Action<double, string>, Task<T>> run)
    {
        var screen = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return await screen.Progress().Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn()).StartAsync(async progress =>
        {
            var task = progress.AddTask(Markup.Escape(what));
            return await run((percent, note) =>
            {
                task.Value = percent;
                task.Description = Markup.Escape(Clean($"{what}{note}"));
            });
        });
    }

    public static void Line(string text) => Console.WriteLine(Clean(text));

    public static void Error(string text) => Console.Error.WriteLine($"error: {Clean(text)}");

    private static int Away(IReadOnlyList<Unavailable> unavailable)
    {
        foreach (var part in unavailable) Error($"{part.Service} is not available: {part.Reason}. What is shown is not all.");
        return unavailable.Count == 0 ? ExitCodes.Done : ExitCodes.Away;
    }

    private static Table Table(params string[] columns)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (var column in columns)
        {
            var shown = new TableColumn(column);
            table.AddColumn(column is "Error" or "Dead letters" ? shown : shown.NoWrap());
        }

        return table;
    }

    private static Text[] Cells(params string?[] values) => [.. values.Select(value => new Text(Clean(value ?? "")))];

    private static string Text(double number) => number.ToString("0.###", CultureInfo.InvariantCulture);

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string? Text(DateTimeOffset? time) => time?.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string Clean(string text) => new([.. text.Select(c => char.IsControl(c) && c is not ('\n' or '\t') ? '\uFFFD' : c)]);

    /// <summary>An id that is broken into two lines cannot be copied, and a pipe has no width.</summary>
    private static IAnsiConsole Wide(IAnsiConsole console)
    {
        if (Console.IsOutputRedirected) console.Profile.Width = 400;
        return console;
    }
}
