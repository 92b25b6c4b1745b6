using System.Runtime.CompilerServices;

namespace Shop.Contracts.Tests;

/// <summary>One of each event, with every member set, so that its whole stored form shows.</summary>
public static class Samples
{
    public static readonly Guid OrderId = Guid.Parse("0b9c7a52-53a4-4f0c-9c39-2a51c9c1a001");

    private static readonly Guid Id = Guid.Parse("0b9c7a52-53a4-4f0c-9c39-2a51c9c1a002");
    private static readonly DateTimeOffset Time = new(2026, 1, 31, 12, 30, 15, TimeSpan.Zero);
    private static readonly PaymentMethod Method = new("stripe", "pm_card_visa", "visa");
    private static readonly Address Home = new("Ada Example", "1 Example Street", "Berlin", "10115", "DE", "2nd floor", "BE", "+49 30 000000");

    /// <summary>The events.</summary>
    public static IReadOnlyList<OrderEvent> Events { get; } =
    [
        new OrderCreated(
            "ABCD-EFGH-JKMN", "EUR", "en", [new("TEA-1", "Green tea", 2, 1999)], 3998, 499, 0, 4497, Method,
            new("Ada Example", "ada@example.org", "+49 30 000000", Home, Home), "c-17", new Dictionary<string, string> { ["campaign"] = "spring" }),
        new PaymentUpdated(Method),
        new ShippingAddressUpdated(new(ShippingAddress: Home)),
        new OrderCancelled("customer-request", "called us"),
        new PaymentAuthInProgress(1),
        new PaymentAuthPendingReview(1, "pi_1", "elevated", Time),
        new PaymentReviewAccepted(1, "grace", "known customer"),
        new PaymentReviewDeclined(1, "grace", "stolen card"),
        new PaymentCaptured(1, 4497, "EUR", "pi_1"),
        new PaymentAuthFailed(1, PaymentFailureReason.AuthenticationRequired, true, "authentication_required"),
        new PaymentAuthVoided(1, PaymentVoidReason.OrderCancelled, "pi_1"),
        new RefundRequested(Id, 1000, "damaged"),
        new PaymentRefundInProgress(Id, 1000, "EUR", RefundCause.RefundRequested, OrderId),
        new PaymentRefunded(Id, 1000, "EUR", "re_1"),
        new PaymentRefundFailed(Id, 1000, "EUR", "re_1", "expired_or_canceled_card"),
        new NoteAdded(new(Note: "called, will be at home")),
        new ShippingPreparationInProgress(Id),
        new ShippingPrepared(Id, "DHL", "express"),
        new Shipped(Id, "DHL", Time, [new("JJD01", "https://example.org/JJD01")], "express"),
    ];

    /// <summary>The event as it would stand in a stream.</summary>
    public static RecordedEvent Recorded(OrderEvent @event) => new(
        OrderId, 3, 42, Id, @event, new EventMetadata(new Agent(AgentKind.Customer, "storefront"), Time, Time, OrderId, Id, "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"));

    /// <summary>The folder of this source file.</summary>
    public static string SourceFolder([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}
