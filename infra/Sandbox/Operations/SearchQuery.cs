using System.Text.RegularExpressions;
using Shop.Sandbox.Http;
using Shop.Sandbox.Objects;

namespace Shop.Sandbox.Operations;

/// <summary>
/// The part of Stripe's search language that is answered here: <c>metadata['name']:'value'</c>, also <c>status</c> and
/// <c>currency</c>, joined by <c>AND</c>; at least one clause is about metadata, since that is what is indexed.
/// </summary>
internal sealed partial record SearchQuery(IReadOnlyList<(string Name, string Value)> Metadata, string? Status, string? Currency)
{
    private const int MostClauses = 10;

    public static SearchQuery Parse(string text)
    {
        var metadata = new List<(string, string)>();
        string? status = null, currency = null;
        var at = 0;
        while (true)
        {
            var match = Clause().Match(text, at);
            if (!match.Success) throw Unreadable();
            var value = match.Groups["value"].Value
                .Replace("\\'", "'", StringComparison.Ordinal).Replace("\\\"", "\"", StringComparison.Ordinal);
            switch (match.Groups["field"].Value)
            {
                case "status":
                    status = value;
                    break;
                case "currency":
                    currency = value.ToLowerInvariant();
                    break;
                default:
                    metadata.Add((match.Groups["name"].Value, value));
                    break;
            }

            at += match.Length;
            if (at == text.Length) break;
            var and = And().Match(text, at);
            if (!and.Success) throw Unreadable();
            at += and.Length;
        }

        if (metadata.Count is 0 or > MostClauses) throw Unreadable();
        return new SearchQuery(metadata, status, currency);
    }

    private static StripeException Unreadable() => StripeException.Invalid("query",
        "We were unable to parse your search query. The sandbox understands metadata['name']:'value', status:'…' and currency:'…' joined " +
        "by AND, with at least one clause on metadata.");

    [GeneratedRegex("""
        \G\s*
        (?: (?<field>status|currency) | metadata\[ (?<q>['"]) (?<name>[^'"\]]{1,40}) \k<q> \] )
        :
        (?<r>['"]) (?<value> (?: \\['"] | (?!\k<r>)[^\\] )* ) \k<r>
        \s*
        """, RegexOptions.CultureInvariant | RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Clause();

    [GeneratedRegex(@"\GAND(?=\s)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex And();
}
