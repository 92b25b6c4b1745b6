namespace Shop.Gateway;

/// <summary>
/// The headers that pass. Everything else stays outside, in both directions: a caller cannot say who it is to a service (keys,
/// tokens, cookies, <c>X-Shop-*</c>, <c>X-Forwarded-*</c>), and a service says nothing about itself.
/// </summary>
internal static class ServiceHeaders
{
    public const string IdempotencyKey = "Idempotency-Key";

    public static readonly string[] ToServices =
        ["Accept", "Accept-Language", "Content-Length", "Content-Type", IdempotencyKey, "If-Match", "If-None-Match", "Last-Event-ID"];

    /// <summary>Towards a service that takes WebSockets, and back: what their handshake needs.</summary>
    public static readonly string[] OfWebSockets = ["Sec-WebSocket-Accept", "Sec-WebSocket-Key", "Sec-WebSocket-Version"];

    public static readonly string[] FromServices =
    [
        "Allow", "Cache-Control", "Content-Length", "Content-Type", "ETag", "Idempotent-Replayed", "Location", "Retry-After",
        "X-Accel-Buffering", // keeps another proxy in front from holding an event stream back
    ];
}
