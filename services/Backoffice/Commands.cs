using Shop.Contracts;

namespace Shop.Backoffice;

/// <summary>Who asked for what, and what they were told: the Order Event Service's command log.</summary>
public static class Commands
{
    /// <summary>Maps <c>/admin/commands</c>.</summary>
    public static void MapCommands(this IEndpointRouteBuilder app) => app.MapGet(
        "/admin/commands", async (HttpRequest request, ShopServices services, CancellationToken cancellation) => TypedResults.Json(
            await services.Get(ShopServices.Orders, $"commands{request.QueryString}", ContractsJson.Default.CommandPage, cancellation),
            ContractsJson.Default.CommandPage));
}
