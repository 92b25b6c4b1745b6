using Microsoft.AspNetCore.Builder;
using Shop.Storefront;

namespace Shop.Local;

/// <summary>
/// What stands at the gateway's address for a developer only, in the Development environment: the sample storefront at
/// <c>/shop</c>, and the mailbox at <c>/mailbox</c>.
/// </summary>
internal sealed class DeveloperPages(string url, string mails, Func<Uri> gateway) : IDisposable
{
    private StorefrontServer? storefront;

    /// <summary>Where letters lead.</summary>
    public string StorefrontUrl { get; } = $"{url.TrimEnd('/')}/shop";

    /// <summary>The gateway's settings that add the pages.</summary>
    public static IEnumerable<string> Settings { get; } =
    [
        $"--Pages:Folders:storefront={StorefrontServer.Pages}",
        "--Pages:Routes:shop:Path=/shop", "--Pages:Routes:shop:File=shop.html",
        "--Pages:Routes:shop-order:Path=/shop/orders/{id:guid}", "--Pages:Routes:shop-order:File=shop.html",
        $"--Pages:Folders:mailbox={Mailbox.Pages}",
        "--Pages:Routes:mailbox:Path=/mailbox", "--Pages:Routes:mailbox:File=mailbox.html",
    ];

    /// <summary>What the pages call beside the public routes.</summary>
    public WebApplication AddTo(WebApplication app)
    {
        storefront = new StorefrontServer(gateway, app.Configuration["Storefront:Key"] ?? "dev-storefront");
        storefront.Map(app);
        new Mailbox(mails, new Uri(StorefrontUrl)).Map(app);
        return app;
    }

    public void Dispose() => storefront?.Dispose();
}
