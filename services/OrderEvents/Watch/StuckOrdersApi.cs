using Microsoft.AspNetCore.Http.HttpResults;
using Shop.Contracts;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Messaging;

namespace Shop.OrderEvents.Watch;

/// <summary>The watch for stuck orders: its parts, and what operators see of it through the back office.</summary>
internal static class StuckOrdersApi
{
    /// <summary>Adds the watch. Add <see cref="Publisher"/> before it when there is a broker.</summary>
    public static void AddStuckOrdersWatch(this WebApplicationBuilder builder, string folder, bool publishes)
    {
        builder.Services.AddOptions<WatchOptions>().BindConfiguration("StuckOrders")
            .Validate(
                options => options.After > TimeSpan.Zero && options.Interval > TimeSpan.Zero && options.NudgeEvery > TimeSpan.Zero,
                "StuckOrders: After, Interval and NudgeEvery must each be more than nothing (hh:mm:ss).")
            .ValidateOnStart();
        builder.Services.AddSingleton(_ => WatchedOrders.Open(folder));
        if (publishes) builder.Services.AddSingleton<Nudger>();
        builder.Services.AddSingleton<StuckOrdersWatch>();
        builder.Services.AddHostedService(services => services.GetRequiredService<StuckOrdersWatch>());
    }

    /// <summary>Maps <c>/stuck-orders</c>.</summary>
    public static void MapStuckOrders(this IEndpointRouteBuilder app)
    {
        app.MapGet("/stuck-orders", List);
        app.MapPost("/stuck-orders/{orderId:guid}/nudge", Nudge);
    }

    private static JsonHttpResult<StuckOrders> List(WatchedOrders watched, int limit = 100) => TypedResults.Json(
        new StuckOrders(watched.Stuck, [.. watched.List(DeadLettersApi.Limit(limit)).Select(View)]), ContractsJson.Default.StuckOrders);

    private static async Task<IResult> Nudge(Guid orderId, StuckOrdersWatch watch, CancellationToken cancellation)
    {
        try
        {
            return TypedResults.Json(await watch.Nudge(orderId, cancellation), ContractsJson.Default.Nudged);
        }
        catch (BrokerUnavailableException)
        {
            throw ProblemException.Unavailable("The broker");
        }
    }

    private static StuckOrder View(WatchedOrder order) => new()
    {
        OrderId = order.OrderId,
        WaitsFor = order.WaitsFor!.Value,
        Since = order.Since,
        Nudges = order.Nudges,
        NudgedAt = order.NudgedAt,
    };
}
