using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Shop.Sandbox.Objects;

namespace Shop.Sandbox.Http;

/// <summary>A status and a body, as they are sent and as an idempotency key keeps them.</summary>
public sealed record Answer(int Status, byte[] Body)
{
    // The answers are JSON for programs, never part of a page: quotes and the like need no escapes.
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Answer Ok(JsonObject body) => Of(200, body);

    public static Answer Of(int status, JsonObject body) => new(status, JsonSerializer.SerializeToUtf8Bytes(body, Plain));

    public static Answer Of(StripeException refusal) => Of(refusal.Status, refusal.ToJson());

    public async Task Send(HttpResponse response)
    {
        response.StatusCode = Status;
        response.ContentType = "application/json";
        response.ContentLength = Body.Length;
        response.Headers.CacheControl = "no-cache, no-store";
        await response.Body.WriteAsync(Body, response.HttpContext.RequestAborted);
    }
}
