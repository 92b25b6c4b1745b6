using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using Shop.Contracts;

namespace Shop.ServiceDefaults;

/// <summary>
/// The last line of a page: in which order the list was, by what that line stands there, and its id, by which lines that are equal
/// are told apart. Lines that come or go meanwhile neither repeat nor hide another.
/// </summary>
public sealed record Cursor(string Sort, string Value, string Id)
{
    /// <summary>Opaque, and safe in a URL.</summary>
    public override string ToString() =>
        WebEncoders.Base64UrlEncode(JsonSerializer.SerializeToUtf8Bytes((string[])[Sort, Value, Id], ContractsJson.Default.StringArray));

    /// <summary>What <see cref="ToString"/> wrote; null for anything else.</summary>
    public static Cursor? TryParse(string text)
    {
        try
        {
            return JsonSerializer.Deserialize(WebEncoders.Base64UrlDecode(text), ContractsJson.Default.StringArray) is [{ } sort, { } value, { } id]
                ? new(sort, value, id)
                : null;
        }
        catch (Exception exception) when (exception is FormatException or JsonException)
        {
            return null;
        }
    }
}
