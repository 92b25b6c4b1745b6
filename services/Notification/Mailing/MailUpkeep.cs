namespace Shop.Notification.Mailing;

/// <summary>Forgets old mails now and then: rows of the mail log and, where mails are put into a folder, their files.</summary>
internal sealed partial class MailUpkeep(MailLog sent, IMailer mailer, MailSettings settings, TimeProvider clock, ILogger<MailUpkeep> log)
    : BackgroundService
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
                    var before = clock.GetUtcNow() - settings.Retention;
                    var (rows, files) = (await sent.Prune(before), mailer is FolderMailer folder ? folder.Prune(before) : 0);
                    if (rows + files > 0) LogPruned(log, rows, files);
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

    [LoggerMessage(LogLevel.Information, "The mail log forgot {Rows} old mails, and {Files} old files are deleted.")]
    private static partial void LogPruned(ILogger log, int rows, int files);

    [LoggerMessage(LogLevel.Warning, "Old mails could not be forgotten.")]
    private static partial void LogFailed(ILogger log, Exception exception);
}
