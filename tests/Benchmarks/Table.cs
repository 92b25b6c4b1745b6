using System.Globalization;

namespace Shop.Benchmarks;

/// <summary>What was measured, one line for each figure.</summary>
internal sealed class Table
{
    private readonly List<string[]> lines = [];
    private readonly List<string> notes = [];

    /// <summary>A figure beside its floor, by rounds; the ratio is the median of the rounds' own ratios.</summary>
    public void Add(string figure, string unit, IReadOnlyList<Round> rounds, double? toReach)
    {
        var ratios = rounds.Select(round => round.Ours / round.Floor).Order().ToList();
        var errors = rounds.Sum(round => round.Errors);
        var verdict = errors > 0 ? $"void: {errors} errors"
            : toReach is null ? ""
            : string.Create(CultureInfo.InvariantCulture, $"≥ {toReach:0.00}: {(Median(ratios) >= toReach ? "reached" : "missed")}");
        Add(figure,
            $"{Number(Median(rounds.Select(round => round.Floor)))} {unit}", $"{Number(Median(rounds.Select(round => round.Ours)))} {unit}",
            string.Create(CultureInfo.InvariantCulture, $"{Median(ratios):0.00} ({ratios[0]:0.00}–{ratios[^1]:0.00})"),
            verdict);
    }

    /// <summary>A figure that is its own measure.</summary>
    public void Add(string figure, string floor, string ours, string ratio, string toReach)
    {
        lines.Add([figure, floor, ours, ratio, toReach]);
        Console.Error.WriteLine(string.Join(" | ", lines[^1]));
    }

    /// <summary>A line below the table.</summary>
    public void Note(string note)
    {
        notes.Add(note);
        Console.Error.WriteLine(note);
    }

    public void Print(TextWriter output)
    {
        output.WriteLine("| Figure | Floor | Shop | Ratio: median (range) | To reach |");
        output.WriteLine("|---|---|---|---|---|");
        foreach (var line in lines) output.WriteLine($"| {string.Join(" | ", line)} |");
        output.WriteLine();
        foreach (var note in notes) output.WriteLine($"- {note}");
    }

    public static string Number(double value) => value.ToString(value < 100 ? "0.0" : "#,0", CultureInfo.InvariantCulture);

    public static double Median(IEnumerable<double> values) => Quantile([.. values.Order()], 0.5);

    public static double Quantile(IReadOnlyList<double> sorted, double quantile) =>
        sorted.Count == 0 ? double.NaN : sorted[Math.Min(sorted.Count - 1, (int)(quantile * sorted.Count))];
}

/// <summary>The floor and ours, one right after the other.</summary>
internal sealed record Round(double Floor, double Ours, long Errors = 0)
{
    /// <summary>Rounds in turn.</summary>
    public static async Task<List<Round>> InTurn(int count, Func<Task<double>> floor, Func<Task<double>> ours)
    {
        var rounds = new List<Round>();
        for (var i = 0; i < count; i++) rounds.Add(new(await floor(), await ours()));
        return rounds;
    }
}
