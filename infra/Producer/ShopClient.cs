using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Shop.Contracts;

namespace Shop.Producer;

/// <summary>
/// The shop's public API as a storefront, a warehouse and an operator use it. Whatever does not succeed is a
/// <see cref="ShopException"/>. Every request that changes something has an idempotency key, so it can be repeated.
/// </summary>
/// <param name="settings">Where the shop is.</param>
/// <param name="patience">For how long to try again while the shop is away or asks to be left alone.</param>
internal sealed class ShopClient(ShopSettings settings, TimeSpan patience) : IDisposable
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);

    private readonly HttpClient http = new(new SocketsHttpHandler { AllowAutoRedirect = false })
    {
        BaseAddress = new Uri(settings.Url, "api/v1/"),
        Timeout = TimeSpan.FromSeconds(30),
    };

    public Task<OrderView> Place(PlaceOrder order, CancellationToken cancellation) =>
        Write(HttpMethod.Post, "orders", Scope.Storefront, order, ContractsJson.Default.PlaceOrder, cancellation);

    public async Task<OrderView> Find(Guid order, CancellationToken cancellation) =>
        Read(await Send(HttpMethod.Get, $"orders/{order}", Scope.Storefront, null, cancellation), ContractsJson.Default.OrderView);

    public async Task<Timeline> History(Guid order, CancellationToken cancellation) =>
        Read(await Send(HttpMethod.Get, $"orders/{order}/timeline", Scope.Storefront, null, cancellation), ContractsJson.Default.Timeline);

    public Task<OrderView> Pay(Guid order, string card, CancellationToken cancellation) =>
        Write(HttpMethod.Put, $"orders/{order}/payment", Scope.Storefront, new(card), ContractsJson.Default.UpdatePayment, cancellation);

    public Task<OrderView> Readdress(Guid order, AddressBody address, CancellationToken cancellation) =>
        Write(HttpMethod.Put, $"orders/{order}/shipping-address", Scope.Storefront, address, ContractsJson.Default.AddressBody, cancellation);

    public Task<OrderView> Cancel(Guid order, string? reason, CancellationToken cancellation) =>
        Write(HttpMethod.Post, $"orders/{order}/cancel", Scope.Storefront, new(reason), ContractsJson.Default.CancelOrder, cancellation);

    public Task<OrderView> Ship(Guid order, string carrier, string trackingNumber, CancellationToken cancellation) =>
        Write(
            HttpMethod.Post, $"shipments/{order}/shipped", Scope.Warehouse, new(carrier, null, [new PackageBody(trackingNumber)]),
            ContractsJson.Default.ShipOrder, cancellation);

    /// <summary>Has a payment under review accepted or declined.</summary>
    public Task Review(Guid order, bool accept, string? note, CancellationToken cancellation) => Send(
        HttpMethod.Post, $"admin/reviews/{order}/{(accept ? "accept" : "decline")}", Scope.Operator,
        JsonSerializer.SerializeToUtf8Bytes(new(note), ContractsJson.Default.DecideReview), cancellation);

    /// <summary>Has some of the money given back, in minor units of the order's currency, or all that is left.</summary>
    public Task<OrderView> Refund(Guid order, long? amount, string reason, CancellationToken cancellation) =>
        Write(HttpMethod.Post, $"admin/orders/{order}/refunds", Scope.Operator, new(amount, reason), ContractsJson.Default.RefundOrder, cancellation);

    /// <summary>Reads the order until it is as wanted.</summary>
    /// <exception cref="ShopException">Not within that time.</exception>
    public async Task<OrderView> Until(Guid order, Func<OrderView, bool> wanted, TimeSpan within, CancellationToken cancellation)
    {
        var started = TimeProvider.System.GetTimestamp();
        var pause = TimeSpan.FromMilliseconds(25);
        while (true)
        {
            var seen = await Find(order, cancellation);
            if (wanted(seen)) return seen;
            var left = within - TimeProvider.System.GetElapsedTime(started);
            if (left <= TimeSpan.Zero)
                throw new ShopException(ExitCodes.Away, $"Order {order} is still {Screen.Word(seen.Status)} after {within.TotalSeconds:0.#} s.");
            await Task.Delay(pause < left ? pause : left, cancellation);
            pause = pause * 1.5 < Longest ? pause * 1.5 : Longest;
        }
    }

    /// <summary>Asks for an order that there cannot be: whether the shop answers, and knows the storefront's key.</summary>
    public async Task Check(CancellationToken cancellation)
    {
        try
        {
            await SendOnce(HttpMethod.Get, $"orders/{Guid.NewGuid()}", settings.Key(Scope.Storefront), null, null, cancellation);
        }
        catch (ShopException exception) when (exception.ExitCode == ExitCodes.NotFound)
        {
            // There is none: the shop has looked.
        }
    }

    public void Dispose() => http.Dispose();

    private async Task<OrderView> Write<T>(
        HttpMethod method, string path, Scope scope, T body, JsonTypeInfo<T> type, CancellationToken cancellation) =>
        Read(await Send(method, path, scope, JsonSerializer.SerializeToUtf8Bytes(body, type), cancellation), ContractsJson.Default.OrderView);

    private async Task<string> Send(HttpMethod method, string path, Scope scope, byte[]? body, CancellationToken cancellation)
    {
        var (key, idempotencyKey) = (settings.Key(scope), Guid.NewGuid().ToString());
        var started = TimeProvider.System.GetTimestamp();
        for (var pause = TimeSpan.FromMilliseconds(200); ; pause = pause * 2 < Longest ? pause * 2 : Longest)
        {
            try
            {
                return await SendOnce(method, path, key, body, idempotencyKey, cancellation);
            }
            catch (ShopException exception) when (exception.ExitCode == ExitCodes.Away && TimeProvider.System.GetElapsedTime(started) < patience)
            {
                await Task.Delay(pause * (0.5 + Random.Shared.NextDouble()), cancellation);
            }
        }
    }

    private async Task<string> SendOnce(HttpMethod method, string path, string key, byte[]? body, string? idempotencyKey, CancellationToken cancellation)
    {
        try
        {
            using var request = new HttpRequestMessage(method, path) { Headers = { { "X-Api-Key", key } } };
            if (body is not null)
            {
                request.Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
                request.Headers.Add("Idempotency-Key", idempotencyKey);
            }

            using var response = await http.SendAsync(request, cancellation);
            var text = await response.Content.ReadAsStringAsync(cancellation);
            if (response.IsSuccessStatusCode) return text;
            throw new ShopException(
                response.StatusCode switch
                {
                    HttpStatusCode.NotFound => ExitCodes.NotFound,
                    HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError => ExitCodes.Away,
                    _ => ExitCodes.Refused,
                },
                Problem(text) ?? $"The shop answered {(int)response.StatusCode}.");
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            throw new ShopException(ExitCodes.Away, $"The shop at {settings.Url.GetLeftPart(UriPartial.Authority)} does not answer: {exception.Message}");
        }
    }

    private static T Read<T>(string answer, JsonTypeInfo<T> type)
    {
        try
        {
            if (JsonSerializer.Deserialize(answer, type) is { } read) return read;
        }
        catch (JsonException)
        {
            // Said below.
        }

        throw new ShopException(ExitCodes.Refused, "The answer is not what this program understands: is SHOP_URL a gateway of this shop?");
    }

    private static string? Problem(string text)
    {
        try
        {
            using var problem = JsonDocument.Parse(text);
            var root = problem.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("title", out var title)) return null;
            var wrong = root.TryGetProperty("errors", out var errors) ? $" {errors}" : "";
            return root.TryGetProperty("code", out var code) ? $"{title}{wrong} ({code})" : $"{title}{wrong}";
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
