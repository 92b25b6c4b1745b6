using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Shop.Contracts;
using Shop.ServiceDefaults;

namespace Shop.Backoffice.Deliveries;

/// <summary>
/// What the order management system answered. Without an <paramref name="Error"/> it has taken the order. <paramref name="IsAway"/>:
/// the next one would most likely fare no better.
/// </summary>
public sealed record SendResult(int? Status, string? Error, bool IsAway, TimeSpan? RetryAfter = null);

/// <summary>
/// Posts an approval, as the pull has it, to the order management system: signed (<see cref="WebhookSignature"/>), and under an
/// <c>Idempotency-Key</c> that is the same however often it is sent. Any 2xx means that it is taken care of.
/// </summary>
public sealed class OrderManagementClient(HttpClient http, IOptions<OrderManagementOptions> options, TimeProvider clock)
{
    /// <summary>Sends it once.</summary>
    public async Task<SendResult> Send(Guid deliveryId, Approval approval, CancellationToken cancellation)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(approval, ContractsJson.Default.Approval);
        using var request = new HttpRequestMessage(HttpMethod.Post, options.Value.Url)
        {
            Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } },
            Headers =
            {
                { Idempotency.KeyHeader, deliveryId.ToString() },
                { WebhookSignature.Header, WebhookSignature.Sign(options.Value.Secrets, clock.GetUtcNow(), body) },
            },
        };
        using var timeout = new CancellationTokenSource(options.Value.Timeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, timeout.Token);
        try
        {
            // The body of the answer is nobody's business here, and may be of any length.
            using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            if (answer.IsSuccessStatusCode) return new SendResult((int)answer.StatusCode, null, IsAway: false);
            var status = (int)answer.StatusCode;
            var retryAfter = answer.Headers.RetryAfter is { } header ? header.Delta ?? header.Date - clock.GetUtcNow() : null;
            return new SendResult(
                status, string.Create(CultureInfo.InvariantCulture, $"It answered {status}."), IsAway: status is 401 or 403 or 408 or 429 or >= 500, retryAfter);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new SendResult(null, "It did not answer in time.", IsAway: true);
        }
        catch (HttpRequestException exception)
        {
            return new SendResult(null, $"It cannot be reached ({exception.HttpRequestError}).", IsAway: true);
        }
    }
}
