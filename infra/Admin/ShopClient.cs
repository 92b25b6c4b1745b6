using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Shop.Contracts;

namespace Shop.Admin;

/// <summary>The operators' part of the shop's API. Every call ends in an exit code, and in a line that says what is wrong.</summary>
internal sealed class ShopClient : IDisposable
{
    private readonly HttpClient http;
    private readonly bool json;
    private readonly CancellationToken cancellation;

    private ShopClient(Uri url, string key, bool json, CancellationToken cancellation)
    {
        (this.json, this.cancellation) = (json, cancellation);
        http = new HttpClient { BaseAddress = new Uri(url, "api/v1/admin/"), Timeout = TimeSpan.FromMinutes(5) }; // the whole journal is verified in one answer
        http.DefaultRequestHeaders.Add("X-Api-Key", key);
    }

    /// <summary>The shop that the environment names; null, and an error, when it does not.</summary>
    public static ShopClient? FromEnvironment(bool json, CancellationToken cancellation)
    {
        var address = Environment.GetEnvironmentVariable("SHOP_URL") is { Length: > 0 } given ? given : "http://127.0.0.1:8080";
        if (!Uri.TryCreate(address.TrimEnd('/') + "/", UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
            Screen.Error($"SHOP_URL must be the gateway's URL, such as http://127.0.0.1:8080; it is '{address}'.");
        else if (Environment.GetEnvironmentVariable("SHOP_OPERATOR_KEY") is not { Length: > 0 } key || !key.All(char.IsAscii) || key.Any(char.IsControl))
            Screen.Error("SHOP_OPERATOR_KEY must be set to a key of the operator scope (dev-operator for a local shop).");
        else
            return new ShopClient(url, key, json, cancellation);
        return null;
    }

    /// <summary>Reads something, and shows it.</summary>
    public Task<int> Show<T>(string path, JsonTypeInfo<T> type, Func<T, int> show) => Do(HttpMethod.Get, path, type, show);

    /// <summary>Has something done, and shows what came of it.</summary>
    public async Task<int> Do<T>(HttpMethod method, string path, JsonTypeInfo<T> type, Func<T, int> show)
    {
        var (code, answer) = await Send(method, path);
        if (answer is null) return code;
        if (json)
        {
            Console.WriteLine(answer);
            return Read(answer, type) switch
            {
                null => ExitCodes.Refused,
                DeadLetterOverview { Unavailable.Count: > 0 } or StuckOrders { Unavailable.Count: > 0 } => ExitCodes.Away,
                _ => ExitCodes.Done,
            };
        }

        return Read(answer, type) is { } read ? show(read) : ExitCodes.Refused;
    }

    /// <summary>Has a queue replayed to its end, however often that has to be asked.</summary>
    public async Task<int> ReplayAll(string path)
    {
        var total = 0L;
        while (true)
        {
            var (code, answer) = await Send(HttpMethod.Post, path);
            if (answer is null) return code;
            if (Read(answer, ContractsJson.Default.Replayed) is not { } replayed) return ExitCodes.Refused;
            total += replayed.Count;
            if (replayed.Left > 0 && replayed.Count > 0) continue;
            var all = replayed with { Count = total };
            if (!json) return Screen.Replayed(all);
            Console.WriteLine(JsonSerializer.Serialize(all, ContractsJson.Default.Replayed));
            return ExitCodes.Done;
        }
    }

    /// <summary>Reads something to work on; null, with the exit code, when it cannot be had.</summary>
    public async Task<(int Code, T? Answer)> Get<T>(string path, JsonTypeInfo<T> type) where T : class
    {
        var (code, answer) = await Send(HttpMethod.Get, path);
        return answer is null ? (code, null) : Read(answer, type) is { } read ? (code, read) : (ExitCodes.Refused, null);
    }

    /// <summary>Reads a long answer line by line, as it comes.</summary>
    public async Task<int> ReadLines(string path, Func<string, Task> line)
    {
        try
        {
            using var response = await http.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, cancellation);
            if (!response.IsSuccessStatusCode) return Refused(response, await response.Content.ReadAsStringAsync(cancellation));
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellation));
            while (await reader.ReadLineAsync(cancellation) is { } read) await line(read);
            return ExitCodes.Done;
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException or HttpIOException)
        {
            return NoAnswer(exception);
        }
    }

    /// <summary>Waits a moment.</summary>
    public Task Wait(TimeSpan time) => Task.Delay(time, cancellation);

    /// <summary>Whether answers are to be printed as they come.</summary>
    public bool PrintsJson => json;

    /// <summary>Removes something.</summary>
    public async Task<int> Delete(string path)
    {
        var (code, answer) = await Send(HttpMethod.Delete, path);
        if (answer is not null && !json) Screen.Line("deleted");
        return code;
    }

    public void Dispose() => http.Dispose();

    private async Task<(int Code, string? Answer)> Send(HttpMethod method, string path)
    {
        try
        {
            using var request = new HttpRequestMessage(method, path);
            using var response = await http.SendAsync(request, cancellation);
            var text = await response.Content.ReadAsStringAsync(cancellation);
            return response.IsSuccessStatusCode ? (ExitCodes.Done, text) : (Refused(response, text), null);
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
        {
            return (NoAnswer(exception), null);
        }
    }

    private static int Refused(HttpResponseMessage response, string text)
    {
        Screen.Error(Title(text) ?? $"The shop answered {(int)response.StatusCode}.");
        return response.StatusCode switch
        {
            HttpStatusCode.NotFound => ExitCodes.NotFound,
            HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError => ExitCodes.Away,
            _ => ExitCodes.Refused,
        };
    }

    private int NoAnswer(Exception exception)
    {
        Screen.Error($"The shop at {http.BaseAddress!.GetLeftPart(UriPartial.Authority)} does not answer: {exception.Message}");
        return ExitCodes.Away;
    }

    private static T? Read<T>(string answer, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(answer, type);
        }
        catch (JsonException)
        {
            Screen.Error("The answer is not what this program understands: is SHOP_URL a gateway of this shop?");
            return default;
        }
    }

    private static string? Title(string text)
    {
        try
        {
            using var problem = JsonDocument.Parse(text);
            var root = problem.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("title", out var title)) return null;
            var wrong = root.TryGetProperty("errors", out var errors) ? $" {errors}" : "";
            return root.TryGetProperty("code", out var code) ? $"{title}{wrong} ({code})" : $"{title}{wrong}";
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
