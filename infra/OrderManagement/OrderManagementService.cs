using Microsoft.Extensions.Options;
using Shop.Contracts;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Sqlite;

namespace Shop.OrderManagement;

/// <summary>
/// The order management system's stand-in, for demonstrations and tests: takes the shop's webhooks, checks their signature, acts once
/// on each however often it comes, and lists the orders that it has, to whoever shows the services' own key.
/// </summary>
public static class OrderManagementService
{
    /// <summary>The service, ready to run.</summary>
    /// <exception cref="ConfigurationException">A setting is missing or wrong.</exception>
    public static WebApplication Build(string[] args)
    {
        var builder = ServiceHost.CreateBuilder("order-management", args);
        builder.Services.AddOptions<WebhookOptions>().BindConfiguration("OrderManagement")
            .Validate(
                options => options.Secrets.Count > 0 && options.Secrets.All(secret => secret.Length >= WebhookSignature.ShortestSecret),
                $"OrderManagement:Secrets must be what signs the shop's webhooks ({WebhookSignature.ShortestSecret} characters or more).")
            .Validate(options => options.Tolerance > TimeSpan.Zero, "OrderManagement:Tolerance must be positive.")
            .ValidateOnStart();
        builder.Services.AddSingleton(_ => new OrderBook(SqliteDatabase.Open(
            Path.Combine(builder.Configuration["DataDirectory"] ?? "./.shop/order-management", "orders.db"), OrderBook.Schema)));

        var app = builder.Build();
        app.UseServiceDefaults();
        app.MapPost("/webhooks/shop", Receive).AllowAnonymous(); // the signature is what opens it
        app.MapGet("/orders", (HttpRequest request, OrderBook book) =>
        {
            var query = new ListQuery(request);
            var (after, limit) = (query.Number("after") ?? 0, query.Limit(100));
            query.ThrowIfAny();
            return TypedResults.Json(book.List(after, limit), OrderManagementJson.Default.BookedOrders);
        });
        app.MapGet("/orders/{orderId:guid}", (Guid orderId, OrderBook book) => TypedResults.Json(
            book.Find(orderId) ?? throw ProblemException.NotFound("order-not-found", "There is no such order."), OrderManagementJson.Default.BookedOrder));
        return app;
    }

    private static async Task<IResult> Receive(
        HttpRequest request, OrderBook book, IOptions<WebhookOptions> options, TimeProvider clock, CancellationToken cancellation)
    {
        // The signature is over the bytes as they came: they are checked before they are read as anything.
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, cancellation);
        var bytes = body.GetBuffer().AsSpan(0, (int)body.Length);
        if (!WebhookSignature.Verify(request.Headers[WebhookSignature.Header], options.Value.Secrets, clock.GetUtcNow(), options.Value.Tolerance, bytes))
            throw new ProblemException(StatusCodes.Status401Unauthorized, "signature-not-valid", "The signature is missing, wrong or too old.");

        var key = request.IdempotencyKey() ?? throw ProblemException.Validation(Idempotency.KeyHeader, "It is required.");
        var approval = Read(bytes);
        var isNew = await book.Take(key, approval, clock.GetUtcNow());
        return TypedResults.Json(new Receipt(approval.Sequence, !isNew), OrderManagementJson.Default.Receipt);
    }

    private static Approval Read(ReadOnlySpan<byte> body)
    {
        try
        {
            if (System.Text.Json.JsonSerializer.Deserialize(body, ContractsJson.Default.Approval) is { } approval) return approval;
        }
        catch (System.Text.Json.JsonException)
        {
            // Said below.
        }

        throw ProblemException.Validation("body", "It is not an approved order.", "malformed-json");
    }
}

/// <summary>The settings under <c>OrderManagement</c>.</summary>
public sealed class WebhookOptions
{
    /// <summary>Any of them may have signed.</summary>
    public IReadOnlyList<string> Secrets { get; set; } = [];

    /// <summary>How old a signature may be.</summary>
    public TimeSpan Tolerance { get; set; } = TimeSpan.FromMinutes(5);
}
