using System.Diagnostics;
using RabbitMQ.Client;

namespace Shop.ServiceDefaults.Messaging.RabbitMq;

/// <summary>One look at a dead-letter queue, on a channel of its own: no further than the messages that were there when it began.</summary>
internal sealed class DeadLetterLook(IChannel channel, string dead, uint total, TimeSpan publishTimeout, CancellationToken cancellation)
{
    private uint taken;
    private uint removed;

    /// <summary>How many there were.</summary>
    public uint Total => total;

    /// <summary>The next; null at the end.</summary>
    public async Task<BasicGetResult?> Next()
    {
        if (taken == total || await channel.BasicGetAsync(dead, autoAck: false, cancellation) is not { } letter) return null;
        taken++;
        return letter;
    }

    /// <summary>The next of that id; null when there is none.</summary>
    public async Task<BasicGetResult?> Find(string id)
    {
        while (await Next() is { } letter)
        {
            if (letter.Id() == id) return letter;
        }

        return null;
    }

    /// <summary>Puts a message into a queue, and returns when the broker has it there.</summary>
    public async Task Publish(string queue, BasicProperties properties, ReadOnlyMemory<byte> body) =>
        await channel.BasicPublishAsync("", queue, mandatory: true, properties, body, cancellation).AsTask().WaitAsync(publishTimeout, cancellation);

    /// <summary>Takes a letter out of the queue for good.</summary>
    public async Task Remove(BasicGetResult letter)
    {
        await channel.BasicAckAsync(letter.DeliveryTag, multiple: false, CancellationToken.None);
        removed++;
    }

    /// <summary>Gives back what was taken and not removed, and waits for it to be there, or the next look would not see it.</summary>
    public async Task HandBack(TimeSpan within)
    {
        if (taken == removed) return;
        // Tag 0: everything that is not acknowledged, in the order in which it came.
        await channel.BasicNackAsync(0, multiple: true, requeue: true, CancellationToken.None);
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < within; await Task.Delay(10, CancellationToken.None))
        {
            if (await channel.MessageCountAsync(dead, CancellationToken.None) >= total - removed) return;
        }
    }
}

/// <summary>Names dead letters.</summary>
internal static class DeadLetterIds
{
    /// <summary>The id by which operators speak of it.</summary>
    public static string Id(this BasicGetResult letter) => DeadLetterText.IdOf(letter.BasicProperties.MessageId, letter.Body.Span);
}
