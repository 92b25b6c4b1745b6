using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Shop.Testing;
using Yarp.ReverseProxy.Configuration;

namespace Shop.Gateway.Tests;

/// <summary>The real gateway on a free port, in front of a <see cref="StubService"/>.</summary>
public sealed class GatewayUnderTest : IAsyncDisposable
{
    public const string OrderPath = "/api/v1/orders/5b2f7c1e-4d0a-5c3b-9a57-0d2f6a0f7c11";
    public const string ShippedPath = "/api/v1/shipments/5b2f7c1e-4d0a-5c3b-9a57-0d2f6a0f7c11/shipped";

    private readonly TemporaryFolder folder;
    private readonly WebApplication app;

    private GatewayUnderTest(TemporaryFolder folder, WebApplication app, StubService services)
    {
        this.folder = folder;
        this.app = app;
        Services = services;
        Client = new HttpClient(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false })
        {
            BaseAddress = new Uri(app.Urls.Single()),
        };
    }

    public StubService Services { get; }

    public HttpClient Client { get; }

    /// <summary>The token that came with the order of <see cref="StubService.OrderId"/>.</summary>
    public string OwnToken { get; private set; } = "";

    /// <summary>What the gateway is made of.</summary>
    public IServiceProvider Parts => app.Services;

    public IReadOnlyList<RouteConfig> Routes => app.Services.GetRequiredService<IProxyConfigProvider>().GetConfig().Routes;

    /// <summary>Starts it with these settings, each <c>Name=value</c>; unlimited unless they say otherwise.</summary>
    public static async Task<GatewayUnderTest> Start(params string[] settings)
    {
        var folder = new TemporaryFolder();
        var services = await StubService.Start();
        var app = GatewayService.Build(
        [
            "--environment=Development",
            "--Urls=http://127.0.0.1:0",
            $"--DataDirectory={folder.Path}",
            $"--ReverseProxy:Clusters:orders:Destinations:orders:Address={services.Address}",
            $"--ReverseProxy:Clusters:shipping:Destinations:shipping:Address={services.Address}",
            $"--ReverseProxy:Clusters:backoffice:Destinations:backoffice:Address={services.Address}",
            "--Logging:LogLevel:Default=None",
            "--RateLimits:Enabled=false",
            .. settings.Select(setting => $"--{setting}"),
        ]);
        await app.StartAsync();
        var gateway = new GatewayUnderTest(folder, app, services);
        using var placed = await gateway.Send(HttpMethod.Post, "/api/v1/orders", ("X-Api-Key", "dev-storefront"));
        gateway.OwnToken = (await placed.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("orderToken").GetString()!;
        services.Forget();
        return gateway;
    }

    /// <summary>A token as this gateway makes them.</summary>
    public string Token(Guid order, TimeSpan lifetime) => Token(Path.Combine(folder.Path, "keys"), order, lifetime);

    /// <summary>A token in the right form, made with other keys.</summary>
    public static string ForgedToken(Guid order)
    {
        using var elsewhere = new TemporaryFolder();
        return Token(elsewhere.Path, order, TimeSpan.FromDays(1));
    }

    /// <summary>Sends a request; one that may have a body gets an empty JSON object.</summary>
    public async Task<HttpResponseMessage> Send(HttpMethod method, string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        if (method != HttpMethod.Get) request.Content = new StringContent("{}", Encoding.UTF8, "application/json");
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        return await Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    /// <summary>Sends these very characters (Latin-1), and returns the whole answer.</summary>
    public async Task<string> SendRaw(string request)
    {
        using var connection = new TcpClient();
        var address = Client.BaseAddress!;
        await connection.ConnectAsync(address.Host, address.Port);
        var stream = connection.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(request.ReplaceLineEndings("\r\n")));
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var answer = new StringBuilder();
        var buffer = new byte[64 * 1024];
        try
        {
            // To the last chunk, or to the end: after a refusal the server waits a while for the rest of the body before it hangs up.
            while (!answer.ToString().EndsWith("\r\n0\r\n\r\n", StringComparison.Ordinal)
                && await stream.ReadAsync(buffer, deadline.Token) is > 0 and var read)
            {
                answer.Append(Encoding.UTF8.GetString(buffer, 0, read));
            }
        }
        catch (IOException)
        {
            // A reset after the answer: what came before it counts.
        }

        return answer.ToString();
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await app.DisposeAsync();
        await Services.DisposeAsync();
        folder.Dispose();
    }

    private static string Token(string keys, Guid order, TimeSpan lifetime)
    {
        var protection = DataProtectionProvider.Create(
            new DirectoryInfo(keys), options => options.SetApplicationName(OrderTokens.ApplicationName));
        return new OrderTokens(protection, lifetime).Issue(order);
    }
}
