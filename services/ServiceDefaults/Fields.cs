using System.Globalization;
using System.Text;

namespace Shop.ServiceDefaults;

/// <summary>
/// Checks the members of a request one by one and remembers what is wrong with which, so that the caller learns all of it at once.
/// A check returns the value to use; when it is not valid, one that <see cref="ThrowIfAny"/> keeps from being used.
/// </summary>
public sealed class Fields
{
    private readonly Dictionary<string, List<string>> errors = [];

    /// <summary>Remembers an error.</summary>
    public void Error(string field, string message)
    {
        if (!errors.TryGetValue(field, out var messages)) errors[field] = messages = [];
        messages.Add(message);
    }

    /// <summary>Ends the request with 400 and every error so far.</summary>
    /// <exception cref="ProblemException">There is one.</exception>
    public void ThrowIfAny()
    {
        if (errors.Count > 0) throw ProblemException.Validation(errors.ToDictionary(error => error.Key, error => error.Value.ToArray()));
    }

    /// <summary>A line of text that must be there.</summary>
    public string Text(string field, string? value, int longest)
    {
        if (OptionalText(field, value, longest) is { } text) return text;
        if (string.IsNullOrWhiteSpace(value)) Error(field, "It is required.");
        return "";
    }

    /// <summary>A line of text that may be absent: no control characters, line breaks or characters that turn the reading direction.</summary>
    public string? OptionalText(string field, string? value, int longest)
    {
        if (string.IsNullOrWhiteSpace(value)) return null;
        if (value.Length > longest)
        {
            Error(field, $"It is longer than {longest} characters.");
            return null;
        }

        foreach (var rune in value.EnumerateRunes())
        {
            if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
                || rune.Value is 0xFFFD or (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069))
            {
                Error(field, "It holds a control character.");
                return null;
            }
        }

        return value.Trim();
    }

    /// <summary>An object that must be there.</summary>
    public T? Required<T>(string field, T? value) where T : class
    {
        if (value is null) Error(field, "It is required.");
        return value;
    }

    /// <summary>A whole number within bounds that must be there.</summary>
    public long Number(string field, long? value, long least, long most)
    {
        if (value is null) Error(field, "It is required.");
        else if (value < least || value > most) Error(field, $"It must be from {least} to {most}.");
        return value ?? 0;
    }
}
