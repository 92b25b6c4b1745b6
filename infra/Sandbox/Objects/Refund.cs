using System.Text.Json.Nodes;

namespace Shop.Sandbox.Objects;

/// <summary>How the refunds of a card go.</summary>
public enum RefundCourse
{
    /// <summary>Succeeds at once.</summary>
    Succeeds,

    /// <summary>Pending, then succeeds.</summary>
    SucceedsLater,

    /// <summary>Succeeds, then fails: the money comes back to the seller.</summary>
    FailsLater,

    /// <summary>The card's first refund fails later, every other succeeds.</summary>
    FirstFailsLater,
}

/// <summary>
/// Money given back. Its status is a matter of the clock alone, so that nothing has to be running for a pending refund to
/// succeed, and a restart changes nothing.
/// </summary>
public sealed record Refund
{
    public required string Id { get; init; }
    public required long Created { get; init; }
    public required string Charge { get; init; }
    public required string PaymentIntent { get; init; }
    public required long Amount { get; init; }
    public required string Currency { get; init; }
    public required IReadOnlyDictionary<string, string> Metadata { get; init; }
    public string? Reason { get; init; }
    public RefundCourse Course { get; init; }

    /// <summary>When the status changes for the last time, in Unix milliseconds.</summary>
    public required long SettlesAt { get; init; }

    /// <summary>The status at a time: <c>pending</c>, <c>succeeded</c> or <c>failed</c>.</summary>
    public string StatusAt(DateTimeOffset now) => (Course, now.ToUnixTimeMilliseconds() >= SettlesAt) switch
    {
        (RefundCourse.SucceedsLater, false) => "pending",
        (RefundCourse.FailsLater, true) => "failed",
        _ => "succeeded",
    };

    /// <summary>The object as the API shows it.</summary>
    public JsonObject ToJson(DateTimeOffset now)
    {
        var status = StatusAt(now);
        var json = new JsonObject
        {
            ["id"] = Id,
            ["object"] = "refund",
            ["amount"] = Amount,
            ["balance_transaction"] = $"txn_{Id[3..]}",
            ["charge"] = Charge,
            ["created"] = Created,
            ["currency"] = Currency,
            ["destination_details"] = new JsonObject { ["card"] = new JsonObject { ["type"] = "refund" }, ["type"] = "card" },
            ["metadata"] = Json.Of(Metadata),
            ["payment_intent"] = PaymentIntent,
            ["reason"] = Reason,
            ["receipt_number"] = null,
            ["source_transfer_reversal"] = null,
            ["status"] = status,
            ["transfer_reversal"] = null,
        };
        if (status == "pending") json["pending_reason"] = "processing";
        if (status == "failed")
        {
            json["failure_balance_transaction"] = $"txn_{new string([.. Id[3..].Reverse()])}";
            json["failure_reason"] = "expired_or_canceled_card";
        }

        return json;
    }
}
