using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Shop.OrderEvents.Store;
using Shop.Payment.Provider;
using Shop.ServiceDefaults;
using static System.Net.HttpStatusCode;

namespace Shop.Histories.Tests;

/// <summary>A store that appends behind whatever is there.</summary>
internal sealed class AnyRevision(IEventStore store) : IEventStore
{
    public async Task<AppendResult> Append(string stream, long expectedRevision, IReadOnlyList<NewEvent> events, CancellationToken cancellation)
    {
        while (true)
        {
            var result = await store.Append(stream, expectedRevision, events, cancellation);
            if (result is not AppendResult.WrongExpectedRevision { Actual: var actual }) return result;
            expectedRevision = actual;
        }
    }

    public ValueTask<IReadOnlyList<StoredEvent>> ReadStream(string stream, CancellationToken cancellation) => store.ReadStream(stream, cancellation);

    public ValueTask<IReadOnlyList<StoredEvent>> ReadAll(long after, int limit, CancellationToken cancellation) => store.ReadAll(after, limit, cancellation);

    public IAsyncEnumerable<StoredEvent> ReadAllBackwards(CancellationToken cancellation) => store.ReadAllBackwards(cancellation);

    public IAsyncEnumerable<LogEntry> Subscribe(long after, CancellationToken cancellation) => store.Subscribe(after, cancellation);

    public ValueTask<long> LastPosition(CancellationToken cancellation) => store.LastPosition(cancellation);

    public ValueTask<long> CountBehind(long position, CancellationToken cancellation) => store.CountBehind(position, cancellation);

    public Task<ICheckpoint> Hold(string reader, Action<long> elsewhere, CancellationToken cancellation) => store.Hold(reader, elsewhere, cancellation);

    public ValueTask DisposeAsync() => store.DisposeAsync();
}

/// <summary>Another idempotency key for each try, and no looking for what an earlier one did.</summary>
internal sealed class FreshKeys(Bank bank) : IPaymentProvider
{
    public Task<Authorization> Authorize(AuthorizationRequest request, CancellationToken cancellation)
    {
        bank.ForgetKeys();
        return bank.Authorize(request with { MayExist = false }, cancellation);
    }

    public Task<Settlement> Capture(Guid orderId, int attempt, string paymentId, CancellationToken cancellation) =>
        bank.Capture(orderId, attempt, paymentId, cancellation);

    public Task<Settlement> Void(Guid orderId, int attempt, string paymentId, CancellationToken cancellation) =>
        bank.Void(orderId, attempt, paymentId, cancellation);

    public Task<ProviderRefund> Refund(Guid orderId, string paymentId, Guid refundId, long amount, CancellationToken cancellation) =>
        bank.Refund(orderId, paymentId, refundId, amount, cancellation);

    public Task<ProviderRefund> FindRefund(string providerRefundId, CancellationToken cancellation) => bank.FindRefund(providerRefundId, cancellation);
}

/// <summary>Another refund id for each try.</summary>
internal sealed class FreshRefundIds(IPaymentProvider provider) : IPaymentProvider
{
    private int tries;

    public Task<Authorization> Authorize(AuthorizationRequest request, CancellationToken cancellation) => provider.Authorize(request, cancellation);

    public Task<Settlement> Capture(Guid orderId, int attempt, string paymentId, CancellationToken cancellation) =>
        provider.Capture(orderId, attempt, paymentId, cancellation);

    public Task<Settlement> Void(Guid orderId, int attempt, string paymentId, CancellationToken cancellation) =>
        provider.Void(orderId, attempt, paymentId, cancellation);

    public Task<ProviderRefund> Refund(Guid orderId, string paymentId, Guid refundId, long amount, CancellationToken cancellation) =>
        provider.Refund(orderId, paymentId, NameBasedId.Of("try", $"{tries++}"), amount, cancellation);

    public Task<ProviderRefund> FindRefund(string providerRefundId, CancellationToken cancellation) => provider.FindRefund(providerRefundId, cancellation);
}

/// <summary>The marker is kept back until the outcome is written; the process believes that it stands.</summary>
internal sealed class MarkerAfterTheCharge(HttpMessageHandler wire) : DelegatingHandler(wire)
{
    private readonly Dictionary<string, byte[]> keptBack = [];

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.Content is null) return await base.SendAsync(request, cancellationToken);
        var (path, body) = (request.RequestUri!.AbsolutePath, await request.Content.ReadAsByteArrayAsync(cancellationToken));
        var proposed = JsonNode.Parse(body)!;
        if ((string?)proposed["type"] == "payment-auth-in-progress/v1")
        {
            keptBack[path] = body;
            using var look = new HttpRequestMessage(HttpMethod.Get, new Uri(request.RequestUri, path.Replace("/events", "")));
            var answer = await base.SendAsync(look, cancellationToken);
            var order = JsonNode.Parse(await answer.Content.ReadAsStringAsync(cancellationToken))!;
            order["payment"]!["attempts"]!.AsArray().Add(new JsonObject
            {
                ["attempt"] = (int)proposed["data"]!["attempt"]!,
                ["status"] = "open",
                ["startedAt"] = (string)proposed["occurredAt"]!,
            });
            var appended = new JsonObject { ["eventId"] = (string)proposed["eventId"]!, ["revision"] = 0, ["order"] = order };
            return new HttpResponseMessage(Created) { Content = JsonContent.Create(appended) };
        }

        if (keptBack.Remove(path, out var marker))
        {
            using var late = new HttpRequestMessage(HttpMethod.Post, request.RequestUri) { Content = new ByteArrayContent(marker) };
            late.Content.Headers.ContentType = request.Content.Headers.ContentType;
            await base.SendAsync(late, cancellationToken);
        }

        return await base.SendAsync(request, cancellationToken);
    }
}

/// <summary>
/// The process does not see that an order was cancelled while its attempt is open, so that it does not look again before the
/// capture; or it does not see it in the answer to the capture, so that it forgets the refund.
/// </summary>
internal sealed class NoLookAtTheCancel(HttpMessageHandler wire, bool beforeTheCapture = false, bool afterTheCapture = false) : DelegatingHandler(wire)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var proposal = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        var answer = await base.SendAsync(request, cancellationToken);
        if (!answer.IsSuccessStatusCode) return answer;
        var body = JsonNode.Parse(await answer.Content.ReadAsStringAsync(cancellationToken))!;
        var order = body["order"] ?? body;
        var isOpen = order["payment"]!["attempts"]!.AsArray() is [.., var last] && (string?)last!["status"] == "open";
        var isHidden = (beforeTheCapture && isOpen) || (afterTheCapture && proposal.Contains("payment-captured/v1"));
        if (isHidden && (string?)order["status"] == "cancelled") order["status"] = "payment-in-progress";
        return new HttpResponseMessage(answer.StatusCode) { Content = JsonContent.Create(body) };
    }
}
