using Shop.ServiceDefaults;
using Yarp.ReverseProxy.Forwarder;

namespace Shop.Gateway;

/// <summary>
/// A service that is away, too slow or broken is one thing to a caller: 503, come back in a second. Whether a 502 or a 504 would
/// be the better word depends on where in the shop it failed, which is not the caller's business.
/// </summary>
internal sealed partial class Outages(RequestDelegate next, ILogger<Outages> logger)
{
    /// <summary>What the caller is told.</summary>
    public static ProblemException Unavailable { get; } = ProblemException.Unavailable("The shop");

    public async Task InvokeAsync(HttpContext context)
    {
        await next(context);
        // The caller's own fault keeps its status (a body too large, cut short or too slow); a caller who left hears nothing.
        if (context.GetForwarderErrorFeature() is not { Error: not ForwarderError.RequestBodyClient } failed
            || context.Response.HasStarted || context.RequestAborted.IsCancellationRequested) return;
        LogUnavailable(logger, context.GetEndpoint()?.DisplayName, failed.Error, failed.Exception?.Message);
        context.Response.Clear();
        await Problems.Write(context, Unavailable);
    }

    /// <summary>One line: the proxy's own, with the whole stack at every call, would fill the disk while a service is away.</summary>
    [LoggerMessage(LogLevel.Warning, "Not forwarded: {Route}: {Error}: {Reason}")]
    private static partial void LogUnavailable(ILogger logger, string? route, ForwarderError error, string? reason);
}
