using System.CommandLine;
using System.Globalization;
using Shop.Contracts;

namespace Shop.Admin;

/// <summary>What the back office makes of the log: how far it is, building it anew, and the journal.</summary>
internal static class ProjectionCommands
{
    public static Command Projections()
    {
        var name = new Argument<string>("name") { Description = "The projection, as the list has it." };

        var list = new Command("list", "How far each is.");
        Commands.Does(list, (shop, _) => shop.Show("projections", ContractsJson.Default.ProjectionList, Screen.Projections));

        var rebuild = new Command("rebuild", "Build one anew beside the one that is read, and wait until it has taken its place.") { name };
        Commands.Does(rebuild, (shop, parsed) => Rebuild(shop, $"projections/{Uri.EscapeDataString(parsed.GetValue(name)!)}"));

        return new Command("projections", "What is kept for reading, made of the log alone.") { list, rebuild };
    }

    public static Command Journal()
    {
        var position = new Option<long?>("--position") { Description = "The position that an earlier verification ended with." };
        var hash = new Option<string?>("--hash") { Description = "The head that it had." };
        var verify = new Command("verify", "Read the whole journal, and find what was changed, removed or put elsewhere.") { position, hash };
        Commands.Does(verify, (shop, parsed) => shop.Show(
            $"journal/verify{Query(("position", parsed.GetValue(position)), ("hash", parsed.GetValue(hash)))}", ContractsJson.Default.JournalVerification, Screen.Verified));

        var format = new Option<string>("--format") { Description = "jsonl or csv.", DefaultValueFactory = _ => "jsonl" };
        var output = new Option<string?>("--output") { Description = "The file; the output when there is none." };
        var (order, type, agent) = (new Option<Guid?>("--order"), new Option<string?>("--type"), new Option<string?>("--agent"));
        var (from, to) = (new Option<string?>("--from"), new Option<string?>("--to"));
        var export = new Command("export", "Write the journal, or what is asked of it, to a file.") { format, output, order, type, agent, from, to };
        Commands.Does(export, (shop, parsed) => Export(
            shop,
            Query(
                ("format", parsed.GetValue(format)), ("order", parsed.GetValue(order)), ("type", parsed.GetValue(type)), ("agent", parsed.GetValue(agent)),
                ("from", parsed.GetValue(from)), ("to", parsed.GetValue(to))),
            parsed.GetValue(output)));

        return new Command("journal", "Every event, by whom, and when.") { verify, export };
    }

    private static async Task<int> Rebuild(ShopClient shop, string path)
    {
        var (code, before) = await shop.Get(path, ContractsJson.Default.ProjectionView);
        if (before is null) return code;
        code = await shop.Do(HttpMethod.Post, $"{path}/rebuild", ContractsJson.Default.ProjectionView, _ => ExitCodes.Done);
        if (code != ExitCodes.Done || shop.PrintsJson) return code;
        var (end, after) = await Screen.Progress(before.Name, async show =>
        {
            while (true)
            {
                var (answered, now) = await shop.Get(path, ContractsJson.Default.ProjectionView);
                if (now is not { Rebuild: { } rebuild } || now.State == ProjectionState.Stopped && before.State != ProjectionState.Stopped) return (answered, now);
                show(rebuild.Percent, string.Create(CultureInfo.InvariantCulture, $" {rebuild.EventsPerSecond:0} events/s"));
                await shop.Wait(TimeSpan.FromMilliseconds(200));
            }
        });
        if (after is null) return end;
        if (after.Build > before.Build)
        {
            Screen.Line($"{after.Name} is built, up to position {after.Position}");
            return ExitCodes.Done;
        }

        Screen.Error($"{after.Name} is not built: {after.LastError}");
        return ExitCodes.Refused;
    }

    private static async Task<int> Export(ShopClient shop, string query, string? file)
    {
        var (code, journal) = await shop.Get("projections/journal", ContractsJson.Default.ProjectionView);
        if (journal is null) return code;
        if (file is null) return await shop.ReadLines($"journal/export{query}", line => Console.Out.WriteLineAsync(line));
        try
        {
            await using var output = new StreamWriter(file);
            var lines = 0L;
            code = await Screen.Progress(file, show => shop.ReadLines($"journal/export{query}", async line =>
            {
                await output.WriteLineAsync(line);
                if (++lines % 1000 == 0 && Position(line) is { } position)
                    show(journal.Position == 0 ? 100 : Math.Min(100, 100.0 * position / journal.Position), string.Create(CultureInfo.InvariantCulture, $" {lines} lines"));
            }));
            if (code == ExitCodes.Done) Screen.Line($"{lines} lines in {file}");
            return code;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Screen.Error(exception.Message);
            return ExitCodes.Refused;
        }
    }

    /// <summary>The position is what a line begins with, in either form.</summary>
    private static long? Position(string line)
    {
        var digits = line.SkipWhile(character => !char.IsAsciiDigit(character)).TakeWhile(char.IsAsciiDigit);
        return long.TryParse(string.Concat(digits), NumberStyles.None, CultureInfo.InvariantCulture, out var position) ? position : null;
    }

    private static string Query(params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        var given = new List<string>();
        foreach (var (name, value) in parameters)
        {
            if (value is not null) given.Add($"{name}={Uri.EscapeDataString(Convert.ToString(value, CultureInfo.InvariantCulture)!)}");
        }

        return given.Count == 0 ? "" : $"?{string.Join('&', given)}";
    }
}
