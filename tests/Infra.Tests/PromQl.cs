using System.Text.RegularExpressions;

namespace Shop.Infra.Tests;

/// <summary>Which series an expression of Prometheus' language asks for.</summary>
internal static partial class PromQl
{
    private static readonly HashSet<string> Words = ["and", "or", "unless", "by", "without", "on", "ignoring", "group_left", "group_right", "bool", "offset"];

    /// <summary>Each selector of an expression: the metric and the matchers in braces, as label, operator and value.</summary>
    public static IEnumerable<(string Metric, IReadOnlyList<(string Label, string Operator, string Value)> Matchers)> Selectors(string expression)
    {
        // What stands in quotes, in brackets and behind "by" is no metric; the braces are, with theirs.
        foreach (Match match in Selector().Matches(Grouping().Replace(expression, " ")))
        {
            if (Words.Contains(match.Groups["metric"].Value)) continue;
            yield return (
                match.Groups["metric"].Value,
                [.. Matcher().Matches(match.Groups["matchers"].Value).Select(one => (one.Groups["label"].Value, one.Groups["operator"].Value, one.Groups["value"].Value))]);
        }
    }

    /// <summary>The labels by which it groups.</summary>
    public static IEnumerable<string> GroupedBy(string expression) => Grouping().Matches(expression)
        .SelectMany(match => match.Groups["labels"].Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)).Where(label => label != "le");

    [GeneratedRegex(@"(?<![\w$.])(?<metric>[a-zA-Z_:][\w:]*)(?!\w)(?!\s*\()(\{(?<matchers>[^}]*)\})?(\[[^\]]*\])?")]
    private static partial Regex Selector();

    [GeneratedRegex("""(?<label>\w+)\s*(?<operator>=~|!~|!=|=)\s*"(?<value>[^"]*)["]""")]
    private static partial Regex Matcher();

    [GeneratedRegex(@"\b(by|without)\s*\((?<labels>[^)]*)\)")]
    private static partial Regex Grouping();
}
