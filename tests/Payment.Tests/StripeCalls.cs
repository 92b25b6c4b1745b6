using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Web;
using Microsoft.Extensions.Logging;
using Shop.Payment.Provider;
using Shop.Testing;

namespace Shop.Payment.Tests;

/// <summary>A request to the provider as it went out.</summary>
internal sealed record Call(string Method, string Path, string? Key, IReadOnlyDictionary<string, string> Form);

/// <summary>Records every request to the provider, and answers it by a script or passes it on.</summary>
internal sealed class StripeCalls : DelegatingHandler
{
    private readonly Func<Call, int, HttpResponseMessage>? script;

    /// <summary>Passes every request on.</summary>
    public StripeCalls() : base(new SocketsHttpHandler())
    {
    }

    /// <summary>Answers by script, which is told the request and how many of its kind (method and path) were there before.</summary>
    public StripeCalls(Func<Call, int, HttpResponseMessage> script) => this.script = script;

    public ConcurrentQueue<Call> Calls { get; } = [];

    /// <summary>The idempotency keys of all requests to a path, in order.</summary>
    public IEnumerable<string?> KeysOf(string path) => Calls.Where(call => call.Method == "POST" && call.Path == path).Select(call => call.Key);

    public static HttpClient ClientOf(Uri url, HttpMessageHandler? handler = null)
    {
        var http = new HttpClient(handler ?? new SocketsHttpHandler()) { BaseAddress = url };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Provider.Key);
        return http;
    }

    public static StripeProvider ProviderOf(HttpClient http, LogLines? log = null, int quickTries = 1)
    {
        log ??= new LogLines();
        return new StripeProvider(
            new StripeClient(http, new ProviderOptions { QuickTries = quickTries, Timeout = TimeSpan.FromSeconds(2) }, TimeProvider.System,
                new BreakerGauge(new TestMeters()), new Logger<StripeClient>(log)));
    }

    public static HttpResponseMessage Answer(int status, string json, bool replay = false)
    {
        var response = new HttpResponseMessage((HttpStatusCode)status) { Content = new StringContent(json, Encoding.UTF8, "application/json") };
        if (replay) response.Headers.Add("Idempotent-Replayed", "true");
        return response;
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var form = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        var fields = HttpUtility.ParseQueryString(form);
        var call = new Call(
            request.Method.Method, request.RequestUri!.AbsolutePath, request.Headers.TryGetValues("Idempotency-Key", out var keys) ? keys.Single() : null,
            fields.AllKeys.ToDictionary(name => name!, name => fields[name]!));
        var before = Calls.Count(other => (other.Method, other.Path) == (call.Method, call.Path));
        Calls.Enqueue(call);
        return script is null ? await base.SendAsync(request, cancellationToken) : script(call, before);
    }
}

/// <summary>Keeps what is logged.</summary>
internal sealed class LogLines : ILoggerFactory, ILogger
{
    public ConcurrentQueue<(LogLevel Level, string Text)> Lines { get; } = [];

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Lines.Enqueue((logLevel, $"{formatter(state, exception)} {exception}"));

    public void Dispose()
    {
    }
}
