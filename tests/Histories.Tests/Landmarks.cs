namespace Shop.Histories.Tests;

/// <summary>What a history came past that is worth having come past.</summary>
internal enum Landmark
{
    ConflictRetried, RequestLost, ServiceKilled, MessageRedelivered, DuplicateDiscarded, PublishedTwice, TriedAgainLater, CommandRepeated,
    MethodChangedBeforeTheAttempt, AddressChanged, CancelledBeforeTheAttempt, CancelledWhileOpen, CancelledInReview, CancelledAfterCapture,
    CancelRefused, MarkerRefused, CapturedAfterCancel, Voided, DeclinedThenPaid, DeclinedForGood, AuthorizationLapsed,
    ReviewAccepted, ReviewDeclined, RefundedAfterCancel, RefundedForStaff, RefundWaited, RefundFailedLater, RefundMadeAgain, ReviewGivenUp, Shipped,
    TwoHandlersAtOnce,
}

/// <summary>The landmarks of one history.</summary>
internal sealed class Landmarks
{
    public HashSet<Landmark> Reached { get; } = [];

    public void Reach(Landmark landmark) => Reached.Add(landmark);

    /// <summary>Those that an order's own events tell of.</summary>
    public void Read(IReadOnlyList<string> events)
    {
        var (cancelled, captured, begun) = (At("order-cancelled"), At("payment-captured"), At("payment-auth-in-progress"));
        When(At("payment-updated") is { } updated && (begun is null || updated < begun), Landmark.MethodChangedBeforeTheAttempt);
        When(At("shipping-address-updated") is not null, Landmark.AddressChanged);
        When(cancelled is not null && begun is null, Landmark.CancelledBeforeTheAttempt);
        When(cancelled is not null && captured > cancelled, Landmark.CapturedAfterCancel);
        When(cancelled is not null && captured < cancelled, Landmark.CancelledAfterCapture);
        When(cancelled is { } x && StatusBefore(x) == "payment-auth-in-progress", Landmark.CancelledWhileOpen);
        When(cancelled is { } y && StatusBefore(y)?.StartsWith("payment-auth-pending", StringComparison.Ordinal) == true, Landmark.CancelledInReview);
        When(At("payment-auth-voided") is not null, Landmark.Voided);
        When(At("payment-auth-failed") < captured, Landmark.DeclinedThenPaid);
        When(At("payment-review-accepted") < captured, Landmark.ReviewAccepted);
        When(At("payment-review-declined") is not null, Landmark.ReviewDeclined);
        When(cancelled is not null && At("payment-refunded") is not null, Landmark.RefundedAfterCancel);
        When(At("refund-requested") < At("payment-refunded"), Landmark.RefundedForStaff);
        When(At("payment-refund-failed") is { } failed && events.Skip(failed).Contains("payment-refunded"), Landmark.RefundMadeAgain);
        When(At("payment-auth-pending-review") is { } review && events.ElementAtOrDefault(review + 1) == "payment-auth-failed", Landmark.ReviewGivenUp);
        When(At("shipped") is not null, Landmark.Shipped);

        int? At(string name) => events.ToList().IndexOf(name) is >= 0 and var index ? index : null;
        string? StatusBefore(int index) => events.Take(index).LastOrDefault(name => name.StartsWith("payment-", StringComparison.Ordinal));
        void When(bool condition, Landmark landmark)
        {
            if (condition) Reach(landmark);
        }
    }
}
