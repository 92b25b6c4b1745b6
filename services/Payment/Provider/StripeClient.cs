using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;
using Shop.ServiceDefaults.Logs;
using Shop.ServiceDefaults.Messaging;

namespace Shop.Payment.Provider;

/// <summary>
/// Calls that speak Stripe's API. A try has a time-out; a few quick tries with jitter bridge a hiccup; a provider that keeps
/// failing opens the breaker, and messages come back later instead of hammering it. Every POST carries an idempotency key, so
/// repeating it is safe.
/// </summary>
internal sealed partial class StripeClient(HttpClient http, ProviderOptions options, TimeProvider clock, BreakerGauge breaker, ILogger<StripeClient> log)
{
    private readonly ResiliencePipeline<HttpResponseMessage> resilience =
        new ResiliencePipelineBuilder<HttpResponseMessage> { TimeProvider = clock }
            .AddRetry(new RetryStrategyOptions<HttpResponseMessage>
            {
                MaxRetryAttempts = options.QuickTries,
                Delay = TimeSpan.FromMilliseconds(150),
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                ShouldHandle = args => ValueTask.FromResult(Failed(args.Outcome.Exception) || Status(args.Outcome) is 409 or 429 or >= 500),
            })
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions<HttpResponseMessage>
            {
                FailureRatio = 0.5,
                MinimumThroughput = 10,
                SamplingDuration = TimeSpan.FromSeconds(10),
                BreakDuration = options.BreakDuration,
                StateProvider = breaker.Provider,
                // 409 is another try of ours still at work under the same key: no reason to leave the provider alone.
                ShouldHandle = args => ValueTask.FromResult(Failed(args.Outcome.Exception) || Status(args.Outcome) is 429 or >= 500),
                OnOpened = _ =>
                {
                    BreakerOpened(log, options.BreakDuration.TotalSeconds);
                    return default;
                },
                OnClosed = _ =>
                {
                    BreakerClosed(log);
                    return default;
                },
            })
            .AddTimeout(options.Timeout)
            .Build();

    /// <summary>POSTs a form under an idempotency key.</summary>
    public Task<StripeAnswer<T>> Post<T>(string path, string key, JsonTypeInfo<T> type, CancellationToken cancellation, params (string Name, string Value)[] form)
        where T : class =>
        Send(
            () => new HttpRequestMessage(HttpMethod.Post, path)
            {
                Content = new FormUrlEncodedContent(form.Select(field => KeyValuePair.Create(field.Name, field.Value))),
                Headers = { { "Idempotency-Key", key } },
            },
            type, cancellation);

    /// <summary>GETs an object or a list.</summary>
    public Task<StripeAnswer<T>> Get<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellation) where T : class =>
        Send(() => new HttpRequestMessage(HttpMethod.Get, path), type, cancellation);

    private async Task<StripeAnswer<T>> Send<T>(Func<HttpRequestMessage> request, JsonTypeInfo<T> type, CancellationToken cancellation) where T : class
    {
        try
        {
            using var response = await resilience.ExecuteAsync(
                async token =>
                {
                    using var message = request();
                    return await http.SendAsync(message, token);
                },
                cancellation);
            return await Read(response, type, cancellation);
        }
        catch (BrokenCircuitException)
        {
            throw new RetryLaterException("The payment provider is failing: the breaker is open.", options.BreakDuration);
        }
        catch (Exception exception) when (exception is HttpRequestException or TimeoutRejectedException or JsonException)
        {
            throw new RetryLaterException($"The payment provider did not answer ({exception.GetType().Name}).", inner: exception);
        }
    }

    private async Task<StripeAnswer<T>> Read<T>(HttpResponseMessage response, JsonTypeInfo<T> type, CancellationToken cancellation) where T : class
    {
        var isReplay = response.Headers.TryGetValues("Idempotent-Replayed", out var values) && values.Contains("true");
        if (response.IsSuccessStatusCode) return new(await response.Content.ReadFromJsonAsync(type, cancellation), null, isReplay);
        if (response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
        {
            KeyRefused(log, (int)response.StatusCode);
            throw new RetryLaterException("The payment provider refuses the shop's key: this is for an operator to mend.");
        }

        if ((int)response.StatusCode is 409 or 429 || ((int)response.StatusCode >= 500 && !isReplay))
            throw new RetryLaterException($"The payment provider answered {(int)response.StatusCode}.", response.Headers.RetryAfter?.Delta);

        var error = (int)response.StatusCode >= 500
            ? new StripeError("api_error")
            : (await response.Content.ReadFromJsonAsync(StripeJson.Default.StripeFailure, cancellation))?.Error;
        return new(null, error ?? new StripeError("api_error"), isReplay);
    }

    private static bool Failed(Exception? exception) => exception is HttpRequestException or TimeoutRejectedException;

    private static int? Status(Outcome<HttpResponseMessage> outcome) => (int?)outcome.Result?.StatusCode;

    [LoggerMessage(EventName = LogEvents.BreakerOpened, Level = LogLevel.Error, Message = "The payment provider keeps failing: no calls for {Seconds} s.")]
    private static partial void BreakerOpened(ILogger log, double seconds);

    [LoggerMessage(EventName = LogEvents.BreakerClosed, Level = LogLevel.Information, Message = "The payment provider answers again.")]
    private static partial void BreakerClosed(ILogger log);

    [LoggerMessage(LogLevel.Critical, "The payment provider answered {Status}: the shop's key is refused.")]
    private static partial void KeyRefused(ILogger log, int status);
}

/// <summary>
/// An answer: an object or an error. <paramref name="IsReplay"/>: it is that of an earlier request with the same key, which the
/// provider keeps for a day; only another key gets another answer.
/// </summary>
internal sealed record StripeAnswer<T>(T? Value, StripeError? Error, bool IsReplay) where T : class;
