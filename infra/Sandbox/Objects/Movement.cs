namespace Shop.Sandbox.Objects;

/// <summary>
/// One line of the ledger: what happened to somebody's money, written in the transaction in which it happened and never changed.
/// </summary>
/// <param name="Kind"><c>decline</c>, <c>authorization</c>, <c>capture</c>, <c>void</c> or <c>refund</c>.</param>
/// <param name="OrderId">The payment intent's <c>metadata[order_id]</c>; empty when it has none.</param>
/// <param name="Attempt">Its <c>metadata[attempt]</c>.</param>
/// <param name="PaymentIntent">The payment intent.</param>
/// <param name="Reference">The charge, or the refund.</param>
/// <param name="Amount">In minor units.</param>
/// <param name="Currency">ISO 4217, lower case.</param>
/// <param name="At">When.</param>
public sealed record Movement(
    string Kind, string OrderId, string? Attempt, string PaymentIntent, string Reference, long Amount, string Currency, DateTimeOffset At);
