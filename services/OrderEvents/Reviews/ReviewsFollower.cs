using Shop.Contracts;
using Shop.OrderEvents.Store;

namespace Shop.OrderEvents.Reviews;

/// <summary>Follows the log, and keeps in mind which orders are under review.</summary>
internal sealed partial class ReviewsFollower(IEventStore store, PendingReviews reviews, TimeProvider clock, ILogger<ReviewsFollower> log) : BackgroundService
{
    /// <summary>After so many events that are none of its business, it notes how far it got.</summary>
    private const int EventsBetweenNotes = 5000;

    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(5);

    private static readonly string Begins = EventTypes.Of<PaymentAuthPendingReview>().StoredName;

    private static readonly HashSet<string> Ends =
    [
        EventTypes.Of<PaymentReviewAccepted>().StoredName, EventTypes.Of<PaymentReviewDeclined>().StoredName, EventTypes.Of<OrderCancelled>().StoredName,
        EventTypes.Of<PaymentAuthFailed>().StoredName, EventTypes.Of<PaymentAuthVoided>().StoredName,
    ];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await Follow(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                LogFailed(log, exception);
                await Task.Delay(PauseAfterFailure, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task Follow(CancellationToken cancellation)
    {
        // Another log than the one that was followed: an older copy was put back.
        if (reviews.Position > await store.LastPosition(cancellation)) await reviews.Clear();
        var noted = reviews.Position;
        var orders = reviews.Orders;
        var passed = 0;
        await foreach (var entry in store.Subscribe(noted, cancellation))
        {
            // Counted: positions have gaps.
            if (++passed >= EventsBetweenNotes)
            {
                await reviews.Pass(noted);
                passed = 0;
            }

            if (entry is not StoredEvent stored)
            {
                noted = entry.Position;
                continue;
            }

            if (stored.Type == Begins && OrderStreams.TryParseStream(stored.Stream, out var begun))
            {
                var pending = (PaymentAuthPendingReview)EventTypes.Deserialize(stored.Type, stored.Data);
                await reviews.Begin(new PendingReview(begun.Value, pending.CaptureBefore), noted = stored.Position);
                orders.Add(begun.Value);
            }
            else if (orders.Count > 0 && Ends.Contains(stored.Type) && OrderStreams.TryParseStream(stored.Stream, out var ended) && orders.Remove(ended.Value))
            {
                await reviews.End(ended.Value, noted = stored.Position);
            }
            else
            {
                noted = stored.Position;
            }
        }
    }

    [LoggerMessage(LogLevel.Error, "Which orders are under review could not be followed; it is tried again.")]
    private static partial void LogFailed(ILogger log, Exception exception);
}
