using Shop.Sandbox.Objects;

namespace Shop.Sandbox.Http;

/// <summary>What can be made to go wrong for everybody, at run time.</summary>
public enum FaultMode
{
    None,

    /// <summary>503 for every request.</summary>
    Down,

    /// <summary>Every request takes longer.</summary>
    Slow,

    /// <summary>500 before anything was begun.</summary>
    Errors,

    /// <summary>429 with <c>Retry-After</c>.</summary>
    RateLimit,

    /// <summary>POSTs are carried out, then the connection is dropped without an answer.</summary>
    LostReply,
}

/// <summary>
/// The faults that are switched on, by <c>PUT /sandbox/faults</c>. They live in memory: after a restart all is well.
/// </summary>
public sealed class Faults(TimeProvider time)
{
    private volatile FaultSettings settings = FaultSettings.None;
    private long count;

    public FaultSettings Settings
    {
        get => settings;
        set
        {
            Interlocked.Exchange(ref count, 0);
            settings = value;
        }
    }

    /// <summary>Lets a request through, late if need be, or refuses it before anything of it was begun.</summary>
    public async Task Gate(HttpContext http)
    {
        var now = settings;
        if (now.Mode is FaultMode.None or FaultMode.LostReply) return;
        if (now.Latency > TimeSpan.Zero) await Task.Delay(now.Latency, time, http.RequestAborted);
        if (now.Mode == FaultMode.Slow || !Hits(now)) return;
        switch (now.Mode)
        {
            case FaultMode.Down:
                throw StripeException.Api(503, "The service is down.");
            case FaultMode.Errors:
                throw StripeException.Api(500, "An unknown error occurred.");
            case FaultMode.RateLimit:
                http.Response.Headers.RetryAfter = "1";
                throw new StripeException(429, "invalid_request_error", "rate_limit",
                    "Request rate limit exceeded. Learn more about rate limits here https://stripe.com/docs/rate-limits.");
        }
    }

    /// <summary>True when the answer to a POST that has just been carried out is to be lost.</summary>
    public bool DropsReply() => settings is { Mode: FaultMode.LostReply } now && Hits(now);

    // Spread evenly, not drawn by lot: a rate of 0.5 is every second request, and a test can count on it.
    private bool Hits(FaultSettings now)
    {
        if (now.Rate >= 1) return true;
        var n = Interlocked.Increment(ref count);
        return Math.Floor(n * now.Rate) > Math.Floor((n - 1) * now.Rate);
    }
}

/// <summary>One setting of the faults. <paramref name="Rate"/> is the share of requests that are hit, 0 to 1.</summary>
public sealed record FaultSettings(FaultMode Mode, TimeSpan Latency, double Rate)
{
    public static FaultSettings None { get; } = new(FaultMode.None, TimeSpan.Zero, 1);
}
