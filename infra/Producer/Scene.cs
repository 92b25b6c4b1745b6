using Shop.Contracts;

namespace Shop.Producer;

/// <summary>A story being played: the steps of one order, with what chance gives to them.</summary>
internal sealed class Scene(Steps steps, Random random)
{
    private static readonly string[] Carriers = ["DHL", "DPD", "UPS", "Royal Mail"];
    private static readonly string[] Reasons = ["changed my mind", "found it elsewhere", "ordered twice", "takes too long"];

    /// <summary>The order as it was seen last.</summary>
    public OrderView? Seen { get; private set; }

    public async Task Order(IReadOnlyList<string> cards) => Seen = await steps.Order(Shoppers.Order(random, One(cards)));

    public async Task Place(IReadOnlyList<string> cards) => Seen = await steps.Place(Shoppers.Order(random, One(cards)));

    public async Task Pay(IReadOnlyList<string> cards) => Seen = await steps.Pay(Seen!.OrderId, One(cards));

    public async Task Readdress() => Seen = await steps.Readdress(Seen!.OrderId, Shoppers.NewAddress(random));

    public async Task Accept() => Seen = await steps.Accept(Seen!.OrderId, "known customer");

    public async Task Decline() => Seen = await steps.Decline(Seen!.OrderId, "address and card do not go together");

    public async Task Cancel() => Seen = Steps.Being(await steps.Cancel(Seen!.OrderId, One(Reasons)), OrderStatus.Cancelled);

    /// <summary>A race against the warehouse, which either may win.</summary>
    public async Task TryToCancel()
    {
        try
        {
            await Cancel();
        }
        catch (ShopException exception) when (exception.ExitCode == ExitCodes.Refused)
        {
            await Becomes(OrderStatus.ShipmentPrepared);
        }
    }

    public async Task Ship() => Seen = await steps.Ship(Seen!.OrderId, One(Carriers), $"JJD{random.NextInt64(1_000_000_000_000):000000000000}");

    public async Task Refund(bool all)
    {
        var wanted = all ? PaymentStatus.Refunded : PaymentStatus.PartiallyRefunded;
        Seen = await steps.Refund(Seen!.OrderId, all ? null : Seen.Totals.Total / 2, all ? "arrived broken" : "a cup was missing");
        if (Seen.Payment.Status != wanted)
            throw new ShopException(ExitCodes.Refused, $"The payment of order {Seen.OrderId} should be {Screen.Word(wanted)}, and is {Screen.Word(Seen.Payment.Status)}.");
    }

    public async Task Becomes(OrderStatus wanted) => Seen = Steps.Being(await steps.AtRest(Seen!.OrderId), wanted);

    private T One<T>(IReadOnlyList<T> things) => things[random.Next(things.Count)];
}
