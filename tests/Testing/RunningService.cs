using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Shop.ServiceDefaults;

namespace Shop.Testing;

/// <summary>A service of the shop, run in this process on a port of its own, and a client that holds the services' key.</summary>
public sealed class RunningService : IAsyncDisposable
{
    private readonly WebApplication app;

    private RunningService(WebApplication app)
    {
        this.app = app;
        Url = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        Client = new HttpClient { BaseAddress = Url };
        Client.DefaultRequestHeaders.Add(ServiceKey.Header, ServiceKey.DevelopmentKey);
        Client.DefaultRequestHeaders.Add(ServiceKey.AgentHeader, "customer/test");
    }

    /// <summary>Where it listens.</summary>
    public Uri Url { get; }

    public HttpClient Client { get; }

    public IServiceProvider Services => app.Services;

    /// <summary>Starts the service that <paramref name="build"/> makes of these settings (<c>Name=value</c>).</summary>
    public static async Task<RunningService> Start(Func<string[], WebApplication> build, params string[] settings)
    {
        var app = build(["--environment=Development", "--urls=http://127.0.0.1:0", "--Logging:LogLevel:Default=Warning", .. settings.Select(setting => $"--{setting}")]);
        await app.StartAsync();
        return new RunningService(app);
    }

    /// <summary>Sends JSON text; the answer's status, headers and body.</summary>
    public Task<Answer> Send(HttpMethod method, string path, string? json = null, params (string Name, string Value)[] headers) =>
        Answer.To(Client, method, path, json, headers);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await app.DisposeAsync();
    }
}
