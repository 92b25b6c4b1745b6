using System.Diagnostics.Metrics;
using Shop.ServiceDefaults;

namespace Shop.Notification;

/// <summary>
/// Mails by kind and by what became of them: <c>sent</c>, <c>failed</c>, or skipped because of <c>duplicate</c>, <c>no-address</c> or
/// <c>overtaken</c>.
/// </summary>
public sealed class MailMetrics(IMeterFactory meters)
{
    private readonly Counter<long> mails = meters.ShopMeter().CreateCounter<long>("shop.mails", "{mail}", "Mails by kind and by what became of them.");

    public void Count(string kind, string outcome) => mails.Add(1, new("kind", kind), new("outcome", outcome));
}
