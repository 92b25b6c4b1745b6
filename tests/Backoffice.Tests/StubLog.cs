using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Shop.Contracts;
using Shop.ServiceDefaults;

namespace Shop.Backoffice.Tests;

/// <summary>The log in place of the Order Event Service's, as long as a test wants it.</summary>
public sealed class StubLog : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly List<EventEnvelope> events = [];
    private readonly Signal changed = new();

    private StubLog(WebApplication app) => this.app = app;

    public string Url => app.Urls.Single();

    /// <summary>A page that goes beyond that position is answered with 503.</summary>
    public long ServesUpTo { get; set; } = long.MaxValue;

    /// <summary>The lowest position behind which a page was asked for, since it was last set.</summary>
    public long LowestAsked { get; set; } = long.MaxValue;

    public static async Task<StubLog> Start()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var log = new StubLog(app);
        app.Urls.Add("http://127.0.0.1:0");
        app.MapGet("/events", log.Page);
        app.MapGet("/events/stream", log.Stream);
        await app.StartAsync();
        return log;
    }

    /// <summary>More happens.</summary>
    public void Add(IEnumerable<EventEnvelope> more)
    {
        lock (events) events.AddRange(more);
        changed.Raise();
    }

    /// <summary>Something happens of which this version of the shop knows nothing, or not in this version.</summary>
    public EventEnvelope AddUnknown(string type, int version, Guid? order = null)
    {
        lock (events)
        {
            var last = events[^1];
            var unknown = last with
            {
                Position = last.Position + 1,
                OrderId = order ?? last.OrderId,
                Revision = last.Revision + 1000,
                EventId = Guid.NewGuid(),
                Type = type,
                Version = version,
                Data = JsonSerializer.SerializeToElement(new { novelty = true }),
            };
            events.Add(unknown);
            changed.Raise();
            return unknown;
        }
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private IResult Page(HttpResponse response, long from = 0, int limit = 100)
    {
        SayWhereItEnds(response);
        if (limit == OrderLog.LargestPage) LowestAsked = Math.Min(LowestAsked, from);
        var page = After(from, limit);
        if (page.Count > 0 && page[^1].Position > ServesUpTo) return TypedResults.StatusCode(503);
        return TypedResults.Json(new EventPage(page, page.Count == 0 ? from : page[^1].Position), ContractsJson.Default.EventPage);
    }

    private async Task Stream(HttpContext context, long from)
    {
        SayWhereItEnds(context.Response);
        await ServerSentEvents.Write(context.Response, Events(), context.RequestAborted);

        async IAsyncEnumerable<ServerSentEvent> Events()
        {
            while (true)
            {
                var next = changed.Next;
                foreach (var envelope in After(from, int.MaxValue))
                {
                    from = envelope.Position;
                    yield return new(envelope.Position, envelope.Type, JsonSerializer.SerializeToUtf8Bytes(envelope, ContractsJson.Default.EventEnvelope));
                }

                await next.WaitAsync(context.RequestAborted);
            }
        }
    }

    private List<EventEnvelope> After(long from, int limit)
    {
        lock (events) return [.. events.SkipWhile(envelope => envelope.Position <= from).Take(limit)];
    }

    private void SayWhereItEnds(HttpResponse response)
    {
        lock (events) response.Headers[OrderLog.LastPositionHeader] = $"{(events.Count == 0 ? 0 : events[^1].Position)}";
    }
}
