using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Shop.Contracts;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Logs;

namespace Shop.OrderEvents;

/// <summary>An event that somebody wants to be written.</summary>
/// <param name="Event">What is to be recorded.</param>
/// <param name="EventId">The same for every try of the same act.</param>
/// <param name="Agent">Who brings it about.</param>
/// <param name="OccurredAt">When it happened, by the agent's clock; null: now.</param>
/// <param name="CorrelationId">The request that started the whole flow.</param>
/// <param name="CausationId">The message or request that brought it about.</param>
/// <param name="ExpectedRevision">The revision that the agent saw; null: whatever it is.</param>
public sealed record Proposal(
    OrderEvent Event,
    Guid EventId,
    Agent Agent,
    Guid CorrelationId,
    Guid CausationId,
    DateTimeOffset? OccurredAt = null,
    long? ExpectedRevision = null);

/// <summary>What became of a proposal.</summary>
/// <param name="Order">The order as it is now.</param>
/// <param name="AsAnswered">The order as it was right after the event: what the first try was, or would have been, answered.</param>
/// <param name="Event">The event as it stands in the stream; null when it was a repeat that yielded none.</param>
/// <param name="IsReplay">It stood there already, under the same id.</param>
public sealed record Handled(Order Order, Order AsAnswered, RecordedEvent? Event, bool IsReplay);

/// <summary>The one loop by which anything is written: load, fold, decide, append with the expected revision; on a conflict, again.</summary>
public sealed partial class OrderHandler(OrderStreams streams, TimeProvider clock, StoreMetrics metrics, ILogger<OrderHandler> log)
{
    private const int Tries = 8;

    /// <summary>Writes the proposed event if the order's history allows it.</summary>
    /// <exception cref="ProblemException">404, 409 or 412: the history rules it out. 503: others were faster, again and again.</exception>
    public async Task<Handled> Handle(Guid orderId, Proposal proposal, CancellationToken cancellation)
    {
        for (var attempt = 1; attempt <= Tries; attempt++)
        {
            var stream = await streams.Read(orderId, cancellation);
            var order = Order.Fold(stream);

            // First of all: what was written once is answered as it was then, also when the rules would refuse it by now.
            if (stream.FirstOrDefault(recorded => recorded.EventId == proposal.EventId) is { } written)
                return new Handled(order!, Order.Fold(stream.Take((int)written.Revision + 1))!, written, IsReplay: true);

            if (proposal.ExpectedRevision is { } expected && order is not null && expected != order.Revision)
                throw Refusals.StaleRevision(order, expected);

            var decision = Order.Decide(order, proposal.Event);
            if (decision.IsRefused) throw Refusals.Of(order, decision);
            if (decision.IsRepeat) return new Handled(order!, order!, Event: null, IsReplay: false);

            var recorded = await Append(orderId, order, proposal, cancellation);
            if (recorded is null) continue;

            var after = Order.Evolve(order, recorded);
            var type = EventTypes.Of(proposal.Event).Name;
            LogChange(log, type, proposal.EventId, orderId, recorded.Revision, order?.Status, after.Status);
            return new Handled(after, after, recorded, IsReplay: false);
        }

        throw ProblemException.Unavailable("The order is being changed by others, and");
    }

    /// <summary>The event as recorded; null when others were faster.</summary>
    private async Task<RecordedEvent?> Append(Guid orderId, Order? order, Proposal proposal, CancellationToken cancellation)
    {
        var type = EventTypes.Of(proposal.Event).Name;
        // What follows from the event follows from this span: it is the one whose traceparent is stored.
        using var span = Telemetry.Source.HasListeners() ? Telemetry.Source.StartActivity($"append {type}", ActivityKind.Internal) : null;
        span?.SetTag("shop.order.id", orderId).SetTag("shop.event.id", proposal.EventId);
        var started = Stopwatch.GetTimestamp();
        var result = "failed";
        try
        {
            var recorded = await streams.Append(
                orderId, order?.Revision ?? -1, proposal.EventId, proposal.Event, Metadata(proposal, order), cancellation);
            result = recorded is null ? "conflict" : "appended";
            return recorded;
        }
        finally
        {
            metrics.Appended(type, result, Stopwatch.GetElapsedTime(started));
        }
    }

    private EventMetadata Metadata(Proposal proposal, Order? order)
    {
        // Time never runs backwards within a stream, whatever the machine's clock does: `?at=` depends on it.
        var now = clock.GetUtcNow();
        var observed = order is not null && order.UpdatedAt > now ? order.UpdatedAt : now;
        return new(
            proposal.Agent, proposal.OccurredAt ?? observed, observed, proposal.CorrelationId, proposal.CausationId,
            Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity ? activity.Id : null);
    }

    [LoggerMessage(EventName = LogEvents.StateChange, Level = LogLevel.Information,
        Message = "Order {OrderId} has {EventType} {EventId} as revision {Revision}: from {FromStatus} to {ToStatus}")]
    private static partial void LogChange(
        ILogger log, string eventType, Guid eventId, Guid orderId, long revision, OrderStatus? fromStatus, OrderStatus toStatus);
}
