using Shop.Contracts;
using Shop.Notification.Letters;

namespace Shop.Local;

/// <summary>Every letter that the shop can write, in every language, about an order that nobody placed.</summary>
public static class SampleLetters
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private static OrderView Order { get; } = new()
    {
        OrderId = new Guid("5b2f7c1e-4d0a-5c3b-9a57-0d2f6a0f7c11"),
        OrderNumber = "7K3M-9QXT-21BD",
        Status = OrderStatus.Created,
        Currency = "EUR",
        Payment = Payment(PaymentStatus.Pending),
        Shipping = new ShippingView
        {
            Status = ShippingStatus.Pending,
            Address = new Address("Ada Example", "1 Example Street", "Berlin", "10115", "DE", Line2: "Second floor"),
        },
        Items =
        [
            new OrderItem("TEA-1", "Green tea", 2, 1999),
            new OrderItem("POT-1", "Teapot with a strainer, stoneware, in the colour of a rainy Sunday in November", 1, 4200),
            new OrderItem("CUP-1", "Cup", 2, 1250),
        ],
        Totals = new OrderTotals(10698, 499, 142, 11339),
        Customer = new CustomerView("en", Name: "Ada Example", Email: "ada@example.org"),
        Revision = 3,
        CreatedAt = Noon,
        UpdatedAt = Noon,
        AllowedActions = [OrderAction.UpdatePayment, OrderAction.UpdateShippingAddress, OrderAction.Cancel],
    };

    /// <summary>The situations in which letters differ: a kind, and what the order is like.</summary>
    public static IReadOnlyList<(string Name, LetterKind Kind, OrderView Order)> All { get; } =
        [.. Enum.GetValues<LetterKind>().SelectMany(kind => Situations(kind).Select(situation => (Name(kind, situation.Name), kind, situation.Order)))];

    /// <summary>The letter of that name in that language; null when there is none.</summary>
    public static Letter? Write(string name, string language, Uri storefront)
    {
        if (!Wording.Languages.Contains(language) || All.FirstOrDefault(sample => sample.Name == name) is not { Name: not null } sample) return null;
        return new LetterWriter(storefront).Write(sample.Kind, sample.Order with { Customer = sample.Order.Customer with { Locale = language } });
    }

    private static string Name(LetterKind kind, string situation) => situation.Length == 0 ? kind.Name() : $"{kind.Name()}-{situation}";

    private static IEnumerable<(string Name, OrderView Order)> Situations(LetterKind kind) => kind switch
    {
        LetterKind.OrderReceived => [("", Order), ("and-cancelled", Order with { Status = OrderStatus.Cancelled })],
        LetterKind.PaymentFailed => [("", Failed), ("for-good", Failed with { AllowedActions = [OrderAction.Cancel] })],
        LetterKind.OrderCancelled =>
        [
            ("nothing-charged", Cancelled(PaymentStatus.Pending)),
            ("payment-open", Cancelled(PaymentStatus.InProgress, open: true)),
            ("refund-on-its-way", Cancelled(PaymentStatus.Refunding, captured: 11339)),
            ("refunded", Cancelled(PaymentStatus.Refunded, captured: 11339, refunded: 11339)),
        ],
        LetterKind.Shipped =>
        [
            ("", Shipped(new Package("JJD000390007777", "https://track.example/JJD000390007777"))),
            ("in-two-parcels", Shipped(new Package("JJD000390007777", "https://track.example/JJD000390007777"), new Package("JJD000390007778"))),
        ],
        _ => [("", Order)],
    };

    private static OrderView Failed => Order with { Status = OrderStatus.PaymentFailed, Payment = Payment(PaymentStatus.Failed) };

    private static OrderView Cancelled(PaymentStatus status, bool open = false, long captured = 0, long refunded = 0) => Order with
    {
        Status = OrderStatus.Cancelled,
        Cancellation = new CancellationView(Noon, "customer-request"),
        AllowedActions = [],
        Payment = Payment(status) with
        {
            Attempts = open ? [new PaymentAttempt(1, AttemptStatus.Open, Noon)] : [],
            Captured = captured,
            Refunded = refunded,
        },
    };

    private static OrderView Shipped(params Package[] packages) => Order with
    {
        Status = OrderStatus.Shipped,
        AllowedActions = [],
        Shipping = Order.Shipping with { Status = ShippingStatus.Shipped, Carrier = "DHL", ShippedAt = Noon, Packages = packages },
    };

    private static PaymentView Payment(PaymentStatus status) => new()
    {
        Status = status,
        Method = new PaymentMethod("stripe", "pm_card_visa", "visa"),
        Attempts = [],
        Refunds = [],
        Captured = 0,
        Refunded = 0,
        NextAttemptDue = false,
    };
}
