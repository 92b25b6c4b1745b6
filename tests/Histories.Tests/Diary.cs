using Shop.Payment;
using Shop.Payment.Reminding;
using Shop.ServiceDefaults.Messaging;

namespace Shop.Histories.Tests;

/// <summary>
/// What the Payment Service notes to come back to, on a disk that outlives it. Its time may have come at any moment: whoever looks
/// decides when that is.
/// </summary>
internal sealed class Diary(Scheduler scheduler, TimeProvider clock) : IReminders
{
    private readonly List<Reminder> reminders = [];
    private Refunds? refunds;
    private PaymentProcess? payments;

    /// <summary>Whose diary it is.</summary>
    public void Opened(Refunds refunds, PaymentProcess payments) => (this.refunds, this.payments) = (refunds, payments);

    /// <summary>What is noted of refunds, the first first.</summary>
    public IReadOnlyList<Reminder> Refunds => [.. reminders.Where(reminder => reminder.Kind == ReminderKind.Refund)];

    public Task Add(Reminder reminder)
    {
        if (!reminders.Exists(other => Same(other, reminder))) reminders.Add(reminder with { Since = clock.GetUtcNow() });
        return Task.CompletedTask;
    }

    /// <summary>The time of one of them has come; null when there is none.</summary>
    public string? Remind(int which) => reminders.Count == 0 ? null : Remind(reminders[which % reminders.Count]);

    /// <summary>The time of this one has come.</summary>
    public string Remind(Reminder reminder)
    {
        var what = $"the {reminder.Kind} {Names.Of(reminder.OrderId)} noted";
        scheduler.Start(World.Payment, $"{World.Payment} ({what})", async () =>
        {
            try
            {
                var again = reminder.Kind == ReminderKind.Refund
                    ? await refunds!.LookUp(reminder, CancellationToken.None)
                    : await payments!.Expire(reminder, CancellationToken.None);
                if (again is null) reminders.RemoveAll(other => Same(other, reminder));
            }
            catch (RetryLaterException)
            {
                // It stays, and its time comes again.
            }
        });
        return $"{World.Payment} comes back to {what}";
    }

    private static bool Same(Reminder one, Reminder other) => (one.Kind, one.OrderId, one.Subject) == (other.Kind, other.OrderId, other.Subject);
}
