using System.Text;
using System.Text.Json;

namespace Shop.Testing;

/// <summary>An HTTP answer as tests look at it.</summary>
public sealed record Answer(int Status, IReadOnlyDictionary<string, string> Headers, JsonElement Body, string Text)
{
    /// <summary>The problem's stable code.</summary>
    public string? Code => Body.ValueKind == JsonValueKind.Object && Body.TryGetProperty("code", out var code) ? code.GetString() : null;

    /// <summary>A header, or null.</summary>
    public string? Header(string name) => Headers.GetValueOrDefault(name);

    /// <summary>The answer to a request with a body of JSON text, or none.</summary>
    public static async Task<Answer> To(HttpClient client, HttpMethod method, string path, string? json, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        if (json is not null) request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        using var response = await client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        var all = response.Headers.Concat(response.Content.Headers);
        return new Answer(
            (int)response.StatusCode,
            all.ToDictionary(header => header.Key, header => string.Join(",", header.Value), StringComparer.OrdinalIgnoreCase),
            text.Length > 0 && text[0] is '{' or '[' ? JsonSerializer.Deserialize<JsonElement>(text) : default,
            text);
    }
}
