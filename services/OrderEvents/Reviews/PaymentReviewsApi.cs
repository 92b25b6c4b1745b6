using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Shop.Contracts;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Messaging;

namespace Shop.OrderEvents.Reviews;

/// <summary>The payments that wait for a person's decision, as operators see them through the back office.</summary>
internal static class PaymentReviewsApi
{
    /// <summary>Adds what keeps them in mind.</summary>
    public static void AddPaymentReviews(this WebApplicationBuilder builder, string folder)
    {
        builder.Services.AddSingleton(_ => PendingReviews.Open(folder));
        builder.Services.AddHostedService<ReviewsFollower>();
    }

    /// <summary>Maps <c>/reviews</c>.</summary>
    public static void MapPaymentReviews(this IEndpointRouteBuilder app) => app.MapGet("/reviews", List);

    private static async Task<JsonHttpResult<PaymentReviews>> List(
        PendingReviews pending, OrderStreams streams, TimeProvider clock, CancellationToken cancellation, int limit = 100, string? after = null)
    {
        var page = pending.Page(after is null ? null : Parse(after), DeadLettersApi.Limit(limit));
        var reviews = new List<PaymentReview>(page.Count);
        foreach (var one in page)
        {
            if (View(await streams.Read(one.OrderId, cancellation), clock.GetUtcNow()) is { } review) reviews.Add(review);
        }

        return TypedResults.Json(
            new PaymentReviews(pending.Count, reviews, page.Count == limit ? Text(page[^1]) : null), ContractsJson.Default.PaymentReviews);
    }

    /// <summary>The review that an order waits for; null when it was decided, or ended, a moment ago.</summary>
    private static PaymentReview? View(IReadOnlyList<RecordedEvent> stream, DateTimeOffset now)
    {
        if (Order.Fold(stream) is not { Cancelled: null, LastAttempt: { Status: AttemptStatus.Review } attempt } order) return null;
        var recorded = stream.Last(recorded => recorded.Event is PaymentAuthPendingReview);
        var pending = (PaymentAuthPendingReview)recorded.Event;
        var since = recorded.Metadata.TimeObserved;
        return new PaymentReview
        {
            OrderId = order.Id,
            OrderNumber = order.Placed.OrderNumber,
            Attempt = attempt.Attempt,
            Amount = order.Placed.Total,
            Currency = order.Placed.Currency,
            RiskLevel = pending.RiskLevel,
            CaptureBefore = pending.CaptureBefore,
            Since = since,
            AgeSeconds = Math.Max(0, (long)(now - since).TotalSeconds),
        };
    }

    private static string Text(PendingReview review) =>
        string.Create(CultureInfo.InvariantCulture, $"{review.CaptureBefore.ToUnixTimeMilliseconds()}.{review.OrderId}");

    private static PendingReview Parse(string cursor)
    {
        var dot = cursor.IndexOf('.', StringComparison.Ordinal);
        return dot > 0 && long.TryParse(cursor.AsSpan(0, dot), NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
            && milliseconds <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds() && Guid.TryParseExact(cursor.AsSpan(dot + 1), "D", out var orderId)
                ? new PendingReview(orderId, DateTimeOffset.FromUnixTimeMilliseconds(milliseconds))
                : throw ProblemException.Validation("after", "It must be what the page before it gave as next.");
    }
}
