using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Options;
using Shop.Contracts;
using Shop.ServiceDefaults;

namespace Shop.Backoffice;

/// <summary>The shop's services as the back office calls them, each by its name; that of a queue is the queue's.</summary>
public sealed class ShopServices(IHttpClientFactory clients)
{
    /// <summary>The Order Event Service.</summary>
    public const string Orders = "order-events";

    /// <summary>What a service answers; null when it says that there is no such thing.</summary>
    /// <exception cref="ServiceUnavailableException">It does not answer, or not with what was asked for.</exception>
    /// <exception cref="ProblemException">It refuses, and says why.</exception>
    public async Task<T?> Send<T>(string service, HttpMethod method, string path, JsonTypeInfo<T> type, CancellationToken cancellation) where T : class
    {
        using var response = await Send(service, method, path, cancellation);
        return response is null ? null : await Read(service, response, type, cancellation);
    }

    /// <summary>What a service answers. What it refuses is refused here in the same words.</summary>
    /// <exception cref="ServiceUnavailableException">It does not answer, or not with what was asked for.</exception>
    /// <exception cref="ProblemException">It refuses, or says that there is no such thing.</exception>
    public async Task<T> Get<T>(string service, string path, JsonTypeInfo<T> type, CancellationToken cancellation) where T : class
    {
        using var response = await Send(service, HttpMethod.Get, path, cancellation, passOn: true);
        return await Read(service, response!, type, cancellation);
    }

    /// <summary>Removes something; false when it was not there.</summary>
    /// <exception cref="ServiceUnavailableException">The service does not answer.</exception>
    public async Task<bool> Delete(string service, string path, CancellationToken cancellation)
    {
        using var response = await Send(service, HttpMethod.Delete, path, cancellation);
        return response is not null;
    }

    private static async Task<T> Read<T>(string service, HttpResponseMessage response, JsonTypeInfo<T> type, CancellationToken cancellation) where T : class
    {
        try
        {
            return await response.Content.ReadFromJsonAsync(type, cancellation) ?? throw new ServiceUnavailableException(service, "it answered null");
        }
        catch (Exception exception) when (exception is JsonException or HttpRequestException or NotSupportedException)
        {
            throw new ServiceUnavailableException(service, "its answer cannot be read");
        }
    }

    private async Task<HttpResponseMessage?> Send(string service, HttpMethod method, string path, CancellationToken cancellation, bool passOn = false)
    {
        using var request = new HttpRequestMessage(method, path);
        HttpResponseMessage response;
        try
        {
            response = await clients.CreateClient(service).SendAsync(request, cancellation);
        }
        catch (HttpRequestException)
        {
            throw new ServiceUnavailableException(service, "it cannot be reached");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new ServiceUnavailableException(service, "it does not answer in time");
        }

        if (response.IsSuccessStatusCode) return response;
        using (response)
        {
            switch (response.StatusCode)
            {
                case HttpStatusCode.NotFound when !passOn:
                    return null;
                case HttpStatusCode.Conflict:
                case HttpStatusCode.BadRequest or HttpStatusCode.NotFound when passOn:
                    throw Refusal(response.StatusCode, await response.Content.ReadFromJsonAsync(ContractsJson.Default.JsonElement, cancellation));
                case HttpStatusCode.Unauthorized:
                    throw new ServiceUnavailableException(service, "it refuses the services' own key: ServiceKey differs between the processes");
                case HttpStatusCode.ServiceUnavailable:
                    throw new ServiceUnavailableException(service, "its broker or its store is away");
                default:
                    throw new ServiceUnavailableException(service, $"it answered {(int)response.StatusCode}");
            }
        }
    }

    private static ProblemException Refusal(HttpStatusCode status, JsonElement problem) =>
        new((int)status, problem.GetProperty("code").GetString()!, problem.GetProperty("title").GetString()!)
        {
            Errors = problem.TryGetProperty("errors", out var errors)
                ? errors.EnumerateObject().ToDictionary(field => field.Name, field => field.Value.EnumerateArray().Select(message => message.GetString()!).ToArray())
                : null,
        };
}

/// <summary>A service is away. What was asked of it may have been done.</summary>
public sealed class ServiceUnavailableException(string service, string reason) : Exception($"{service}: {reason}")
{
    public string Service { get; } = service;

    public string Reason { get; } = reason;
}

/// <summary>Registration of <see cref="ShopServices"/>.</summary>
public static class ShopServicesRegistration
{
    /// <summary>Shorter than the gateway's own time-out, so that what is away is named and does not become one big outage.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    /// <summary>Adds a client for each service.</summary>
    /// <exception cref="ConfigurationException">One of the URLs is not set.</exception>
    public static void AddShopServices(this WebApplicationBuilder builder)
    {
        Add(ShopServices.Orders, "Orders:Url");
        foreach (var queue in Topology.Queues) Add(queue.Name, $"Services:{queue.Name}");
        builder.Services.AddSingleton<ShopServices>();
        builder.Services.AddExceptionHandler<Outages>();

        void Add(string service, string setting)
        {
            if (!Uri.TryCreate(builder.Configuration[setting], UriKind.Absolute, out var url))
                throw new ConfigurationException($"{setting} is not set: it must be the URL of that service, such as http://127.0.0.1:8082.");
            builder.Services.AddHttpClient(service, (services, http) =>
            {
                http.BaseAddress = new Uri(url.ToString().TrimEnd('/') + "/");
                http.Timeout = Timeout;
                http.DefaultRequestHeaders.Add(ServiceKey.Header, services.GetRequiredService<IOptions<ServiceKeyOptions>>().Value.Key);
            });
        }
    }

    /// <summary>A service that is needed and away is 503, and named.</summary>
    private sealed class Outages : Microsoft.AspNetCore.Diagnostics.IExceptionHandler
    {
        public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
        {
            if (exception is not ServiceUnavailableException away) return false;
            await Problems.Write(httpContext, new ProblemException(
                StatusCodes.Status503ServiceUnavailable, "temporarily-unavailable", $"The service {away.Service} is not available: {away.Reason}. Try again.")
            {
                RetryAfter = TimeSpan.FromSeconds(1),
            });
            return true;
        }
    }
}
