using System.Collections.Concurrent;
using System.Diagnostics;
using MassTransit;
using Shop.Contracts.Messages;
using Shop.ServiceDefaults.Messaging;

namespace Shop.ServiceDefaults.Tests.Messaging;

/// <summary>What the test's consumers do, and what was asked of them.</summary>
public sealed class Script
{
    private readonly ConcurrentQueue<Run> runs = new();

    /// <summary>Called with the message and the number of its run, from 1.</summary>
    public Func<Message, int, Task> Does { get; set; } = (_, _) => Task.CompletedTask;

    public IReadOnlyList<Run> Runs => [.. runs];

    public int RunsOf(Guid eventId) => runs.Count(run => run.Message.EventId == eventId);

    public async Task Play(ConsumeContext context, Message message)
    {
        runs.Enqueue(new Run(message, context.Cause(), Activity.Current?.Id));
        await Does(message, RunsOf(message.EventId));
    }
}
