using Shop.Contracts;

namespace Shop.ServiceDefaults.Messaging;

/// <summary>
/// The dead letters of this service's queue, for its operators; the same on either transport. A replay keeps the message id, and
/// the inbox keeps it from acting twice. Where two have the same id, the older one is meant.
/// </summary>
public interface IDeadLetters
{
    /// <summary>The oldest of them, at most <paramref name="limit"/>; they stay where they are.</summary>
    /// <exception cref="BrokerUnavailableException">The broker is away. Try again later.</exception>
    Task<DeadLetterPage> List(int limit, CancellationToken cancellation);

    /// <summary>All about one; null when there is none of that id.</summary>
    /// <exception cref="BrokerUnavailableException">The broker is away. Try again later.</exception>
    Task<DeadLetterDetails?> Find(string id, CancellationToken cancellation);

    /// <summary>Hands one back to the queue with its attempts forgotten; null when there is none of that id.</summary>
    /// <exception cref="BrokerUnavailableException">The broker is away. The message is among the dead letters, in the queue, or in both.</exception>
    Task<Replayed?> Replay(string id, CancellationToken cancellation);

    /// <summary>Hands back all that are there now, for as long as a caller can be kept waiting.</summary>
    /// <exception cref="BrokerUnavailableException">The broker is away. Each message is among the dead letters, in the queue, or in both.</exception>
    Task<Replayed> ReplayAll(CancellationToken cancellation);

    /// <summary>Removes one for good; false when there is none of that id.</summary>
    /// <exception cref="BrokerUnavailableException">The broker is away. Try again later.</exception>
    Task<bool> Delete(string id, CancellationToken cancellation);
}
