using System.Text.Json.Nodes;

namespace Shop.Sandbox.Objects;

/// <summary>
/// A payment that looked risky and waits for a person's judgement. It holds nothing back: capture and cancellation work all the
/// while.
/// </summary>
public sealed record Review
{
    public required string Id { get; init; }
    public required long Created { get; init; }
    public required string Charge { get; init; }
    public required string PaymentIntent { get; init; }

    /// <summary>Why it was closed: <c>approved</c>, <c>refunded</c> or <c>canceled</c>; null while it is open.</summary>
    public string? ClosedReason { get; init; }

    /// <summary>The object as the API shows it.</summary>
    public JsonObject ToJson() => new()
    {
        ["id"] = Id,
        ["object"] = "review",
        ["billing_zip"] = null,
        ["charge"] = Charge,
        ["closed_reason"] = ClosedReason,
        ["created"] = Created,
        ["ip_address"] = null,
        ["ip_address_location"] = null,
        ["livemode"] = false,
        ["open"] = ClosedReason is null,
        ["opened_reason"] = "rule",
        ["payment_intent"] = PaymentIntent,
        ["reason"] = ClosedReason ?? "rule",
        ["session"] = null,
    };
}
