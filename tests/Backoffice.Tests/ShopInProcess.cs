using System.Diagnostics;
using Shop.Local;
using Shop.Testing;

namespace Shop.Backoffice.Tests;

/// <summary>The whole shop in this process, and an operator in front of its gateway.</summary>
public sealed class ShopInProcess : IAsyncDisposable
{
    private readonly LocalShop shop;
    private readonly HttpClient gateway;

    private ShopInProcess(LocalShop shop)
    {
        this.shop = shop;
        Url = new Uri(shop.Parts.Single(part => part.Name == "gateway").Url);
        gateway = new HttpClient { BaseAddress = new Uri(Url, "api/v1/") };
    }

    /// <summary>Where the gateway listens.</summary>
    public Uri Url { get; }

    /// <summary>Starts it on that folder's data, with these settings (<c>Name=value</c>).</summary>
    public static async Task<ShopInProcess> Start(string data, params string[] settings)
    {
        var shop = new LocalShop([.. settings.Select(setting => $"--{setting}")], "http://127.0.0.1:0", data);
        await shop.Start();
        return new ShopInProcess(shop);
    }

    /// <summary>Calls the public API as an operator.</summary>
    public Task<Answer> Operator(HttpMethod method, string path, string? json = null, params (string Name, string Value)[] headers) =>
        Answer.To(gateway, method, $"admin/{path}", json, [("X-Api-Key", "dev-operator"), .. headers]);

    /// <summary>Calls the public API as a storefront.</summary>
    public Task<Answer> Storefront(HttpMethod method, string path, string? json = null) =>
        Answer.To(gateway, method, path, json, ("X-Api-Key", "dev-storefront"));

    /// <summary>Places an order; its id.</summary>
    public async Task<string> Place(string methodToken = "pm_card_visa")
    {
        var placed = await Storefront(HttpMethod.Post, "orders", SampleOrders.Json(methodToken));
        Assert.That(placed.Status, Is.EqualTo(201), placed.Text);
        return placed.Body.GetProperty("orderId").GetString()!;
    }

    /// <summary>Waits until the order has that status.</summary>
    public Task<string?> Becomes(string orderId, string status) => Eventually.Get(
        async () => (await Answer.To(gateway, HttpMethod.Get, $"orders/{orderId}", null, ("X-Api-Key", "dev-storefront"))).Body.GetProperty("status").GetString(),
        seen => seen == status, $"{orderId} is {status}");

    /// <summary>Runs the command line as an operator does.</summary>
    public Task<(int ExitCode, string Output, string Error)> Admin(params string[] arguments) => Admin(Url.ToString(), "dev-operator", arguments);

    /// <summary>Runs the command line with these settings.</summary>
    public static async Task<(int ExitCode, string Output, string Error)> Admin(string url, string? key, params string[] arguments)
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        var assembly = Path.Combine(Repository.Root, "infra/Admin/bin", output.Parent!.Name, output.Name, "Admin.dll");
        var start = new ProcessStartInfo("dotnet", [assembly, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["SHOP_URL"] = url;
        start.Environment["SHOP_OPERATOR_KEY"] = key;
        using var process = Process.Start(start)!;
        var texts = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, texts[0], texts[1]);
    }

    public async ValueTask DisposeAsync()
    {
        gateway.Dispose();
        await shop.DisposeAsync();
    }
}
