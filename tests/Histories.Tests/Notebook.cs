using Shop.Payment.Reminding;

namespace Shop.Histories.Tests;

/// <summary>The reminders of a Payment Service whose disk keeps what it was given.</summary>
internal sealed class Notebook(TimeProvider clock) : IReminders
{
    private readonly Dictionary<(ReminderKind, Guid, string), Reminder> reminders = [];

    /// <summary>Whether anything is still to be come back to.</summary>
    public bool IsEmpty => reminders.Count == 0;

    public Task Add(Reminder reminder)
    {
        reminders.TryAdd(Key(reminder), reminder with { Since = clock.GetUtcNow() });
        return Task.CompletedTask;
    }

    public IReadOnlyList<Reminder> Due(int limit) =>
        [.. reminders.Values.Where(reminder => reminder.Due <= clock.GetUtcNow()).OrderBy(reminder => reminder.Due).Take(limit)];

    public Task Next(Reminder reminder, DateTimeOffset? due)
    {
        if (due is { } at && reminders.TryGetValue(Key(reminder), out var known)) reminders[Key(reminder)] = known with { Due = at, Times = known.Times + 1 };
        else reminders.Remove(Key(reminder));
        return Task.CompletedTask;
    }

    private static (ReminderKind, Guid, string) Key(Reminder reminder) => (reminder.Kind, reminder.OrderId, reminder.Subject);
}
