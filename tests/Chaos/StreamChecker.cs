namespace Shop.Chaos;

/// <summary>
/// The rules of an order's life, told once more and by somebody else: over the raw JSON of a stream, knowing nothing of the code
/// that decided. Yields each broken rule.
/// </summary>
internal sealed class StreamChecker
{
    private const int MostAttempts = 5;

    private readonly Dictionary<long, string> attempts = [];
    private readonly Dictionary<string, (long Amount, bool IsDone, bool IsBegun)> refunds = [];
    private readonly HashSet<string> failedRefunds = [];
    private readonly HashSet<string> once = [];
    private long total;
    private bool updatedSinceFailure;
    private bool canPayAgain = true;

    public bool IsCancelled { get; private set; }

    public bool IsCaptured { get; private set; }

    public bool IsBegun { get; private set; }

    public bool IsPrepared { get; private set; }

    public bool IsShipped { get; private set; }

    public long Captured { get; private set; }

    public long Refunded => refunds.Values.Where(refund => refund.IsDone).Sum(refund => refund.Amount);

    public string LastAttempt => attempts.Count == 0 ? "none" : attempts[attempts.Count];

    /// <summary>Where the order stands, by these rules.</summary>
    public string Status =>
        IsCancelled ? "cancelled"
        : IsShipped ? "shipped"
        : IsPrepared ? "shipment-prepared"
        : IsBegun ? "preparing-shipment"
        : IsCaptured ? "paid"
        : LastAttempt switch
        {
            "none" => "created",
            "open" => "payment-in-progress",
            "failed" or "voided" => updatedSinceFailure ? "created" : "payment-failed",
            _ => "payment-review",
        };

    /// <summary>Nothing is to be expected of it any more, unless its customer acts.</summary>
    public bool IsAtRest => IsCancelled
        ? Captured == Refunded && LastAttempt is not ("open" or "review" or "review-accepted" or "review-declined")
        : IsShipped || Status == "payment-failed";

    /// <summary>The next event of the stream; says what it breaks.</summary>
    public IEnumerable<string> Next(LoggedEvent e)
    {
        if (e.Revision == 0 != (e.Type == "order-created")) yield return $"{e.Type} at revision {e.Revision}";
        if (e.Type is "order-created" or "order-cancelled" or "payment-captured" or "shipping-preparation-in-progress" or "shipping-prepared" or "shipped"
            && !once.Add(e.Type)) yield return $"{e.Type} twice";
        var attempt = e.Number("attempt");
        var state = attempts.GetValueOrDefault(attempt, "none");
        switch (e.Type)
        {
            case "order-created":
                total = e.Number("total");
                break;
            case "payment-updated":
                if (IsCancelled) yield return "payment-updated after order-cancelled";
                if (IsCaptured) yield return "payment-updated after payment-captured";
                if (LastAttempt is "open" or "review" or "review-accepted" or "review-declined") yield return $"payment-updated while the attempt is {LastAttempt}";
                if (!canPayAgain) yield return "payment-updated after a hard decline";
                updatedSinceFailure = attempts.Count > 0;
                break;
            case "shipping-address-updated":
                if (IsBegun) yield return "shipping-address-updated after the preparation began";
                if (IsCancelled) yield return "shipping-address-updated after order-cancelled";
                break;
            case "order-cancelled":
                if (IsBegun) yield return "order-cancelled after the preparation began";
                IsCancelled = true;
                break;
            case "payment-auth-in-progress":
                if (IsCancelled) yield return "an attempt after order-cancelled";
                if (IsCaptured) yield return "an attempt after payment-captured";
                if (attempt != attempts.Count + 1 || attempt > MostAttempts) yield return $"attempt {attempt} after {attempts.Count}";
                if (attempts.Count > 0 && !(LastAttempt is "failed" or "voided" && updatedSinceFailure)) yield return $"attempt {attempt} was not due";
                attempts[attempt] = "open";
                updatedSinceFailure = false;
                break;
            case "payment-auth-pending-review":
                if (state != "open") yield return $"a review of an attempt that is {state}";
                if (IsCancelled) yield return "a review after order-cancelled";
                attempts[attempt] = "review";
                break;
            case "payment-review-accepted" or "payment-review-declined":
                if (state != "review") yield return $"{e.Type} of an attempt that is {state}";
                if (IsCancelled) yield return $"{e.Type} after order-cancelled";
                attempts[attempt] = e.Type == "payment-review-accepted" ? "review-accepted" : "review-declined";
                break;
            case "payment-captured":
                if (state is not ("open" or "review-accepted")) yield return $"payment-captured of an attempt that is {state}";
                if (e.Number("amount") != total) yield return $"payment-captured of {e.Number("amount")}, the order comes to {total}";
                attempts[attempt] = "captured";
                IsCaptured = true;
                Captured += e.Number("amount");
                break;
            case "payment-auth-failed":
                if (state is "none" or "failed" or "voided" or "captured") yield return $"payment-auth-failed of an attempt that is {state}";
                attempts[attempt] = "failed";
                canPayAgain = e.IsTrue("retryable");
                break;
            case "payment-auth-voided":
                if (state is "none" or "failed" or "voided" or "captured") yield return $"payment-auth-voided of an attempt that is {state}";
                if (!IsCancelled && e.Text("reason") != "authorization-expired") yield return "payment-auth-voided, and nobody cancelled";
                attempts[attempt] = "voided";
                break;
            case "refund-requested":
                if (!IsCaptured) yield return "refund-requested before payment-captured";
                if (!refunds.TryAdd(e.Text("refundId"), (e.Number("amount"), false, false))) yield return "refund-requested twice";
                break;
            case "payment-refund-failed":
                if (!refunds.TryGetValue(e.Text("refundId"), out var gone) || !gone.IsBegun) yield return "payment-refund-failed of a refund that was not begun";
                failedRefunds.Add(e.Text("refundId"));
                refunds.Remove(e.Text("refundId"));
                break;
            case "payment-refund-in-progress" when e.Text("retryOf") is { Length: > 0 } failed:
                if (!failedRefunds.Remove(failed)) yield return "a retry of a refund that had not failed, or twice";
                refunds[e.Text("refundId")] = (e.Number("amount"), false, true);
                break;
            case "payment-refund-in-progress":
                if (!IsCaptured) yield return "a refund before payment-captured";
                if (refunds.TryGetValue(e.Text("refundId"), out var asked) ? asked.IsBegun : !IsCancelled) yield return "a refund that nobody asked for, or begun twice";
                refunds[e.Text("refundId")] = (e.Number("amount"), false, true);
                if (refunds.Values.Sum(refund => refund.Amount) > Captured) yield return "refunds of more than was captured";
                break;
            case "payment-refunded":
                if (!refunds.TryGetValue(e.Text("refundId"), out var open) || open.IsDone || !open.IsBegun || open.Amount != e.Number("amount"))
                    yield return "payment-refunded of a refund that is not open";
                refunds[e.Text("refundId")] = (e.Number("amount"), true, true);
                break;
            case "note-added":
                break;
            case "shipping-preparation-in-progress":
                if (!IsCaptured) yield return "preparation before payment-captured";
                if (IsCancelled) yield return "preparation after order-cancelled";
                IsBegun = true;
                break;
            case "shipping-prepared":
                if (!IsBegun) yield return "shipping-prepared before the preparation began";
                IsPrepared = true;
                break;
            case "shipped":
                if (!IsPrepared) yield return "shipped before shipping-prepared";
                IsShipped = true;
                break;
            default:
                yield return $"an event of the unknown type {e.Type}";
                break;
        }
    }
}
