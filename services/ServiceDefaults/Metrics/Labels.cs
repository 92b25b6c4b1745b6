using System.Globalization;
using System.Text;

namespace Shop.ServiceDefaults.Metrics;

/// <summary>
/// Tells tag sets apart, whatever the order of their tags. A measurement's tags are looked up as the span that they come in, so
/// that one of a known series allocates nothing.
/// </summary>
internal sealed class Labels
    : IEqualityComparer<KeyValuePair<string, object?>[]>,
        IAlternateEqualityComparer<ReadOnlySpan<KeyValuePair<string, object?>>, KeyValuePair<string, object?>[]>
{
    public static Labels Comparer { get; } = new();

    /// <summary>The tags as <c>name="value"</c>, separated by commas; a tag without a value is left out.</summary>
    public static string Text(IEnumerable<KeyValuePair<string, object?>> tags)
    {
        var text = new StringBuilder();
        foreach (var (name, value) in tags)
        {
            if (Convert.ToString(value, CultureInfo.InvariantCulture) is not { Length: > 0 } shown) continue;
            if (value is bool) shown = shown.ToLowerInvariant();
            if (text.Length > 0) text.Append(',');
            text.Append(Name(name)).Append("=\"");
            foreach (var character in shown)
            {
                _ = character switch
                {
                    '\\' => text.Append(@"\\"),
                    '"' => text.Append("\\\""),
                    '\n' => text.Append("\\n"),
                    _ => text.Append(character),
                };
            }

            text.Append('"');
        }

        return text.ToString();
    }

    /// <summary>A name as Prometheus allows it: letters, digits and underscores, no digit first.</summary>
    public static string Name(string name)
    {
        var clean = string.Concat(name.Select(character => char.IsAsciiLetterOrDigit(character) ? character : '_'));
        return clean.Length == 0 || char.IsAsciiDigit(clean[0]) ? $"_{clean}" : clean;
    }

    public bool Equals(KeyValuePair<string, object?>[]? x, KeyValuePair<string, object?>[]? y) =>
        x is null ? y is null : y is not null && Equals((ReadOnlySpan<KeyValuePair<string, object?>>)x, y);

    public int GetHashCode(KeyValuePair<string, object?>[] obj) => GetHashCode((ReadOnlySpan<KeyValuePair<string, object?>>)obj);

    public KeyValuePair<string, object?>[] Create(ReadOnlySpan<KeyValuePair<string, object?>> alternate) => alternate.ToArray();

    public bool Equals(ReadOnlySpan<KeyValuePair<string, object?>> alternate, KeyValuePair<string, object?>[] other)
    {
        if (alternate.Length != other.Length) return false;
        foreach (var tag in alternate)
        {
            var isFound = false;
            foreach (var candidate in other) isFound |= candidate.Key == tag.Key && Equals(candidate.Value, tag.Value);
            if (!isFound) return false;
        }

        return true;
    }

    public int GetHashCode(ReadOnlySpan<KeyValuePair<string, object?>> alternate)
    {
        var hash = alternate.Length;
        foreach (var tag in alternate) hash += HashCode.Combine(tag.Key, tag.Value);
        return hash;
    }
}
