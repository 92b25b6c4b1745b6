using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Shop.Gateway.Tests;

/// <summary>Stands behind the gateway in place of every service, and remembers what reached it.</summary>
public sealed class StubService : IAsyncDisposable
{
    /// <summary>The order that every answer of the stub is about.</summary>
    public static readonly Guid OrderId = new("5b2f7c1e-4d0a-5c3b-9a57-0d2f6a0f7c11");

    private readonly WebApplication app;
    private readonly ConcurrentQueue<Received> received = new();

    private StubService(WebApplication app) => this.app = app;

    public string Address { get; private set; } = "";

    /// <summary>What a test wants to be answered instead of the usual; reset it afterwards with <see cref="Forget"/>.</summary>
    public Func<HttpContext, Task>? Answer { get; set; }

    /// <summary>What came in since <see cref="Forget"/>, health checks aside.</summary>
    public IReadOnlyList<Received> Requests => [.. received];

    public static async Task<StubService> Start()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var stub = new StubService(app);
        app.Urls.Add("http://127.0.0.1:0");
        app.Run(stub.Handle);
        await app.StartAsync();
        stub.Address = app.Urls.Single();
        return stub;
    }

    public void Forget()
    {
        received.Clear();
        Answer = null;
    }

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    private async Task Handle(HttpContext context)
    {
        if (context.Request.Path == "/health/ready") return;
        using var body = new MemoryStream();
        var target = context.Features.Get<IHttpRequestFeature>()!.RawTarget;
        var headers = context.Request.Headers
            .ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        try
        {
            // An upgrade has no body: what comes is the other protocol's.
            if (!context.Request.Headers.ContainsKey("Upgrade")) await context.Request.Body.CopyToAsync(body);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            return;
        }

        received.Enqueue(new(context.Request.Method, target, headers, Encoding.UTF8.GetString(body.ToArray())));
        await (Answer ?? Usual)(context);
    }

    private static async Task Usual(HttpContext context)
    {
        var response = context.Response;
        response.ContentType = "application/json";
        response.Headers.ETag = "\"0\"";
        if (context.Request is { Method: "POST", Path.Value: "/orders" })
        {
            response.StatusCode = StatusCodes.Status201Created;
            response.Headers.Location = $"/orders/{OrderId}";
        }

        await response.WriteAsync($$"""{"orderId":"{{OrderId}}","status":"created","items":[{"orderId":7}],"name":"Zoë \"}\" "}""");
    }
}

/// <summary>A request as it reached a service. <paramref name="Target"/> is the path and query, byte for byte.</summary>
public sealed record Received(string Method, string Target, IReadOnlyDictionary<string, string> Headers, string Body);
