using System.Diagnostics.Metrics;
using Yarp.ReverseProxy.Forwarder;

namespace Shop.Gateway;

/// <summary>How the gateway connects to the services: it gives up soon, and measures on its own meters.</summary>
internal sealed class ServiceConnections(ILogger<ForwarderHttpClientFactory> log, IMeterFactory meters) : ForwarderHttpClientFactory(log)
{
    protected override void ConfigureHandler(ForwarderHttpClientContext context, SocketsHttpHandler handler)
    {
        base.ConfigureHandler(context, handler);
        handler.ConnectTimeout = TimeSpan.FromSeconds(2);
        handler.MeterFactory = meters;
    }
}
