using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Shop.Notification.Mailing;

/// <summary>The service is ready when mails would be taken: the SMTP server can be reached, or the folder written to.</summary>
public sealed class MailerHealth(IMailer mailer) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await mailer.Probe(cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (IOException exception)
        {
            return HealthCheckResult.Unhealthy(exception.Message);
        }
        catch (OperationCanceledException)
        {
            return HealthCheckResult.Unhealthy("The mail server does not answer.");
        }
    }
}
