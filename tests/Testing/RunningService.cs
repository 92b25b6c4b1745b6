using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Shop.ServiceDefaults;

namespace Shop.Testing;

/// <summary>A service of the shop, run in this process on a port of its own, and a client that holds the services' key.</summary>
public sealed class RunningService : IAsyncDisposable
{
    private readonly WebApplication app;

    private RunningService(WebApplication app)
    {
        this.app = app;
        Url = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        Client = new HttpClient { BaseAddress = Url };
        Client.DefaultRequestHeaders.Add(ServiceKey.Header, ServiceKey.DevelopmentKey);
        Client.DefaultRequestHeaders.Add(ServiceKey.AgentHeader, "customer/test");
    }

    /// <summary>Where it listens.</summary>
    public Uri Url { get; }

    public HttpClient Client { get; }

    public IServiceProvider Services => app.Services;

    /// <summary>Starts the service that <paramref name="build"/> makes of these settings (<c>Name=value</c>).</summary>
    public static async Task<RunningService> Start(Func<string[], WebApplication> build, params string[] settings)
    {
        var app = build(["--environment=Development", "--urls=http://127.0.0.1:0", "--Logging:LogLevel:Default=Warning", .. settings.Select(setting => $"--{setting}")]);
        await app.StartAsync();
        return new RunningService(app);
    }

    /// <summary>Sends JSON text; the answer's status, headers and body.</summary>
    public async Task<Answer> Send(HttpMethod method, string path, string? json = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        if (json is not null) request.Content = new StringContent(json, System.Text.Encoding.UTF8, "application/json");
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        using var response = await Client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return new Answer(
            (int)response.StatusCode,
            response.Headers.Concat(response.Content.Headers).ToDictionary(header => header.Key, header => string.Join(",", header.Value), StringComparer.OrdinalIgnoreCase),
            text.Length > 0 && text[0] is '{' or '[' ? JsonSerializer.Deserialize<JsonElement>(text) : default, text);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await app.DisposeAsync();
    }
}

/// <summary>An HTTP answer as tests look at it.</summary>
public sealed record Answer(int Status, IReadOnlyDictionary<string, string> Headers, JsonElement Body, string Text)
{
    /// <summary>The problem's stable code.</summary>
    public string? Code => Body.ValueKind == JsonValueKind.Object && Body.TryGetProperty("code", out var code) ? code.GetString() : null;

    /// <summary>A header, or null.</summary>
    public string? Header(string name) => Headers.GetValueOrDefault(name);
}
