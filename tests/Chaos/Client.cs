using System.Text.Json;

namespace Shop.Chaos;

/// <summary>An answer; null status: there was none that says whether the request was carried out.</summary>
internal sealed record Reply(int? Status, JsonElement Body, bool IsReplayed)
{
    public string? Code => Body.ValueKind == JsonValueKind.Object && Body.TryGetProperty("code", out var code) ? code.GetString() : null;

    public Told Told => Status switch
    {
        >= 200 and < 300 => Told.Accepted,
        >= 400 and < 500 => Told.Rejected,
        _ => Told.Unknown,
    };
}

/// <summary>How customers and warehouses call: what fails for now is sent again, the same with the same key.</summary>
internal sealed class Client(Uri gateway) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly HttpClient http = new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromSeconds(30) })
    {
        BaseAddress = new Uri(gateway, "/api/v1/"),
        Timeout = TimeSpan.FromSeconds(20),
    };

    private readonly HashSet<string> seen = [];
    private int inFlight;
    private int retries;
    private int replays;

    public int InFlight => inFlight;

    public int Retries => retries;

    public int Replays => replays;

    public List<BadAnswer> BadAnswers { get; } = [];

    /// <summary>Sends until there is an answer. <paramref name="isImpatient"/>: gives up at once.</summary>
    public async Task<Reply> Send(HttpMethod method, string path, string? json, string? idempotencyKey, string apiKey = "dev-storefront", bool isImpatient = false)
    {
        var deadline = DateTimeOffset.UtcNow + Patience;
        for (var wait = 100; ; wait = Math.Min(1000, wait * 2))
        {
            Interlocked.Increment(ref inFlight);
            try
            {
                using var request = new HttpRequestMessage(method, path);
                request.Headers.Add("X-Api-Key", apiKey);
                if (idempotencyKey is not null) request.Headers.Add("Idempotency-Key", idempotencyKey);
                if (json is not null) request.Content = new StringContent(json, null, "application/json");
                using var response = await http.SendAsync(request);
                var text = await response.Content.ReadAsStringAsync();
                var status = (int)response.StatusCode;
                if (status >= 500 && status != 503) Bad("an answer that a caller cannot act on", $"{method} {path}: {status} {text}", once: $"{method} {path.Split('/')[0]} {path.Split('/')[^1]} {status}");
                if (status < 500 && status != 429)
                {
                    var isReplayed = response.Headers.Contains("Idempotent-Replayed");
                    if (isReplayed) Interlocked.Increment(ref replays);
                    return new Reply(status, text.Length > 0 ? JsonSerializer.Deserialize<JsonElement>(text) : default, isReplayed);
                }
            }
            catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException or IOException)
            {
                // It may have been carried out.
            }
            finally
            {
                Interlocked.Decrement(ref inFlight);
            }

            if (isImpatient || DateTimeOffset.UtcNow > deadline) return new Reply(null, default, false);
            Interlocked.Increment(ref retries);
            await Task.Delay(wait);
        }
    }

    /// <summary>Writes down an answer that should not have been given; of the same kind, <paramref name="once"/> is enough.</summary>
    public void Bad(string kind, string what, string? once = null)
    {
        lock (BadAnswers)
        {
            if (once is null || seen.Add(once)) BadAnswers.Add(new BadAnswer(kind, what));
        }
    }

    public void Dispose() => http.Dispose();
}
