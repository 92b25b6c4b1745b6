using Shop.Contracts;
using Shop.Contracts.Messages;
using Shop.ServiceDefaults.Messaging;

namespace Shop.Histories.Tests;

/// <summary>
/// A queue as the broker keeps it, and in front of its consumer the inbox. Any message may come next, and a message is gone only
/// once it is acknowledged, which is last of all.
/// </summary>
internal sealed class Queue(
    QueueTopology topology, Scheduler scheduler, Landmarks landmarks, Func<Message, Task> consume, bool acknowledgesFirst)
{
    private static readonly FailurePolicy Policy = new([TimeSpan.FromSeconds(1)], maxAttempts: 12, random: () => 0.5);

    private readonly HashSet<string> wanted = [.. topology.Bindings.Select(binding => binding.RoutingKey)];
    private readonly List<Delivery> ready = [];
    private readonly List<Delivery> unacknowledged = [];

    public string Service => topology.Name;

    public int Ready => ready.Count;

    /// <summary>The inbox: the events whose work is done.</summary>
    public HashSet<Guid> Completed { get; } = [];

    public List<string> DeadLetters { get; } = [];

    public bool Wants(RecordedEvent recorded) => EventTypes.Of(recorded.Event).RoutingKey is { } key && wanted.Contains(key);

    public void Put(RecordedEvent recorded) => ready.Add(new Delivery(recorded));

    /// <summary>Hands a message to the consumer; its name.</summary>
    public string Deliver(int which)
    {
        var delivery = ready[which];
        ready.RemoveAt(which);
        if (unacknowledged.Exists(other => other.Event.OrderId == delivery.Event.OrderId)) landmarks.Reach(Landmark.TwoHandlersAtOnce);
        if (delivery.IsRedelivered) landmarks.Reach(Landmark.MessageRedelivered);
        if (acknowledgesFirst) Completed.Add(delivery.Event.EventId);
        else unacknowledged.Add(delivery);
        scheduler.Start(Service, $"{Service} ({delivery})", () => Handle(delivery));
        return $"{Service} is handed {delivery}";
    }

    /// <summary>The consumer is gone: what it had not acknowledged is in the queue again.</summary>
    public void Return()
    {
        foreach (var delivery in unacknowledged) ready.Add(delivery with { IsRedelivered = true });
        unacknowledged.Clear();
    }

    private async Task Handle(Delivery delivery)
    {
        if (!acknowledgesFirst && Completed.Contains(delivery.Event.EventId))
        {
            landmarks.Reach(Landmark.DuplicateDiscarded);
            unacknowledged.Remove(delivery);
            return;
        }

        try
        {
            await consume(Message.Of(delivery.Event)!);
        }
        catch (Exception exception)
        {
            landmarks.Reach(Landmark.TriedAgainLater);
            var decision = Policy.Decide(exception, delivery.Tries);
            unacknowledged.Remove(delivery);
            if (decision is FailureDecision.DeadLetter dead) DeadLetters.Add($"{delivery} ({dead.Reason}: {exception.Message})");
            else ready.Add(delivery with { Tries = decision.Tries });
            return;
        }

        Completed.Add(delivery.Event.EventId);
        var isHeard = await scheduler.Pause("is done, acknowledges");
        unacknowledged.Remove(delivery);
        if (!isHeard) ready.Add(delivery with { IsRedelivered = true });
    }

    private sealed record Delivery(RecordedEvent Event)
    {
        public Tries Tries { get; init; }

        public bool IsRedelivered { get; init; }

        // A message can be in the queue twice: one delivery is not the other.
        public bool Equals(Delivery? other) => ReferenceEquals(this, other);

        public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);

        public override string ToString() => Names.Of(Event);
    }
}
