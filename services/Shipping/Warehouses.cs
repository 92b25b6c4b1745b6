using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Options;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Messaging;

namespace Shop.Shipping;

/// <summary>A warehouse on the other side of HTTP: <c>POST {url}/shipments</c> under an <c>Idempotency-Key</c>, answered when it is packed.</summary>
internal sealed class HttpWarehouse(HttpClient http) : IWarehouse
{
    public async Task<PreparedParcel> Prepare(Parcel parcel, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "shipments")
        {
            Content = JsonContent.Create(parcel, WarehouseJson.Default.Parcel),
            Headers = { { "Idempotency-Key", parcel.ShipmentId.ToString() } },
        };
        using var response = await Send(request, cancellation);
        if ((int)response.StatusCode is 408 or 429 or >= 500)
            throw new RetryLaterException($"The warehouse answered {(int)response.StatusCode}.", response.Headers.RetryAfter?.Delta);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync(WarehouseJson.Default.PreparedParcel, cancellation) ?? new PreparedParcel();
    }

    /// <summary>A warehouse that is away is no fault of the order's: its message waits for as long as it takes.</summary>
    private async Task<HttpResponseMessage> Send(HttpRequestMessage request, CancellationToken cancellation)
    {
        try
        {
            return await http.SendAsync(request, cancellation);
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            throw new RetryLaterException($"The warehouse did not answer ({exception.GetType().Name}).", inner: exception);
        }
    }
}

/// <summary>A shop without a warehouse system: whoever packs reads the order, and a parcel counts as prepared at once.</summary>
internal sealed class OwnShelf(IOptions<ShippingOptions> options) : IWarehouse
{
    public Task<PreparedParcel> Prepare(Parcel parcel, CancellationToken cancellation) =>
        Task.FromResult(new PreparedParcel(options.Value.Carrier));
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Parcel))]
[JsonSerializable(typeof(PreparedParcel))]
internal sealed partial class WarehouseJson : JsonSerializerContext;

/// <summary>Registration of the warehouse.</summary>
public static class WarehouseRegistration
{
    /// <summary>Adds the warehouse that the settings name.</summary>
    /// <exception cref="ConfigurationException"><c>Shipping:WarehouseUrl</c> is not a URL.</exception>
    public static IHostApplicationBuilder AddWarehouse(this IHostApplicationBuilder builder)
    {
        if (builder.Configuration["Shipping:WarehouseUrl"] is not { Length: > 0 } text)
        {
            builder.Services.AddSingleton<IWarehouse, OwnShelf>();
            return builder;
        }

        if (!Uri.TryCreate(text.TrimEnd('/') + "/", UriKind.Absolute, out var url))
            throw new ConfigurationException("Shipping:WarehouseUrl is not a URL.");
        builder.Services.AddHttpClient<IWarehouse, HttpWarehouse>(http =>
        {
            http.BaseAddress = url;
            http.Timeout = TimeSpan.FromSeconds(30);
        });
        return builder;
    }
}
