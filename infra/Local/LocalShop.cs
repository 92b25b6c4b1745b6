using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Shop.Backoffice;
using Shop.Gateway;
using Shop.Notification;
using Shop.OrderEvents;
using Shop.Payment;
using Shop.Sandbox;
using Shop.ServiceDefaults;
using Shop.Shipping;

namespace Shop.Local;

/// <summary>
/// The whole shop in one process: each service as it also runs on its own, on a port of the loopback interface that it is given,
/// with its data in a folder of its own. Without <c>ConnectionStrings:RabbitMq</c> the services follow the event store's log.
/// </summary>
public sealed class LocalShop(string[] args, string url, string data) : IAsyncDisposable
{
    private readonly List<(string Name, WebApplication App)> running = [];
    private DeveloperPages? pages;

    /// <summary>Where the gateway listens.</summary>
    public string Url => UrlOf(running[^1].App);

    /// <summary>The folder that holds everything that must survive.</summary>
    public string Data => data;

    /// <summary>The folder into which mails are written, unless they are sent by SMTP.</summary>
    public string Mail { get; } = Path.Combine(data, "mail");

    /// <summary>What runs, and where it listens, in the order in which it was started.</summary>
    public IEnumerable<(string Name, string Url)> Parts => running.Select(part => (part.Name, UrlOf(part.App)));

    /// <summary>How events travel.</summary>
    public string Transport { get; private set; } = "";

    /// <summary>The settings of the services, as the gateway sees them.</summary>
    public IConfiguration Settings => running[^1].App.Configuration;

    /// <summary>Starts every part, those that others call first, and the gateway last.</summary>
    public async Task Start()
    {
        pages = new DeveloperPages(url, Mail, () => new Uri(Url));
        var sandbox = await Start("sandbox", SandboxService.Build);
        var orders = await Start("order-events", OrderEventsService.Build);
        var payment = await Start("payment", PaymentService.Build, $"--Orders:Url={orders}", $"--Payment:Provider:Url={sandbox}");
        var shipping = await Start("shipping", ShippingService.Build, $"--Orders:Url={orders}");
        var notification = await Start(
            "notification", NotificationService.Build, $"--Orders:Url={orders}", $"--Mail:Folder={Mail}", $"--Mail:StorefrontUrl={pages.StorefrontUrl}");
        var backoffice = await Start(
            "backoffice", BackofficeService.Build, $"--Orders:Url={orders}", $"--Services:payment={payment}", $"--Services:shipping={shipping}",
            $"--Services:notification={notification}");
        await Start(
            "gateway", BuildGateway,
            $"--ReverseProxy:Clusters:orders:Destinations:orders:Address={orders}",
            $"--ReverseProxy:Clusters:shipping:Destinations:shipping:Address={shipping}",
            $"--ReverseProxy:Clusters:backoffice:Destinations:backoffice:Address={backoffice}",
            // Without a route to them: the gateway's readiness is that of all its clusters.
            $"--ReverseProxy:Clusters:payment:Destinations:one:Address={payment}",
            $"--ReverseProxy:Clusters:notification:Destinations:one:Address={notification}",
            $"--ReverseProxy:Clusters:sandbox:Destinations:one:Address={sandbox}",
            $"--urls={url}");
        Transport = Settings.GetConnectionString("RabbitMq") is { Length: > 0 } broker
            ? $"RabbitMQ at {new Uri(broker).Host}:{new Uri(broker).Port}"
            : "embedded (no broker: each queue is a durable cursor over the event store)";
    }

    private static string EnvironmentName => Environment.GetEnvironmentVariable("ASPNETCORE_ENVIRONMENT") ?? Environments.Development;

    private WebApplication BuildGateway(string[] settings) => EnvironmentName == Environments.Development
        ? pages!.AddTo(GatewayService.Build([.. settings, .. DeveloperPages.Settings]))
        : GatewayService.Build(settings);

    private async Task<string> Start(string name, Func<string[], WebApplication> build, params string[] settings)
    {
        var app = build([
            $"--environment={EnvironmentName}", "--urls=http://127.0.0.1:0", $"--DataDirectory={Path.Combine(data, name)}", "--Logging:LogLevel:Default=Warning",
            .. args.Where(argument => !argument.StartsWith("--urls", StringComparison.OrdinalIgnoreCase)), .. settings]);
        running.Add((name, app));
        await app.StartAsync();
        return UrlOf(app);
    }

    /// <summary>Stops what runs, the gateway first, so that nothing new comes in while the others finish.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var (_, app) in Enumerable.Reverse(running))
        {
            await app.StopAsync();
            await app.DisposeAsync();
        }

        pages?.Dispose();
    }

    private static string UrlOf(WebApplication app) =>
        app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
}
