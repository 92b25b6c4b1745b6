using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Shop.ServiceDefaults;

/// <summary>
/// The query string of a list, read name by name, each once. What is wrong is remembered, and <see cref="ThrowIfAny"/> names all of
/// it; a name that nobody read is wrong too, since a filter with a typing error would list everything.
/// </summary>
public sealed class ListQuery(HttpRequest request)
{
    private const int MostListed = 1000;

    private readonly Fields fields = new();
    private readonly HashSet<string> read = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>A line of text; null when it is absent or empty.</summary>
    public string? Text(string name, int longest = 200)
    {
        read.Add(name);
        var values = request.Query[name];
        if (values.Count <= 1) return fields.OptionalText(name, values, longest);
        fields.Error(name, "It is given more than once.");
        return null;
    }

    /// <summary>Words of an enumeration as it is written in JSON, separated by commas; empty when there are none.</summary>
    public IReadOnlyList<string> Words<T>(string name) where T : struct, Enum
    {
        var known = Enum.GetNames<T>().Select(JsonNamingPolicy.KebabCaseLower.ConvertName).ToList();
        var words = Text(name)?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Distinct().ToList() ?? [];
        if (words.Exists(word => !known.Contains(word))) fields.Error(name, $"It must be one or more, separated by commas, of {string.Join(", ", known)}.");
        return words;
    }

    /// <summary>One of the given words; the first of them when it is absent.</summary>
    public string Choice(string name, params ReadOnlySpan<string> choices)
    {
        if (Text(name) is not { } word) return choices[0];
        if (!choices.Contains(word)) fields.Error(name, $"It must be one of {string.Join(", ", choices.ToArray())}.");
        return word;
    }

    /// <summary>An order's id.</summary>
    public Guid? Id(string name)
    {
        if (Text(name) is not { } text) return null;
        if (Guid.TryParse(text, out var id)) return id;
        fields.Error(name, "It must be a UUID.");
        return null;
    }

    /// <summary>A whole number from <paramref name="least"/>.</summary>
    public long? Number(string name, long least = 0)
    {
        if (Text(name) is not { } text) return null;
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least) return number;
        fields.Error(name, $"It must be a whole number from {least}.");
        return null;
    }

    /// <summary>A time of RFC 3339, or a day, which begins at midnight UTC.</summary>
    public DateTimeOffset? Time(string name)
    {
        if (Text(name) is not { } text) return null;
        // In a query string a bare '+' means a space, and is common in times such as 2026-01-01T00:00:00+00:00.
        if (DateTimeOffset.TryParse(text.Replace(' ', '+'), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)) return time.ToUniversalTime();
        fields.Error(name, "It must be a day or a time of RFC 3339, such as 2026-01-01 or 2026-01-01T00:00:00Z.");
        return null;
    }

    /// <summary>From a time on, and before another.</summary>
    public (DateTimeOffset? From, DateTimeOffset? To) Period()
    {
        var (from, to) = (Time("from"), Time("to"));
        if (from > to) fields.Error("to", "It must not be before 'from'.");
        return (from, to);
    }

    /// <summary>How many to list.</summary>
    public int Limit(int usual = 50)
    {
        if (Number("limit", 1) is not { } limit) return usual;
        if (limit > MostListed) fields.Error("limit", $"It must be from 1 to {MostListed}.");
        return (int)Math.Min(limit, MostListed);
    }

    /// <summary>Where the page before ended, as its answer had it; null for the first page.</summary>
    public Cursor? Cursor(string sort)
    {
        if (Text("cursor", 500) is not { } text) return null;
        if (ServiceDefaults.Cursor.TryParse(text) is { } cursor && cursor.Sort == sort) return cursor;
        fields.Error("cursor", "It must be the 'next' of a page of the same list and order.");
        return null;
    }

    /// <summary>Remembers an error.</summary>
    public void Error(string name, string message) => fields.Error(name, message);

    /// <summary>Ends the request with 400 if anything was wrong.</summary>
    /// <exception cref="ProblemException">Something was.</exception>
    public void ThrowIfAny()
    {
        foreach (var name in request.Query.Keys.Where(name => !read.Contains(name)))
            fields.Error(name, $"There is no such parameter. There are: {string.Join(", ", read.Order())}.");
        fields.ThrowIfAny();
    }
}
