using Microsoft.Extensions.Diagnostics.HealthChecks;
using Yarp.ReverseProxy;
using Yarp.ReverseProxy.Model;

namespace Shop.Gateway;

/// <summary>
/// Whether the services behind one cluster are ready, by their own word. Asked at most once a second, however often the gateway
/// is asked: this answer is open to everybody.
/// </summary>
internal sealed class DestinationHealth(string cluster, IProxyStateLookup proxy, IHttpClientFactory clients, TimeProvider time)
    : IHealthCheck
{
    public const string Client = "health";

    private const string MayBeAway = "MayBeAway";

    private readonly Lock gate = new();
    private Task<HealthCheckResult>? last;
    private long asked;

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        lock (gate)
        {
            if (last is not null && time.GetElapsedTime(asked) < TimeSpan.FromSeconds(1)) return last;
            asked = time.GetTimestamp();
            // Not with the caller's token: others wait for the same answer.
            return last = Ask();
        }
    }

    private async Task<HealthCheckResult> Ask()
    {
        if (!proxy.TryGetCluster(cluster, out var state)) return HealthCheckResult.Unhealthy("not configured");
        var answers = await Task.WhenAll(state.Destinations.Values.Select(Ask));
        var description = string.Join(", ", answers.Select(answer => $"{answer.Name}: {answer.Said}"));
        return answers.Count(answer => answer.Ready) switch
        {
            0 when state.Model.Config.Metadata?.ContainsKey(MayBeAway) ?? false => HealthCheckResult.Degraded(description),
            0 => HealthCheckResult.Unhealthy(description),
            var ready when ready < answers.Length => HealthCheckResult.Degraded(description),
            _ => HealthCheckResult.Healthy(description),
        };
    }

    private async Task<(string Name, bool Ready, string Said)> Ask(DestinationState destination)
    {
        try
        {
            using var client = clients.CreateClient(Client);
            using var response = await client.GetAsync(new Uri(new Uri(destination.Model.Config.Address), "/health/ready"));
            return (destination.DestinationId, response.IsSuccessStatusCode, response.IsSuccessStatusCode ? "ready" : "not ready");
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
        {
            return (destination.DestinationId, false, "no answer");
        }
    }
}
