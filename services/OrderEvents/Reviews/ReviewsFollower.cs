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
        var passed = 0;
        var orders = reviews.Orders;
        await foreach (var entry in store.Subscribe(reviews.Position, cancellation))
        {
            if (entry is StoredEvent begins && begins.Type == Begins && OrderStreams.TryParseStream(begins.Stream, out var begun))
            {
                var pending = (PaymentAuthPendingReview)EventTypes.Deserialize(begins.Type, begins.Data);
                await reviews.Begin(new PendingReview(begun.Value, pending.CaptureBefore), entry.Position);
                orders.Add(begun.Value);
            }
            else if (orders.Count > 0 && entry is StoredEvent ends && Ends.Contains(ends.Type)
                && OrderStreams.TryParseStream(ends.Stream, out var ended) && orders.Remove(ended.Value))
            {
                await reviews.End(ended.Value, entry.Position);
            }
            else if (++passed >= EventsBetweenNotes)
            {
                await reviews.Pass(entry.Position);
                passed = 0;
            }
        }
    }

    [LoggerMessage(LogLevel.Error, "Which orders are under review could not be followed; it is tried again.")]
    private static partial void LogFailed(ILogger log, Exception exception);
}
