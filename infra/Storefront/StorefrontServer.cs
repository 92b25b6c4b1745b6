using System.Net.Http.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Shop.Contracts;
using Shop.ServiceDefaults;

namespace Shop.Storefront;

/// <summary>
/// The part of the sample storefront that runs on the shop's own server. It is there for one reason: <c>POST /orders</c> wants a
/// storefront key, and whoever holds that may place orders at any price and read every order, so it must never reach a browser.
/// A real storefront does the same: its server knows the cart, its prices and who is logged in, adds the key, and hands the
/// customer's browser the order with its <c>orderToken</c>. From there on the browser calls the public API itself with that
/// token, which is good for the one order. A real storefront would also keep the token with the customer's account, limit
/// how many orders one visitor may place, and check that a request comes from its own pages; the gateway's rate limits and
/// the JSON content type, which no foreign page can send without being asked first, stand in for that here.
/// </summary>
/// <param name="gateway">Where the public API is. Asked at each call, since a host may learn its own address only when it has started.</param>
/// <param name="key">The storefront key.</param>
public sealed class StorefrontServer(Func<Uri> gateway, string key) : IDisposable
{
    private readonly HttpClient client = new() { Timeout = TimeSpan.FromSeconds(20) };

    /// <summary>The folder of the storefront's pages.</summary>
    public static string Pages { get; } = Path.Combine(AppContext.BaseDirectory, "storefront", "wwwroot");

    /// <summary><c>GET /shop/api/catalogue</c> and <c>POST /shop/api/orders</c>.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/shop/api/catalogue", () => Results.Json(Catalogue.Current, StorefrontJson.Default.Catalogue)).AllowAnonymous();
        routes.MapPost("/shop/api/orders", Place).AllowAnonymous();
    }

    public void Dispose() => client.Dispose();

    private async Task Place(HttpContext context)
    {
        var cart = await JsonBody.Read(context.Request, StorefrontJson.Default.Cart, context.RequestAborted);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(gateway(), "/api/v1/orders"))
        {
            Content = JsonContent.Create(Catalogue.Current.Order(cart), ContractsJson.Default.PlaceOrder),
            Headers = { { ServiceKey.Header, key } },
        };
        // The browser's own key, so that a second press of the button is not a second order.
        if (context.Request.Headers.TryGetValue(IdempotencyKey, out var idempotency))
            request.Headers.TryAddWithoutValidation(IdempotencyKey, (string?)idempotency);
        using var answer = await Send(request, context.RequestAborted);
        var response = context.Response;
        response.StatusCode = (int)answer.StatusCode;
        response.ContentType = answer.Content.Headers.ContentType?.ToString();
        if (answer.Headers.RetryAfter is { } wait) response.Headers.RetryAfter = wait.ToString();
        await answer.Content.CopyToAsync(response.Body, context.RequestAborted);
    }

    private const string IdempotencyKey = "Idempotency-Key";

    private async Task<HttpResponseMessage> Send(HttpRequestMessage request, CancellationToken cancellation)
    {
        try
        {
            return await client.SendAsync(request, cancellation);
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException && !cancellation.IsCancellationRequested)
        {
            throw ProblemException.Unavailable("The shop");
        }
    }
}
