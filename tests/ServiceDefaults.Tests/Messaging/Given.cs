using Shop.Contracts;

namespace Shop.ServiceDefaults.Tests.Messaging;

/// <summary>Recorded events to publish and to read.</summary>
internal static class Given
{
    private static long position;

    public static RecordedEvent Recorded(OrderEvent @event, string? traceparent = null) => new(
        Guid.NewGuid(), 0, Interlocked.Increment(ref position), Guid.NewGuid(), @event,
        new EventMetadata(new Agent(AgentKind.Customer, "c-1"), DateTimeOffset.UtcNow, DateTimeOffset.UtcNow, Guid.NewGuid(), Guid.NewGuid(), traceparent));

    public static OrderCreated Created => new(
        "1001", "EUR", "en", [new OrderItem("TEA-1", "Green tea", 1, 1999)], 1999, 0, 0, 1999, new PaymentMethod("sandbox", "pm_card_visa"),
        new PersonalData("Ada Example", "ada@example.org"));

    public static OrderCancelled Cancelled => new("customer-request");
}
