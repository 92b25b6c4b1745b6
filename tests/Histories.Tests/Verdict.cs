using System.Text.Json;
using Shop.Chaos;
using Shop.Contracts;
using Shop.OrderEvents;
using Shop.Payment.Provider;

namespace Shop.Histories.Tests;

/// <summary>What must be so once all is quiet: of each order's stream, of the provider's books beside it, of the queues, of the parcels.</summary>
internal static class Verdict
{
    /// <summary>Each thing that is not so, in a few words.</summary>
    public static IEnumerable<string> On(World world)
    {
        var log = world.Log();
        var streams = log.ToLookup(recorded => recorded.OrderId);
        foreach (var stream in streams)
        {
            foreach (var wrong in OfStream([.. stream]).Concat(OfMoney([.. stream], world)).Concat(OfParcel([.. stream], world)))
                yield return $"{Names.Of(stream.Key)}: {wrong}";
        }

        if (!log.Select(recorded => recorded.Position).SequenceEqual(Enumerable.Range(1, log.Count).Select(position => (long)position)))
            yield return "the log has every position once";
        foreach (var twice in log.GroupBy(recorded => recorded.EventId).Where(group => group.Count() > 1))
            yield return $"{Names.Of(twice.First())} stands in the log once";
        foreach (var wrong in (IEnumerable<string>)[.. OfAnswers(world, streams), .. OfQueues(world, log)]) yield return wrong;
        foreach (var wrong in (IEnumerable<string>)[.. world.Bank.Complaints, .. world.PackingTable.Complaints, .. world.Scheduler.Faults])
            yield return wrong;
    }

    /// <summary>The contract's rules, as the chaos run's own checker knows them, and whether the order has come to rest.</summary>
    private static IEnumerable<string> OfStream(IReadOnlyList<RecordedEvent> stream)
    {
        var rules = new StreamChecker();
        foreach (var (index, recorded) in stream.Index())
        {
            if (recorded.Revision != index) yield return $"revision {index} is there, not {recorded.Revision}";
            foreach (var broken in rules.Next(Logged(recorded))) yield return broken;
        }

        var order = Order.Fold(stream)!;
        var view = order.ToView();
        var status = JsonSerializer.SerializeToElement(view, ContractsJson.Default.OrderView).GetProperty("status").GetString();
        if (status != rules.Status) yield return $"its status is {rules.Status}, not {status}";
        if (view.Payment.Captured != rules.Captured || view.Payment.Refunded != rules.Refunded)
            yield return $"{rules.Captured} was captured and {rules.Refunded} refunded, not {view.Payment.Captured} and {view.Payment.Refunded}";
        if (rules.Refunded > rules.Captured) yield return "no more is refunded than was captured";
        var isGivenBack = rules is { IsCaptured: true, IsBegun: false } && rules.Refunded == rules.Captured;
        if (!rules.IsAtRest && !isGivenBack) yield return $"it is at rest, not {status} with its payment {view.Payment.Status}";
        if (order.NextAttemptDue && !rules.IsCancelled) yield return "no attempt is due";
        if (order.HasRefundUnderWay || order.RefundFailedForGood) yield return "every refund that was asked for was made";
    }

    /// <summary>The provider's books and the stream tell of the same money.</summary>
    private static IEnumerable<string> OfMoney(IReadOnlyList<RecordedEvent> stream, World world)
    {
        var id = stream[0].OrderId;
        var intents = world.Bank.Intents.FindAll(intent => intent.Order == id);
        var taken = intents.FindAll(intent => intent.Settled == Settlement.Captured);
        var captured = stream.Select(recorded => recorded.Event).OfType<PaymentCaptured>().ToList();
        if (taken.Count > 1) yield return $"it is charged at most once, not {taken.Count} times";
        if (!taken.Select(intent => (intent.Id, intent.Amount)).SequenceEqual(captured.Select(capture => (capture.ProviderPaymentId, capture.Amount))))
            yield return "the provider and the stream tell of the same charge";
        foreach (var held in intents.Where(intent => intent.Settled is null)) yield return $"no money is held for good ({held.Id})";
        var cancelled = stream.FirstOrDefault(recorded => recorded.Event is OrderCancelled);
        if (taken.Exists(intent => cancelled is not null && intent.Position >= cancelled.Position))
            yield return "cancelled before its money was even authorized, it is not charged";
        foreach (var intent in intents)
        {
            var marker = stream.FirstOrDefault(recorded => recorded.Event is PaymentAuthInProgress begun && begun.Attempt == intent.Attempt);
            if (marker is null || marker.Position > intent.Position)
                yield return $"the marker of attempt {intent.Attempt} came before its authorization";
            else if (Order.Fold(stream.Take((int)marker.Revision))!.Method.MethodToken != intent.MethodToken)
                yield return $"attempt {intent.Attempt} was made by the method of its marker, not by {intent.MethodToken}";
        }

        var given = world.Bank.Refunds.FindAll(refund => refund.Intent.Order == id);
        var failed = stream.Select(recorded => recorded.Event).OfType<PaymentRefundFailed>().Select(refund => refund.RefundId).ToHashSet();
        var refunded = stream.Select(recorded => recorded.Event).OfType<PaymentRefunded>().Where(refund => !failed.Contains(refund.RefundId));
        if (given.Exists(refund => refund.Status == GivenStatus.Pending)) yield return "no refund is pending at the provider";
        var succeeded = given.Where(refund => refund.Status == GivenStatus.Succeeded).Select(refund => (refund.Id, refund.Amount)).Order().ToList();
        if (!succeeded.SequenceEqual(refunded.Select(refund => (refund.ProviderRefundId, refund.Amount)).Order()))
            yield return "the provider and the stream tell of the same refunds";
        if (cancelled is not null && taken.Sum(intent => intent.Amount) != succeeded.Sum(refund => refund.Amount))
            yield return "cancelled, its money is given back";
    }

    private static IEnumerable<string> OfParcel(IReadOnlyList<RecordedEvent> stream, World world)
    {
        var order = Order.Fold(stream)!;
        var parcel = world.PackingTable.Packed.GetValueOrDefault(Shipping.Shipments.IdOf(order.Id));
        if (parcel is not null && order.Cancelled is not null) yield return "cancelled, it is not packed";
        if ((parcel is not null) != (order.Prepared is not null)) yield return "what is packed is prepared, and the other way round";
        if (parcel is not null && parcel.Address != order.ShippingAddress) yield return "it is packed for the last address that was accepted";
    }

    /// <summary>Whoever was shown an order at a revision was shown what the stream says of it to this day.</summary>
    private static IEnumerable<string> OfAnswers(World world, ILookup<Guid, RecordedEvent> streams)
    {
        foreach (var bytes in world.Shown)
        {
            using var answer = JsonDocument.Parse(bytes);
            var shown = answer.RootElement.TryGetProperty("order", out var appended) ? appended : answer.RootElement;
            var (id, revision) = (shown.GetProperty("orderId").GetGuid(), shown.GetProperty("revision").GetInt64());
            var told = Order.Fold(streams[id].Where(recorded => recorded.Revision <= revision));
            if (told is null || shown.GetRawText() != JsonSerializer.Serialize(told.ToView(), ContractsJson.Default.OrderView))
                yield return $"{Names.Of(id)} was at revision {revision} as it was shown then";
        }
    }

    private static IEnumerable<string> OfQueues(World world, IReadOnlyList<RecordedEvent> log)
    {
        foreach (var lost in log.Where(recorded => EventTypes.Of(recorded.Event).RoutingKey is not null && !world.Publisher.HasPublished(recorded)))
            yield return $"{Names.Of(lost)} reached the broker";
        foreach (var queue in world.Queues)
        {
            foreach (var dead in queue.DeadLetters) yield return $"{queue.Service} has no dead letter {dead}";
            foreach (var lost in log.Where(recorded => queue.Wants(recorded) && !queue.Completed.Contains(recorded.EventId)))
                yield return $"{queue.Service} completed {Names.Of(lost)}";
        }
    }

    private static LoggedEvent Logged(RecordedEvent recorded)
    {
        var type = EventTypes.Of(recorded.Event);
        return new LoggedEvent(
            recorded.Position, recorded.OrderId, recorded.Revision, recorded.EventId, type.Name, JsonSerializer.SerializeToElement(recorded.Event, type.Json),
            recorded.Metadata.TimeObserved);
    }
}
