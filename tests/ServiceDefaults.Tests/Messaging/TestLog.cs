using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Shop.Contracts;

namespace Shop.ServiceDefaults.Tests.Messaging;

/// <summary>An order log over HTTP, as the Order Event Service serves it, that the test writes.</summary>
internal sealed class TestLog : IAsyncDisposable
{
    private readonly List<(long Position, string Json)> items = [];
    private readonly WebApplication app;
    private TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationTokenSource connections = new();

    private TestLog(WebApplication app) => this.app = app;

    public string Url => app.Urls.Single();

    /// <summary>The <c>from</c> of each connection, the first first.</summary>
    public ConcurrentQueue<long> Connections { get; } = new();

    public static async Task<TestLog> Start()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var log = new TestLog(app);
        app.MapGet("/health/live", () => "ok");
        app.MapGet("/events/stream", log.Serve);
        await app.StartAsync();
        return log;
    }

    public Dictionary<string, string?> Settings(string folder) => new()
    {
        ["Orders:Url"] = Url,
        ["DataDirectory"] = folder,
        ["Messaging:RetryDelays:0"] = "1",
        ["Messaging:MaxAttempts"] = "2",
    };

    public RecordedEvent Append(OrderEvent @event, string? traceparent = null)
    {
        var recorded = Given.Recorded(@event, traceparent);
        Append(recorded);
        return recorded;
    }

    public void Append(RecordedEvent recorded) =>
        Append(recorded.Position, JsonSerializer.Serialize(EventEnvelope.Of(recorded), ContractsJson.Default.EventEnvelope));

    public void Append(long position, string json)
    {
        lock (items)
        {
            items.Add((position, json));
            changed.TrySetResult();
            changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>Puts right what was appended under a position.</summary>
    public void Replace(RecordedEvent recorded)
    {
        lock (items)
        {
            items[items.FindIndex(item => item.Position == recorded.Position)] =
                (recorded.Position, JsonSerializer.Serialize(EventEnvelope.Of(recorded), ContractsJson.Default.EventEnvelope));
        }
    }

    /// <summary>Ends every connection; the clients come again.</summary>
    public async Task Disconnect()
    {
        var old = Interlocked.Exchange(ref connections, new CancellationTokenSource());
        await old.CancelAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Disconnect();
        await app.DisposeAsync();
    }

    private async Task Serve(HttpContext context, long from)
    {
        if (context.Request.Headers["X-Api-Key"] != "test-service-key")
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return;
        }

        Connections.Enqueue(from);
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, connections.Token);
        context.Response.ContentType = "text/event-stream";
        await context.Response.WriteAsync($": hello\n\nid: {from}\nevent: heartbeat\ndata:\n\n", ends.Token);
        await context.Response.Body.FlushAsync(ends.Token);
        try
        {
            while (true)
            {
                List<(long Position, string Json)> next;
                Task more;
                lock (items) (next, more) = (items.Where(item => item.Position > from).OrderBy(item => item.Position).ToList(), changed.Task);
                foreach (var (position, json) in next)
                {
                    await context.Response.WriteAsync($"id: {position}\nevent: an-event\ndata: {json}\n\n", ends.Token);
                    from = position;
                }

                await context.Response.Body.FlushAsync(ends.Token);
                if (next.Count == 0) await more.WaitAsync(ends.Token);
            }
        }
        catch (OperationCanceledException)
        {
            context.Abort();
        }
    }
}
