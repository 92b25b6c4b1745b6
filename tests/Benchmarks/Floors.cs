using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Shop.Contracts;
using Yarp.ReverseProxy.Configuration;

namespace Shop.Benchmarks;

/// <summary>What the platform costs without a shop: a bare proxy, and a bare server that parses a body and echoes it.</summary>
internal static class Floors
{
    public static async Task<int> Echo(string[] args)
    {
        var builder = Builder(args);
        await using var app = builder.Build();
        var last = new PlaceOrder();
        app.MapPost("/orders", async (HttpContext context) =>
        {
            var body = await JsonSerializer.DeserializeAsync(context.Request.Body, ContractsJson.Default.PlaceOrder, context.RequestAborted);
            await Write(context, last = body!);
        });
        app.MapGet("/orders/{id:guid}", (Guid id, HttpContext context) => Write(context, last));
        await app.RunAsync();
        return 0;
    }

    public static async Task<int> Yarp(string[] args)
    {
        var builder = Builder(args);
        builder.Services.AddReverseProxy().LoadFromMemory(
            [new RouteConfig { RouteId = "all", ClusterId = "echo", Match = new() { Path = "{**all}" } }],
            [
                new ClusterConfig
                {
                    ClusterId = "echo",
                    Destinations = new Dictionary<string, DestinationConfig> { ["echo"] = new() { Address = builder.Configuration["to"]! } },
                },
            ]);
        await using var app = builder.Build();
        app.MapReverseProxy();
        await app.RunAsync();
        return 0;
    }

    private static WebApplicationBuilder Builder(string[] args)
    {
        var builder = WebApplication.CreateSlimBuilder(args);
        builder.Logging.ClearProviders().AddJsonConsole().AddFilter("Microsoft.AspNetCore", LogLevel.Warning).AddFilter("Yarp", LogLevel.Warning);
        return builder;
    }

    private static async Task Write(HttpContext context, PlaceOrder order)
    {
        context.Response.ContentType = "application/json";
        await JsonSerializer.SerializeAsync(context.Response.BodyWriter, order, ContractsJson.Default.PlaceOrder, context.RequestAborted);
    }
}
