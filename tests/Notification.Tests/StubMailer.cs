using System.Collections.Concurrent;
using Shop.Notification.Mailing;

namespace Shop.Notification.Tests;

/// <summary>A mailer that keeps what it is handed, after doing what the test says.</summary>
internal sealed class StubMailer : IMailer
{
    public ConcurrentQueue<OutgoingMail> Taken { get; } = [];
    public Func<OutgoingMail, Task> Before { get; set; } = _ => Task.CompletedTask;

    public async Task Send(OutgoingMail mail, CancellationToken cancellation)
    {
        await Before(mail);
        Taken.Enqueue(mail);
    }

    public Task Probe(CancellationToken cancellation) => Task.CompletedTask;
}
