using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Shop.ServiceDefaults.Messaging;

/// <summary>
/// Opens the inbox with the host, so that a file that cannot be used is said at start, and forgets old rows now and then.
/// </summary>
internal sealed partial class InboxUpkeep(Inbox inbox, TimeProvider clock, ILogger<InboxUpkeep> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        try
        {
            do
            {
                try
                {
                    if (await inbox.Prune() is > 0 and var pruned) LogPruned(log, pruned);
                }
                catch (Exception exception) when (exception is not OperationCanceledException)
                {
                    LogFailed(log, exception);
                }
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException)
        {
            // The host stops.
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The inbox forgot {Count} old events")]
    private static partial void LogPruned(ILogger log, int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The inbox could not forget old events")]
    private static partial void LogFailed(ILogger log, Exception exception);
}
