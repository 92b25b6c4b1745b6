using System.Globalization;
using System.Text.Json;
using Shop.Contracts;
using Spectre.Console;

namespace Shop.Producer;

/// <summary>
/// What the program shows. Strangers may have written what it shows, so nothing of it reaches the terminal as a command: control
/// characters are replaced, and markup is text.
/// </summary>
internal static class Screen
{
    public static readonly IAnsiConsole Out = Wide(AnsiConsole.Create(new AnsiConsoleSettings
    {
        Ansi = Console.IsOutputRedirected ? AnsiSupport.No : AnsiSupport.Detect,
        Out = new AnsiConsoleOutput(Console.Out),
    }));

    /// <summary>False in a pipe, and on a terminal that cannot move its cursor.</summary>
    public static bool IsTerminal => !Console.IsOutputRedirected && Out.Profile.Capabilities is { Interactive: true, Ansi: true };

    /// <summary>An order, and everything that happened to it.</summary>
    public static void Order(OrderView order, Timeline timeline)
    {
        Line($"order {order.OrderId}");
        Line($"{order.OrderNumber}, {Word(order.Status)}, {Money(order.Totals.Total, order.Currency)}, {order.Payment.Method.MethodToken}, payment {Word(order.Payment.Status)}");
        var table = new Table().Border(TableBorder.Simple);
        foreach (var column in (string[])["Revision", "At", "By", "Event", "What"]) table.AddColumn(new TableColumn(column).NoWrap());
        foreach (var entry in timeline.Entries)
        {
            string?[] what =
            [
                entry.Attempt is { } attempt ? $"attempt {Number(attempt)}" : null, entry.Reason is { } reason ? Word(reason) : null,
                entry.Amount is { } amount ? Money(amount, order.Currency) : null, entry.Carrier,
                .. entry.Packages?.Select(package => package.TrackingNumber) ?? [],
            ];
            table.AddRow(
                new Text(entry.Revision.ToString(CultureInfo.InvariantCulture)),
                new Text(entry.OccurredAt.UtcDateTime.ToString("HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)), new Text(Word(entry.Agent)),
                new Text(Clean(entry.Event)), new Text(Clean(string.Join(", ", what.Where(part => part is not null)))));
        }

        Out.Write(table);
    }

    /// <summary>As the contract writes an enumeration.</summary>
    public static string Word<T>(T value) where T : struct, Enum => JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString());

    public static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    public static void Line(string text) => Console.WriteLine(Clean(text));

    public static void Error(string text) => Console.Error.WriteLine($"error: {Clean(text)}");

    private static string Money(long minor, string currency)
    {
        var digits = Currencies.ExponentOf(currency);
        return $"{(minor / (decimal)Math.Pow(10, digits)).ToString($"F{digits}", CultureInfo.InvariantCulture)} {currency}";
    }

    private static string Clean(string text) => new([.. text.Select(c => char.IsControl(c) && c is not ('\n' or '\t') ? '\uFFFD' : c)]);

    /// <summary>A pipe has no width: nothing is broken into lines there.</summary>
    private static IAnsiConsole Wide(IAnsiConsole console)
    {
        if (Console.IsOutputRedirected) console.Profile.Width = 400;
        return console;
    }
}
