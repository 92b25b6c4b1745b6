using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Shop.Shipping.Tests;

/// <summary>A warehouse's own system, on the other side of HTTP.</summary>
public sealed class RunningWarehouse : IAsyncDisposable
{
    private readonly WebApplication app;

    private RunningWarehouse(WebApplication app) => this.app = app;

    /// <summary>Where it listens, under a path of its own.</summary>
    public string Url => app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First() + "/api/";

    /// <summary>What it does with a request before it answers; may answer it itself.</summary>
    public Func<HttpContext, Task> OnRequest { get; set; } = _ => Task.CompletedTask;

    /// <summary>What it answers.</summary>
    public string Answer { get; set; } = """{"carrier":"DHL","service":"express"}""";

    /// <summary>The idempotency keys of its requests, in order.</summary>
    public ConcurrentQueue<string> Keys { get; } = [];

    /// <summary>The bodies of its requests, in order.</summary>
    public ConcurrentQueue<JsonElement> Bodies { get; } = [];

    public static async Task<RunningWarehouse> Start()
    {
        var builder = WebApplication.CreateSlimBuilder(["--urls=http://127.0.0.1:0"]);
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var warehouse = new RunningWarehouse(app);
        app.MapPost("/api/shipments", warehouse.Prepare);
        await app.StartAsync();
        return warehouse;
    }

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync(new CancellationToken(canceled: true));
        await app.DisposeAsync();
    }

    private async Task Prepare(HttpContext context)
    {
        Keys.Enqueue(context.Request.Headers["Idempotency-Key"].ToString());
        Bodies.Enqueue((await JsonDocument.ParseAsync(context.Request.Body)).RootElement);
        await OnRequest(context);
        if (context.Response.HasStarted || context.Response.StatusCode != StatusCodes.Status200OK || context.RequestAborted.IsCancellationRequested) return;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(Answer);
    }
}
