using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Shop.OrderEvents;
using Shop.ServiceDefaults;
using Shop.Shipping;

namespace Shop.Histories.Tests;

/// <summary>
/// The real endpoints of the Order Event Service and of shipping, without a network: a request is handled on the caller's thread.
/// One server for all histories; what is behind the endpoints comes with each request.
/// </summary>
internal sealed class InProcessServer : IServer
{
    private readonly WebApplication app;
    private Func<IFeatureCollection, Task> process = _ => throw new InvalidOperationException("Not started.");

    private InProcessServer()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<IServer>(this).AddRouting().AddProblems();
        builder.Services.AddExceptionHandler<StoreProblems>();
        // So that the endpoints take them for services. Which ones they get, the request says.
        builder.Services.AddTransient<OrderHandler>().AddTransient<OrderStreams>().AddTransient<OrderChanges>().AddTransient<OrdersClient>();
        builder.Services.AddTransient<OrderEvents.Store.IEventStore>(_ => throw new InvalidOperationException("A request brings its own."));
        builder.Services.AddSingleton(TimeProvider.System);
        app = builder.Build();
        app.UseExceptionHandler();
        app.MapOrders();
        app.MapEvents();
        app.MapShipments();
    }

    public IFeatureCollection Features { get; } = new FeatureCollection();

    public static async Task<InProcessServer> Start()
    {
        var server = new InProcessServer();
        await server.app.StartAsync();
        return server;
    }

    /// <summary>Handles one request; <paramref name="services"/> is what it is handled with.</summary>
    public async Task<HttpResponseMessage> Handle(HttpRequestMessage request, byte[] body, Func<Type, object?> services)
    {
        using var answer = new MemoryStream();
        var (response, stream) = (new HttpResponseFeature(), new StreamResponseBodyFeature(answer));
        var features = new FeatureCollection();
        features.Set<IHttpRequestFeature>(new HttpRequestFeature
        {
            Method = request.Method.Method,
            Scheme = "http",
            Path = request.RequestUri!.AbsolutePath,
            QueryString = request.RequestUri.Query,
            Protocol = "HTTP/1.1",
            Body = new MemoryStream(body),
            Headers = Headers(request),
        });
        features.Set<IHttpResponseFeature>(response);
        features.Set<IHttpResponseBodyFeature>(stream);
        features.Set<IServiceProvidersFeature>(new RequestServicesOf(new Services(app.Services, services)));
        await process(features);
        await stream.CompleteAsync();
        var message = new HttpResponseMessage((System.Net.HttpStatusCode)response.StatusCode) { Content = new ByteArrayContent(answer.ToArray()) };
        foreach (var (name, values) in response.Headers)
        {
            if (!message.Headers.TryAddWithoutValidation(name, values.ToArray())) message.Content.Headers.TryAddWithoutValidation(name, values.ToArray());
        }

        return message;
    }

    public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken) where TContext : notnull
    {
        process = async features =>
        {
            var context = application.CreateContext(features);
            await application.ProcessRequestAsync(context);
            application.DisposeContext(context, null);
        };
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Stops the host; as its server, this is disposed of with it.</summary>
    public ValueTask Stop() => app.DisposeAsync();

    public void Dispose() { }

    private static HeaderDictionary Headers(HttpRequestMessage request)
    {
        var headers = new HeaderDictionary { ["Host"] = request.RequestUri!.Authority };
        foreach (var (name, values) in request.Headers) headers[name] = values.ToArray();
        foreach (var (name, values) in request.Content?.Headers ?? Enumerable.Empty<KeyValuePair<string, IEnumerable<string>>>()) headers[name] = values.ToArray();
        return headers;
    }

    private sealed record RequestServicesOf(IServiceProvider Services) : IServiceProvidersFeature
    {
        public IServiceProvider RequestServices { get => Services; set => throw new NotSupportedException(); }
    }

    private sealed class Services(IServiceProvider app, Func<Type, object?> own) : IServiceProvider
    {
        public object? GetService(Type serviceType) => own(serviceType) ?? app.GetService(serviceType);
    }
}
