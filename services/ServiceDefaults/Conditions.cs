namespace Shop.ServiceDefaults;

/// <summary>The conditions of a query, all of which must hold, with their parameters.</summary>
public sealed class Conditions
{
    private readonly List<string> conditions = [];

    public List<(string Name, object? Value)> Parameters { get; } = [];

    /// <summary>The <c>WHERE</c> clause; empty when there is no condition.</summary>
    public string Text => conditions.Count == 0 ? "" : $"WHERE {string.Join(" AND ", conditions)}";

    public void Add(string condition, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        conditions.Add(condition);
        Parameters.AddRange(parameters);
    }

    /// <summary>A condition for a parameter that was given.</summary>
    public void AddIf(object? value, string condition, string parameter)
    {
        if (value is not null) Add(condition, (parameter, value));
    }

    /// <summary>A column that holds one of the given values; any, when none are given.</summary>
    public void AddAny(string column, IReadOnlyList<object> values)
    {
        if (values.Count == 0) return;
        var names = values.Select((_, i) => $"@{column}{i}").ToList();
        Add($"{column} IN ({string.Join(", ", names)})", [.. values.Select((value, i) => (names[i], (object?)value))]);
    }
}
