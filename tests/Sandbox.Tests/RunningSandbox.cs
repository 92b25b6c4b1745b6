using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;
using Shop.Testing;

namespace Shop.Sandbox.Tests;

/// <summary>The real sandbox on a port and a folder of its own, with short delays; and a caller that speaks its language.</summary>
public sealed class RunningSandbox : IAsyncDisposable
{
    public const string Key = "sk_test_shop_sandbox";

    private readonly TemporaryFolder folder = new();
    private readonly string[] settings;
    private WebApplication app;

    private RunningSandbox(string[] settings)
    {
        this.settings = settings;
        app = Build();
    }

    public HttpClient Client { get; private set; } = new();

    public Uri Address => Client.BaseAddress!;

    public static async Task<RunningSandbox> Start(params string[] settings)
    {
        var sandbox = new RunningSandbox(settings);
        await sandbox.Begin();
        return sandbox;
    }

    /// <summary>Ends the service and starts it again on the same folder.</summary>
    public async Task Restart()
    {
        await End();
        app = Build();
        await Begin();
    }

    public async Task<Reply> Get(string path)
    {
        using var response = await Client.GetAsync(path);
        return await Reply.Of(response);
    }

    /// <summary>A POST with form parameters written <c>a=b</c>.</summary>
    public Task<Reply> Post(string path, params string[] parameters) => PostWithKey(null, path, parameters);

    public async Task<Reply> PostWithKey(string? key, string path, params string[] parameters)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new FormUrlEncodedContent(parameters.Select(parameter =>
                KeyValuePair.Create(parameter[..parameter.IndexOf('=')], parameter[(parameter.IndexOf('=') + 1)..]))),
        };
        if (key is not null) request.Headers.Add("Idempotency-Key", key);
        using var response = await Client.SendAsync(request);
        return await Reply.Of(response);
    }

    /// <summary>What the shop sends for an order's payment.</summary>
    public static string[] Payment(string order, string method, params string[] more) =>
    [
        "amount=4497", "currency=eur", $"payment_method={method}", "payment_method_types[]=card", "capture_method=manual", "confirm=true",
        "error_on_requires_action=true", $"metadata[order_id]={order}", "metadata[attempt]=1", "expand[]=latest_charge", .. more,
    ];

    /// <summary>Authorizes a payment; the payment intent.</summary>
    public async Task<JsonNode> Authorize(string order = "o-1", string method = "pm_card_visa")
    {
        var reply = await Post("/v1/payment_intents", Payment(order, method));
        Assert.That(reply.Status, Is.EqualTo(200), reply.Json.ToJsonString());
        return reply.Json;
    }

    /// <summary>Authorizes and captures a payment; the payment intent's id.</summary>
    public async Task<string> Pay(string order = "o-1", string method = "pm_card_visa")
    {
        var id = (await Authorize(order, method)).Text("id");
        Assert.That((await Post($"/v1/payment_intents/{id}/capture")).Status, Is.EqualTo(200));
        return id;
    }

    public async Task<JsonNode> Ledger(string order)
    {
        var lines = await Client.GetStringAsync($"/sandbox/ledger?orderId={Uri.EscapeDataString(order)}");
        return JsonNode.Parse(lines)!;
    }

    public async Task Faults(string json)
    {
        using var response = await Client.PutAsync("/sandbox/faults", new StringContent(json, Encoding.UTF8, "application/json"));
        Assert.That((int)response.StatusCode, Is.EqualTo(200));
    }

    public async ValueTask DisposeAsync()
    {
        await End();
        folder.Dispose();
    }

    private WebApplication Build() => SandboxService.Build([
        "--environment=Development", "--urls=http://127.0.0.1:0", $"--DataDirectory={folder.Path}", "--Sandbox:SlowDelay=00:00:00.4",
        "--Sandbox:RefundDelay=00:00:00.5", "--Logging:LogLevel:Default=Error", .. settings]);

    private async Task Begin()
    {
        await app.StartAsync();
        Client = new HttpClient { BaseAddress = new Uri(app.Urls.First()), Timeout = TimeSpan.FromSeconds(30) };
        Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Key);
    }

    private async Task End()
    {
        Client.Dispose();
        await app.StopAsync();
        await app.DisposeAsync();
    }
}

/// <summary>An answer, read to its end.</summary>
public sealed record Reply(int Status, JsonNode Json, string Body, bool Replayed, string? RequestId)
{
    public static async Task<Reply> Of(HttpResponseMessage response)
    {
        var body = await response.Content.ReadAsStringAsync();
        return new Reply((int)response.StatusCode, JsonNode.Parse(body)!, body, response.Headers.Contains("Idempotent-Replayed"),
            response.Headers.TryGetValues("Request-Id", out var id) ? id.Single() : null);
    }

    /// <summary>The error's member of that name, as text.</summary>
    public string? Error(string name) => Json["error"]?[name]?.ToString();
}

/// <summary>Reads members along a path with dots.</summary>
public static class JsonPaths
{
    public static string Text(this JsonNode json, string path) => json.At(path)?.ToString() ?? "null";

    public static long Number(this JsonNode json, string path) => json.At(path)!.GetValue<long>();

    public static JsonNode? At(this JsonNode json, string path)
    {
        JsonNode? at = json;
        foreach (var name in path.Split('.')) at = at is JsonArray items ? items[int.Parse(name)] : at?[name];
        return at;
    }
}
