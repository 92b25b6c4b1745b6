using System.Collections;
using System.Globalization;
using System.Text;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using Shop.Contracts;

namespace Shop.ServiceDefaults.Messaging.RabbitMq;

/// <summary>
/// The dead-letter queue, looked at by taking its messages without acknowledging them and handing them back, in order, when the look
/// is over; if this process dies meanwhile the broker does that. One look at a time: what is taken, another would not see.
/// </summary>
internal sealed class BrokerDeadLetters(string queue, RabbitMqOptions options, ServiceName service, TimeProvider clock) : IDeadLetters, IDisposable
{
    /// <summary>A caller waits no longer than this for a queue to be replayed: the gateway would give up on it.</summary>
    private static readonly TimeSpan LongestReplay = TimeSpan.FromSeconds(8);

    private static readonly TimeSpan LongestReturn = TimeSpan.FromSeconds(1);

    private readonly string dead = BrokerTopology.DeadLetterQueue(queue);
    private readonly SemaphoreSlim turn = new(1);

    public Task<DeadLetterPage> List(int limit, CancellationToken cancellation) => Look(
        async look =>
        {
            var letters = new List<DeadLetter>();
            while (letters.Count < limit && await look.Next() is { } letter) letters.Add(Summary(letter));
            return new DeadLetterPage(queue, look.Total, letters);
        },
        cancellation);

    public Task<DeadLetterDetails?> Find(string id, CancellationToken cancellation) => Look(
        async look => await look.Find(id) is { } letter ? Details(letter) : null, cancellation);

    public Task<Replayed?> Replay(string id, CancellationToken cancellation) => Look(
        async look =>
        {
            if (await look.Find(id) is not { } letter) return null;
            await Replay(look, letter);
            return new Replayed(queue, 1, 0);
        },
        cancellation);

    public Task<Replayed> ReplayAll(CancellationToken cancellation) => Look(
        async look =>
        {
            var (count, started) = (0L, clock.GetTimestamp());
            while (clock.GetElapsedTime(started) < LongestReplay && await look.Next() is { } letter)
            {
                await Replay(look, letter);
                count++;
            }

            // No more than were there at the beginning: what fails again is at the end of the queue by now.
            return new Replayed(queue, count, look.Total - count);
        },
        cancellation);

    public Task<bool> Delete(string id, CancellationToken cancellation) => Look(
        async look =>
        {
            if (await look.Find(id) is not { } letter) return false;
            await look.Remove(letter);
            return true;
        },
        cancellation);

    public void Dispose() => turn.Dispose();

    private async Task Replay(DeadLetterLook look, BasicGetResult letter)
    {
        var (properties, headers) = MessageCopy.Of(letter.BasicProperties);
        foreach (var header in headers.Keys.Where(name => name.StartsWith("x-dead-", StringComparison.Ordinal)).ToList()) headers.Remove(header);
        headers.Remove(MessageHeaders.Attempts);
        headers.Remove(MessageHeaders.Failures);
        // What the broker itself dead-lettered says only in its own header where it came from.
        if (Death(letter) is { } death && !headers.ContainsKey(MessageHeaders.OriginalRoutingKey))
        {
            headers[MessageHeaders.OriginalExchange] = death.GetValueOrDefault("exchange");
            headers[MessageHeaders.OriginalRoutingKey] = (death.GetValueOrDefault("routing-keys") as IList)?.Cast<object?>().FirstOrDefault();
        }

        // The broker has the copy before the original goes: a crash in between makes two, which the inbox tells apart.
        await look.Publish(queue, properties, letter.Body);
        await look.Remove(letter);
    }

    private async Task<T> Look<T>(Func<DeadLetterLook, Task<T>> work, CancellationToken cancellation)
    {
        await turn.WaitAsync(cancellation);
        try
        {
            await using var connection = await options.Factory($"{service.Value} dead letters").CreateConnectionAsync(cancellation);
            await using var channel = await connection.CreateChannelAsync(
                new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true), cancellation);
            var look = new DeadLetterLook(channel, dead, await channel.MessageCountAsync(dead, cancellation), options.PublishTimeout, cancellation);
            try
            {
                return await work(look);
            }
            finally
            {
                if (channel.IsOpen) await look.HandBack(LongestReturn);
            }
        }
        catch (Exception exception) when (exception is BrokerUnreachableException or AlreadyClosedException or OperationInterruptedException
            or PublishException or IOException or TimeoutException)
        {
            throw new BrokerUnavailableException($"The dead letters of {queue} cannot be reached: {exception.Message}", exception);
        }
        finally
        {
            turn.Release();
        }
    }

    private DeadLetter Summary(BasicGetResult letter) => new()
    {
        Queue = queue,
        Id = letter.Id(),
        Type = DeadLetterText.Line(letter.BasicProperties.Type ?? Text(letter, MessageHeaders.OriginalRoutingKey)),
        OrderId = DeadLetterText.OrderIdOf(letter.Body),
        Reason = DeadLetterText.Line(Text(letter, MessageHeaders.DeadReason) ?? (Death(letter)?.GetValueOrDefault("reason") as string)?.Replace('_', '-'))
            ?? "unknown",
        Exception = DeadLetterText.Line(Text(letter, MessageHeaders.DeadException)),
        Message = DeadLetterText.Line(Text(letter, MessageHeaders.DeadMessage)),
        Attempts = int.TryParse(Text(letter, MessageHeaders.DeadAttempts) ?? Text(letter, MessageHeaders.Attempts), out var attempts) ? attempts : 0,
        At = DateTimeOffset.TryParse(Text(letter, MessageHeaders.DeadAt), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at
            : Death(letter)?.GetValueOrDefault("time") is AmqpTimestamp time ? DateTimeOffset.FromUnixTimeSeconds(time.UnixTime) : null,
    };

    private DeadLetterDetails Details(BasicGetResult letter)
    {
        var properties = new Dictionary<string, string>();
        var original = letter.BasicProperties;
        (string Name, string? Value)[] known =
        [
            ("message-id", original.MessageId), ("type", original.Type), ("content-type", original.ContentType),
            ("correlation-id", original.CorrelationId), ("app-id", original.AppId),
        ];
        foreach (var (name, value) in known)
        {
            if (DeadLetterText.Line(value) is { } shown) properties[name] = shown;
        }

        foreach (var name in original.Headers?.Keys ?? [])
        {
            if (name.StartsWith("x-dead-", StringComparison.Ordinal) || DeadLetterText.Line(Text(letter, name)) is not { } shown) continue;
            properties[DeadLetterText.Line(name) ?? ""] = shown;
        }

        return new(Summary(letter), Text(letter, MessageHeaders.DeadStack), DeadLetterText.Body(letter.Body.Span), letter.Body.Length, properties);
    }

    private static string? Text(BasicGetResult letter, string header) =>
        letter.BasicProperties.Headers is { } headers && headers.TryGetValue(header, out var value) ? AsText(value) as string : null;

    /// <summary>The broker's own record of the last time that it dead-lettered the message.</summary>
    private static Dictionary<string, object?>? Death(BasicGetResult letter) =>
        letter.BasicProperties.Headers is { } headers && headers.TryGetValue("x-death", out var deaths)
        && deaths is IList { Count: > 0 } list && list[0] is IDictionary<string, object?> last
            ? last.ToDictionary(entry => entry.Key, entry => AsText(entry.Value))
            : null;

    private static object? AsText(object? value) => value switch
    {
        byte[] bytes => Encoding.UTF8.GetString(bytes),
        string or AmqpTimestamp or IList => value,
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => null,
    };
}
