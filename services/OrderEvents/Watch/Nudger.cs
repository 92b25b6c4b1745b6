using Shop.Contracts;
using Shop.ServiceDefaults.Messaging;

namespace Shop.OrderEvents.Watch;

/// <summary>
/// Publishes an event once more under the same id: whoever completed it discards it, whoever never got it acts. With a broker only:
/// without one every service reads the log itself, and an event cannot be lost on the way.
/// </summary>
internal sealed class Nudger(EventBus bus, Publisher publisher)
{
    /// <summary>
    /// Whether to nudge unasked: of several instances only the one that publishes does, or each would. An operator may ask any of them.
    /// </summary>
    public bool IsDue => publisher.IsHolder;

    /// <summary>False when the publisher has not got to it for the first time: then nothing was lost.</summary>
    /// <exception cref="BrokerUnavailableException">The broker is away.</exception>
    public async Task<bool> Nudge(RecordedEvent trigger, CancellationToken cancellation)
    {
        if (publisher.Checkpoint < trigger.Position) return false;
        await bus.Publish(trigger, cancellation);
        return true;
    }
}
