using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Polly;
using Polly.Retry;
using Polly.Timeout;
using Shop.Contracts;
using Shop.ServiceDefaults.Messaging;

namespace Shop.ServiceDefaults;

/// <summary>Why a service acts: the message it handles, and the request that started the whole flow.</summary>
public sealed record Cause(Guid CausationId, Guid CorrelationId);

/// <summary>
/// The way back: how a service reads an order and writes what it did, over the Order Event Service's HTTP API (setting
/// <c>Orders:Url</c>). An event's id follows from what it says happened, so a write that is repeated, by a retry here or by a
/// redelivered message, is written once.
/// </summary>
public sealed class OrdersClient(HttpClient http, ServiceName service, TimeProvider clock)
{
    // Waits by the given clock, as everything else here does: a test that has its own clock does not sleep.
    private readonly ResiliencePipeline<HttpResponseMessage> resilience = new ResiliencePipelineBuilder<HttpResponseMessage> { TimeProvider = clock }
        .AddRetry(new RetryStrategyOptions<HttpResponseMessage>
        {
            MaxRetryAttempts = 2,
            Delay = TimeSpan.FromMilliseconds(100),
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            ShouldHandle = new PredicateBuilder<HttpResponseMessage>()
                .Handle<HttpRequestException>().Handle<TimeoutRejectedException>()
                .HandleResult(response => (int)response.StatusCode is 408 or 429 or >= 500),
        })
        .AddTimeout(TimeSpan.FromSeconds(5))
        .Build();

    /// <summary>The order as it is now; null when there is none.</summary>
    /// <exception cref="OrdersUnavailableException">The Order Event Service did not answer. Try again later.</exception>
    public async Task<OrderView?> Find(Guid orderId, CancellationToken cancellation)
    {
        using var response = await Send(() => new HttpRequestMessage(HttpMethod.Get, $"orders/{orderId}"), cancellation);
        if (response.StatusCode == HttpStatusCode.NotFound) return null;
        return await Body(response, ContractsJson.Default.OrderView, cancellation);
    }

    /// <summary>Writes an event that this service brought about.</summary>
    /// <param name="orderId">The order that it happened to.</param>
    /// <param name="event">What happened.</param>
    /// <param name="eventId">The event's id, the same for every try of the same act.</param>
    /// <param name="cause">The message that made the service act.</param>
    /// <param name="cancellation">Gives up waiting; the event may have been written.</param>
    /// <returns><see cref="AppendOutcome.Written"/>, also when it stood there already, or <see cref="AppendOutcome.Refused"/> when the order's history rules it out.</returns>
    /// <exception cref="OrdersUnavailableException">The Order Event Service did not answer. Try again later: the event may have been written.</exception>
    public async Task<AppendOutcome> Append(Guid orderId, OrderEvent @event, Guid eventId, Cause cause, CancellationToken cancellation)
    {
        var type = EventTypes.Of(@event);
        var body = new AppendEvent(
            eventId, type.StoredName, JsonSerializer.SerializeToElement(@event, type.Json), clock.GetUtcNow(), cause.CausationId, cause.CorrelationId);
        using var response = await Send(
            () => new HttpRequestMessage(HttpMethod.Post, $"orders/{orderId}/events")
            {
                Content = JsonContent.Create(body, ContractsJson.Default.AppendEvent),
            },
            cancellation);
        if (response.StatusCode is HttpStatusCode.Conflict or HttpStatusCode.NotFound)
        {
            var problem = await response.Content.ReadFromJsonAsync(ContractsJson.Default.JsonElement, cancellation);
            return new AppendOutcome.Refused(problem.GetProperty("code").GetString()!, problem);
        }

        var appended = await Body(response, ContractsJson.Default.EventAppended, cancellation);
        return new AppendOutcome.Written(appended.Order, appended.Revision, IsReplay: response.StatusCode == HttpStatusCode.OK);
    }

    private async Task<HttpResponseMessage> Send(Func<HttpRequestMessage> request, CancellationToken cancellation)
    {
        HttpResponseMessage response;
        try
        {
            response = await resilience.ExecuteAsync(
                async token =>
                {
                    using var message = request();
                    message.Headers.Add(ServiceKey.AgentHeader, new Agent(AgentKind.Service, service.Value).ToString());
                    return await http.SendAsync(message, token);
                },
                cancellation);
        }
        catch (Exception exception) when (exception is HttpRequestException or TimeoutRejectedException)
        {
            throw new OrdersUnavailableException("The Order Event Service cannot be reached.", exception);
        }

        if ((int)response.StatusCode is 408 or 429 or >= 500)
        {
            response.Dispose();
            throw new OrdersUnavailableException($"The Order Event Service answered {(int)response.StatusCode}.");
        }

        return response;
    }

    private static async Task<T> Body<T>(HttpResponseMessage response, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        if (!response.IsSuccessStatusCode)
            throw new InvalidOperationException($"The Order Event Service answered {(int)response.StatusCode} to what should have been right.");
        return await response.Content.ReadFromJsonAsync(type, cancellation) ?? throw new InvalidOperationException("The Order Event Service answered null.");
    }
}

/// <summary>What became of a write. The order in <see cref="Written"/> is as it is now, not as it was when the event was first written.</summary>
public abstract record AppendOutcome
{
    private AppendOutcome() { }

    /// <summary>The event stands in the stream. <paramref name="IsReplay"/>: it did so already.</summary>
    public sealed record Written(OrderView Order, long Revision, bool IsReplay) : AppendOutcome;

    /// <summary>The order's history rules it out. <paramref name="Problem"/> is the whole problem document.</summary>
    public sealed record Refused(string Code, JsonElement Problem) : AppendOutcome;
}

/// <summary>The Order Event Service is away for now: the message is to come back later, however long that takes.</summary>
public sealed class OrdersUnavailableException(string message, Exception? inner = null) : RetryLaterException(message, inner: inner);

/// <summary>Registration of <see cref="OrdersClient"/>.</summary>
public static class OrdersClientRegistration
{
    public const string HttpClientName = "orders";

    /// <summary>Adds the log, for those who follow it.</summary>
    /// <exception cref="ConfigurationException"><c>Orders:Url</c> is not an absolute URL.</exception>
    public static IHostApplicationBuilder AddOrderLog(this IHostApplicationBuilder builder)
    {
        builder.AddHttp();
        builder.Services.TryAddSingleton<OrderLog>();
        return builder;
    }

    /// <summary>Adds the client, and the Order Event Service to what this service's readiness depends on.</summary>
    /// <exception cref="ConfigurationException"><c>Orders:Url</c> is not an absolute URL.</exception>
    public static IHostApplicationBuilder AddOrdersClient(this IHostApplicationBuilder builder)
    {
        builder.AddHttp();
        builder.Services.AddSingleton(services => new OrdersClient(
            services.GetRequiredService<IHttpClientFactory>().CreateClient(HttpClientName),
            services.GetRequiredService<ServiceName>(),
            services.GetRequiredService<TimeProvider>()));
        builder.Services.AddHealthChecks().Add(new HealthCheckRegistration("order-events", services => new Reachable(services.GetRequiredService<IHttpClientFactory>()), null, null, TimeSpan.FromSeconds(2)));
        return builder;
    }

    private static void AddHttp(this IHostApplicationBuilder builder)
    {
        if (!Uri.TryCreate(builder.Configuration["Orders:Url"], UriKind.Absolute, out var url))
            throw new ConfigurationException("Orders:Url is not set: it must be the Order Event Service's URL, such as http://127.0.0.1:8081.");
        builder.Services.AddHttpClient(HttpClientName, (services, http) =>
        {
            http.BaseAddress = new Uri(url.ToString().TrimEnd('/') + "/");
            http.Timeout = Timeout.InfiniteTimeSpan;
            http.DefaultRequestHeaders.Remove(ServiceKey.Header); // once, also when both the client and the log are added
            http.DefaultRequestHeaders.Add(ServiceKey.Header, services.GetRequiredService<IOptions<ServiceKeyOptions>>().Value.Key);
        });
    }

    private sealed class Reachable(IHttpClientFactory clients) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken)
        {
            try
            {
                using var response = await clients.CreateClient(HttpClientName).GetAsync("health/live", cancellationToken);
                return response.IsSuccessStatusCode ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy($"answered {(int)response.StatusCode}");
            }
            catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
            {
                return HealthCheckResult.Unhealthy("cannot be reached");
            }
        }
    }
}
