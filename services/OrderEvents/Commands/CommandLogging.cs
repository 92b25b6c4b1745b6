using System.Diagnostics;
using System.Globalization;
using Shop.Contracts;
using Shop.OrderEvents.Store;
using Shop.ServiceDefaults;

namespace Shop.OrderEvents.Commands;

/// <summary>Records each request that asks for a change, by what it was answered; nothing of its body.</summary>
internal sealed class CommandLogging(RequestDelegate next, CommandLog commands, TimeProvider clock)
{
    /// <summary>Where an endpoint leaves the type of the event that it was asked to write.</summary>
    public const string EventTypeItem = "event-type";

    public async Task InvokeAsync(HttpContext context)
    {
        if (HttpMethods.IsGet(context.Request.Method) || context.GetEndpoint() is not RouteEndpoint endpoint)
        {
            await next(context);
            return;
        }

        try
        {
            await next(context);
            Record(context, endpoint, context.Response.StatusCode, code: null);
        }
        catch (Exception exception)
        {
            var (status, code) = exception switch
            {
                ProblemException refusal => (refusal.Status, refusal.Code),
                BadHttpRequestException bad => (bad.StatusCode, Problems.CodeOf(bad.StatusCode)),
                EventStoreUnavailableException => (StatusCodes.Status503ServiceUnavailable, Problems.CodeOf(StatusCodes.Status503ServiceUnavailable)),
                OperationCanceledException when context.RequestAborted.IsCancellationRequested => (StatusCodes.Status499ClientClosedRequest, "client-closed-request"),
                _ => (StatusCodes.Status500InternalServerError, Problems.CodeOf(StatusCodes.Status500InternalServerError)),
            };
            Record(context, endpoint, status, code);
            throw;
        }
    }

    private void Record(HttpContext context, RouteEndpoint endpoint, int status, string? code)
    {
        var headers = context.Response.Headers;
        commands.Add(new CommandRecord
        {
            Id = 0,
            At = clock.GetUtcNow(),
            Command = Name(endpoint.RoutePattern.RawText!),
            EventType = context.Items[EventTypeItem] as string,
            Agent = context.Request.Agent().ToString(),
            OrderId = Guid.TryParse(context.GetRouteValue("orderId") as string ?? headers.Location.ToString().Split('/')[^1], out var order) ? order : null,
            Outcome = status switch
            {
                >= 500 or StatusCodes.Status499ClientClosedRequest => CommandOutcome.Failed,
                >= 400 => CommandOutcome.Refused,
                _ when headers.ContainsKey(Idempotency.ReplayedHeader) => CommandOutcome.Repeated,
                _ => CommandOutcome.Accepted,
            },
            Status = status,
            Code = code,
            Revision = long.TryParse(headers.ETag.ToString().AsSpan().Trim('"'), NumberStyles.None, CultureInfo.InvariantCulture, out var revision) ? revision : null,
            TraceId = Activity.Current?.TraceId.ToString(),
        });
    }

    /// <summary>What a route asks for; one that is not named here is called by its last word.</summary>
    private static string Name(string route) => route.TrimEnd('/').Split('/')[^1] switch
    {
        "orders" => "place-order",
        "payment" => "update-payment",
        "shipping-address" => "update-shipping-address",
        "cancel" => "cancel-order",
        "events" => "append-event",
        "nudge" => "nudge-order",
        var other => other,
    };
}
