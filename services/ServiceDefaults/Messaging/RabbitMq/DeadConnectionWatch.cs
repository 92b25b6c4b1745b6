using MassTransit;
using MassTransit.RabbitMqTransport;
using MassTransit.RabbitMqTransport.Configuration;
using MassTransit.Transports;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Shop.ServiceDefaults.Logs;

namespace Shop.ServiceDefaults.Messaging.RabbitMq;

/// <summary>
/// Takes a dead connection away from MassTransit 8.4.0, which lets go of one only when the client library tells it so. When the
/// broker dies while a delivery is in hand that does not always happen: closing the channel and ending the connection wait for
/// each other, and the consumer would try the dead connection for ever while the broker is long back.
/// </summary>
internal sealed partial class DeadConnectionWatch(IBusInstance bus, BrokerConnection broker, TimeProvider clock, ILogger<DeadConnectionWatch> log)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var connections = ((IRabbitMqHostConfiguration)bus.HostConfiguration).ConnectionContextSupervisor;
        using var timer = new PeriodicTimer(Interval, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                // Asking for the connection opens one if there is none, which is MassTransit's own business while the broker is away.
                if (broker.IsUp) Check(connections, stoppingToken);
            }
        }
        catch (OperationCanceledException)
        {
            // The host stops.
        }
    }

    private void Check(IConnectionContextSupervisor connections, CancellationToken cancellation)
    {
        // Whoever throws while using the connection makes MassTransit drop it. Not awaited: dropping a dead one may hang as well.
        _ = connections.Send(
            Pipe.Execute<ConnectionContext>(context =>
            {
                if (context.Connection.IsOpen) return;
                LogDropped(log, context.Description);
                throw new RabbitMqConnectionException("The connection is closed.");
            }),
            cancellation).ContinueWith(sent => _ = sent.Exception, TaskScheduler.Default);
    }

    [LoggerMessage(EventName = LogEvents.ConnectionDropped, Level = LogLevel.Warning, Message = "A dead connection to {Broker} is dropped")]
    private static partial void LogDropped(ILogger log, string broker);
}
