using System.Net;
using System.Text.Json;
using Shop.Contracts;
using Shop.ServiceDefaults;

namespace Shop.Deliveries.Tests;

/// <summary>An order management system that behaves as a test wants it, and remembers every request that reached it.</summary>
public sealed class OrderManagementSystem : HttpMessageHandler
{
    private readonly Lock gate = new();
    private readonly List<Request> requests = [];

    /// <summary>What it answers; it takes an order when it answers 200, or when it answers nothing because the reply is lost.</summary>
    public Func<Request, HttpResponseMessage> Answer { get; set; } = _ => new HttpResponseMessage(HttpStatusCode.OK);

    public IReadOnlyList<Request> Requests
    {
        get { lock (gate) return [.. requests]; }
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = await request.Content!.ReadAsByteArrayAsync(cancellationToken);
        var received = new Request(
            request.RequestUri!, Header(request, Idempotency.KeyHeader), Header(request, WebhookSignature.Header), body,
            JsonSerializer.Deserialize(body, ContractsJson.Default.Approval)!);
        lock (gate) requests.Add(received);
        return Answer(received);
    }

    private static string Header(HttpRequestMessage request, string name) => request.Headers.GetValues(name).Single();

    /// <summary>A request as it came.</summary>
    public sealed record Request(Uri Url, string Key, string Signature, byte[] Body, Approval Approval);
}
