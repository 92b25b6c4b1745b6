using Shop.Contracts;

namespace Shop.Producer;

/// <summary>What may become of an order, and how often that is played: <paramref name="Weight"/> in the sum of all.</summary>
internal sealed record Story(string Name, int Weight, Func<Scene, Task> Play)
{
    public static readonly IReadOnlyList<Story> All =
    [
        new("bought, shipped", 28, async scene =>
        {
            await scene.Order(Cards.Authorised);
            await scene.Ship();
        }),
        new("shipped, refunded", 4, async scene =>
        {
            await scene.Order(Cards.Authorised);
            await scene.Ship();
            await scene.Refund(all: true);
        }),
        new("shipped, refunded in part", 4, async scene =>
        {
            await scene.Order(Cards.Authorised);
            await scene.Ship();
            await scene.Refund(all: false);
        }),
        new("bought, awaits its carrier", 10, async scene =>
        {
            await scene.Order(Cards.Authorised);
            await scene.Becomes(OrderStatus.ShipmentPrepared);
        }),
        new("declined, paid again, shipped", 10, async scene =>
        {
            await scene.Order(Cards.Declined);
            await scene.Becomes(OrderStatus.PaymentFailed);
            await scene.Pay(Cards.Authorised);
            await scene.Ship();
        }),
        new("declined twice, moved, paid", 4, async scene =>
        {
            await scene.Order(Cards.Declined);
            await scene.Pay(Cards.Declined);
            await scene.Readdress();
            await scene.Pay(Cards.Authorised);
            await scene.Becomes(OrderStatus.ShipmentPrepared);
        }),
        new("declined for good", 5, async scene =>
        {
            await scene.Order(Cards.DeclinedForGood);
            await scene.Becomes(OrderStatus.PaymentFailed);
        }),
        new("declined, cancelled", 5, async scene =>
        {
            await scene.Order(Cards.Declined);
            await scene.Cancel();
        }),
        new("review accepted, shipped", 9, async scene =>
        {
            await scene.Order([Cards.UnderReview]);
            await scene.Accept();
            await scene.Ship();
        }),
        new("review declined", 5, async scene =>
        {
            await scene.Order([Cards.UnderReview]);
            await scene.Decline();
        }),
        new("left under review", 4, async scene =>
        {
            await scene.Order([Cards.UnderReview]);
            await scene.Becomes(OrderStatus.PaymentReview);
        }),
        new("cancelled under review", 4, async scene =>
        {
            await scene.Order([Cards.UnderReview]);
            await scene.Cancel();
        }),
        new("cancelled at once, or too late", 4, async scene =>
        {
            await scene.Place(Cards.Authorised);
            await scene.TryToCancel();
        }),
    ];

    /// <summary>One of all, by weight.</summary>
    public static Story Draw(Random random)
    {
        var ticket = random.Next(All.Sum(story => story.Weight));
        return All.First(story => (ticket -= story.Weight) < 0);
    }
}
