using Shop.ServiceDefaults;

namespace Shop.Backoffice;

/// <summary>
/// What staff decides and does about an order: payments under review, refunds, notes, a cancellation. The Order Event Service decides
/// by the order's history and writes what was done; here it is only passed on, in whose name and under which idempotency key.
/// </summary>
public static class StaffCommands
{
    private static readonly string[] ToOrders = [ServiceKey.AgentHeader, Idempotency.KeyHeader, "If-Match"];
    private static readonly string[] FromOrders = ["ETag", Idempotency.ReplayedHeader, "Retry-After"];

    /// <summary>Maps <c>/admin/reviews</c>, and what staff may do under <c>/admin/orders</c>.</summary>
    public static void MapStaffCommands(this IEndpointRouteBuilder app)
    {
        app.MapGet("/admin/reviews", (HttpContext context, IHttpClientFactory clients) => Pass(context, clients, $"reviews{context.Request.QueryString}"));
        app.MapPost("/admin/reviews/{orderId:guid}/accept", Pass("review/accept"));
        app.MapPost("/admin/reviews/{orderId:guid}/decline", Pass("review/decline"));
        app.MapPost("/admin/orders/{orderId:guid}/refunds", Pass("refunds"));
        app.MapPost("/admin/orders/{orderId:guid}/notes", Pass("notes"));
        app.MapPost("/admin/orders/{orderId:guid}/cancel", Pass("cancel"));
    }

    private static Func<Guid, HttpContext, IHttpClientFactory, Task> Pass(string command) =>
        (orderId, context, clients) => Pass(context, clients, $"orders/{orderId}/{command}");

    private static async Task Pass(HttpContext context, IHttpClientFactory clients, string path)
    {
        context.Request.IdempotencyKey(); // what is no key is not a header that could be sent on
        using var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), path);
        foreach (var name in ToOrders)
        {
            if (context.Request.Headers.TryGetValue(name, out var value)) request.Headers.TryAddWithoutValidation(name, value.ToString());
        }

        if (!HttpMethods.IsGet(context.Request.Method)) request.Content = await Body(context);
        using var answer = await Send(clients.CreateClient(ShopServices.Orders), request, context.RequestAborted);
        context.Response.StatusCode = (int)answer.StatusCode;
        foreach (var name in FromOrders)
        {
            if (answer.Headers.TryGetValues(name, out var values)) context.Response.Headers[name] = values.ToArray();
        }

        context.Response.ContentType = answer.Content.Headers.ContentType?.ToString();
        await answer.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
    }

    /// <summary>The whole body before anything is sent on: what is too long, or breaks off, is refused here.</summary>
    private static async Task<HttpContent> Body(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var content = new ByteArrayContent(body.ToArray());
        if (context.Request.ContentType is { } type) content.Headers.TryAddWithoutValidation("Content-Type", type);
        return content;
    }

    private static async Task<HttpResponseMessage> Send(HttpClient orders, HttpRequestMessage request, CancellationToken cancellation)
    {
        HttpResponseMessage answer;
        try
        {
            answer = await orders.SendAsync(request, cancellation);
        }
        catch (HttpRequestException)
        {
            throw new ServiceUnavailableException(ShopServices.Orders, "it cannot be reached");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new ServiceUnavailableException(ShopServices.Orders, "it does not answer in time");
        }

        if (answer.StatusCode != System.Net.HttpStatusCode.Unauthorized) return answer;
        answer.Dispose();
        throw new ServiceUnavailableException(ShopServices.Orders, "it refuses the services' own key: ServiceKey differs between the processes");
    }
}
