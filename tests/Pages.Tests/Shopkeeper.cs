using System.Text.Json;
using Shop.Testing;

namespace Shop.Pages.Tests;

/// <summary>The public API behind the page's back.</summary>
internal static class Shopkeeper
{
    private static readonly HttpClient Client = new();

    public static Task<Answer> Call(HttpMethod method, string path, string? json = null, string key = "dev-storefront") =>
        Answer.To(Client, method, new Uri(BrowserFixture.Shop, path).ToString(), json, ("X-Api-Key", key));

    public static async Task<JsonElement> Order(string id) => (await Call(HttpMethod.Get, $"/api/v1/orders/{id}")).Body;

    /// <summary>Waits until the order has that status.</summary>
    public static Task Becomes(string id, string status) =>
        Eventually.Get(async () => (await Order(id)).GetProperty("status").GetString(), seen => seen == status, $"{id} is {status}");

    public static Task<Answer> PayWith(string id, string token) =>
        Call(HttpMethod.Put, $"/api/v1/orders/{id}/payment", $$"""{"methodToken":"{{token}}"}""");

    public static Task<Answer> Ship(string id) => Call(
        HttpMethod.Post, $"/api/v1/shipments/{id}/shipped",
        """{"carrier":"DHL","packages":[{"trackingNumber":"JJD000390007777","trackingUrl":"https://track.example/JJD000390007777"}]}""", "dev-warehouse");
}
