using Shop.Sandbox.Http;
using Shop.Sandbox.Storage;
using Shop.ServiceDefaults.Sqlite;

namespace Shop.Sandbox.Operations;

/// <summary>
/// What happens by itself: authorizations lapse when nobody captures them in time, and old idempotency keys are forgotten.
/// </summary>
internal sealed partial class Housekeeping(SqliteDatabase database, IdempotencyKeys keys, TimeProvider time, ILogger<Housekeeping> log)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);
    private const int LapsesAtOnce = 100;
    private const int RoundsBetweenPrunings = 30;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        for (var round = 0; await timer.WaitForNextTickAsync(stoppingToken); round++)
        {
            try
            {
                var lapsed = database.Read(session => new Books(session, time.GetUtcNow()).Lapsed(LapsesAtOnce));
                foreach (var id in lapsed) await database.Write(session => PaymentIntents.Lapse(new Books(session, time.GetUtcNow()), id));
                if (round % RoundsBetweenPrunings == 0) await keys.Prune();
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                LogFailure(log, exception);
            }
        }
    }

    [LoggerMessage(LogLevel.Error, "Housekeeping failed; it will be tried again.")]
    private static partial void LogFailure(ILogger log, Exception exception);
}
