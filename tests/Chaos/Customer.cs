using System.Text.Json;
using System.Text.Json.Nodes;
using Shop.Testing;

namespace Shop.Chaos;

/// <summary>What a customer is going to do, decided before anything happens.</summary>
internal sealed record OrderPlan(int Number, string Token)
{
    /// <summary>When it is placed, after its batch was released.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>Gives up at the first failure, and nobody knows whether there is an order.</summary>
    public bool IsImpatient { get; init; }

    /// <summary>Two clicks: the same request twice at once.</summary>
    public bool ClicksTwice { get; init; }

    /// <summary>The same request again, later.</summary>
    public bool RepeatsKey { get; init; }

    /// <summary>The same key for another order.</summary>
    public bool ReusesKey { get; init; }

    public TimeSpan? CancelsAfter { get; init; }

    public IReadOnlyList<TimeSpan> NewAddressesAfter { get; init; } = [];

    public TimeSpan? NewMethodAfter { get; init; }

    /// <summary>Pays again with this once the payment has failed.</summary>
    public string? PaysAgainWith { get; init; }

    /// <summary>What staff decide when the payment is held for review.</summary>
    public string Review { get; init; } = "payment-review-accepted";

    /// <summary>The warehouse ships it at once, and not when all is over.</summary>
    public bool ShipsAtOnce { get; init; }

    /// <summary>The plan of an order, by chance.</summary>
    public static OrderPlan Of(ChaosOptions options, int number)
    {
        var chance = options.Chance("order", number);
        TimeSpan Within(double seconds) => TimeSpan.FromSeconds(chance.NextDouble() * seconds);
        var token = chance.Next(100) switch
        {
            < 50 => chance.Next(2) == 0 ? "pm_card_visa" : "pm_card_mastercard",
            < 60 => "pm_card_visa_chargeDeclined",
            < 64 => "pm_card_chargeDeclinedExpiredCard",
            < 70 => chance.Next(2) == 0 ? "pm_card_visa_chargeDeclinedLostCard" : "pm_card_radarBlock",
            < 74 => "pm_sandbox_slow",
            < 78 => "pm_sandbox_timeout",
            < 82 => "pm_sandbox_500_once",
            < 85 => "pm_sandbox_500_kept",
            < 90 => "pm_sandbox_lost_reply",
            < 94 => "pm_card_pendingRefund",
            < 98 => "pm_card_riskLevelElevated",
            _ => "pm_card_chargeDeclinedProcessingError",
        };
        return new OrderPlan(number, token)
        {
            Delay = Within(2.5),
            IsImpatient = chance.Next(100) < 4,
            ClicksTwice = chance.Next(100) < 10,
            RepeatsKey = chance.Next(100) < 10,
            ReusesKey = chance.Next(100) < 5,
            // Half of them at once, when everything is still in motion.
            CancelsAfter = chance.Next(100) < 30 ? Within(chance.Next(2) == 0 ? 0.3 : 5) : null,
            NewAddressesAfter = chance.Next(100) < 25 ? [.. Enumerable.Range(0, chance.Next(1, 4)).Select(_ => Within(chance.Next(2) == 0 ? 0.3 : 3)).Order()] : [],
            NewMethodAfter = chance.Next(100) < 8 ? Within(0.2) : null,
            PaysAgainWith = chance.Next(100) < 50 ? chance.Next(4) == 0 ? "pm_sandbox_lost_reply" : "pm_card_mastercard" : null,
            Review = chance.Next(2) == 0 ? "payment-review-accepted" : "payment-review-declined",
            ShipsAtOnce = chance.Next(100) < 40,
        };
    }
}

/// <summary>Carries out a plan, and writes down what the customer was told.</summary>
internal sealed class Customer(ChaosOptions options, OrderPlan plan, Client client, RunningShop shop)
{
    private static readonly TimeSpan Attention = TimeSpan.FromSeconds(30);

    private readonly string name = $"chaos-{options.Seed}-{plan.Number}";

    public PlacedOrder Order { get; } = new($"chaos-{options.Seed}-{plan.Number}", $"chaos.{options.Seed}.{plan.Number}@customers.example");

    public async Task Run(Task released)
    {
        await released;
        await Task.Delay(plan.Delay);
        if (!await Place() || Order.Told != Told.Accepted) return;
        var tasks = new List<Task>();
        if (plan.RepeatsKey) tasks.Add(Repeat());
        if (plan.ReusesKey) tasks.Add(Reuse());
        if (plan.CancelsAfter is { } cancel) tasks.Add(Later(cancel, Cancel));
        for (var i = 0; i < plan.NewAddressesAfter.Count; i++)
        {
            var address = i;
            tasks.Add(Later(plan.NewAddressesAfter[i], () => Move(address)));
        }

        if (plan.NewMethodAfter is { } method) tasks.Add(Later(method, () => Pay("pm_card_visa_debit", "method")));
        if (plan.ShipsAtOnce || plan.PaysAgainWith is not null || plan.Token == "pm_card_riskLevelElevated") tasks.Add(Watch());
        await Task.WhenAll(tasks);
    }

    /// <summary>The warehouse says that the parcel has left.</summary>
    public static async Task<Reply> Ship(Client client, Guid orderId) => await client.Send(
        HttpMethod.Post, $"shipments/{orderId}/shipped", $$"""{"carrier":"DHL","packages":[{"trackingNumber":"{{Parcel(orderId)}}"}]}""", $"ship-{orderId}", "dev-warehouse");

    /// <summary>An order's tracking number: too short to be mistaken for a card's.</summary>
    public static string Parcel(Guid orderId) => $"T{orderId.ToString()[..8]}";

    private static async Task Later(TimeSpan delay, Func<Task> act)
    {
        await Task.Delay(delay);
        await act();
    }

    private string Body() => SampleOrders.Json(plan.Token, body =>
    {
        body["customer"]!["id"] = Order.CustomerId;
        body["customer"]!["email"] = Order.Email;
        body["customer"]!["name"] = "Chaos Customer";
        body["customer"]!["locale"] = (plan.Number % 3) switch { 0 => "en", 1 => "de", _ => "fr" };
        var price = 100 + (plan.Number % 5000);
        body["items"] = new JsonArray(new JsonObject { ["sku"] = "TEA-1", ["name"] = "Green tea", ["quantity"] = 2, ["unitPrice"] = price });
        body["total"] = (2 * price) + 499;
    });

    private async Task<bool> Place()
    {
        Task<Reply> Once() => client.Send(HttpMethod.Post, "orders", Body(), name, isImpatient: plan.IsImpatient);
        Task<Reply>[] clicks = plan.ClicksTwice ? [Once(), Once()] : [Once()];
        var replies = await Task.WhenAll(clicks);
        var ids = replies.Where(reply => reply.Status == 201).Select(reply => reply.Body.GetProperty("orderId").GetGuid()).Distinct().ToList();
        if (ids.Count > 1) client.Bad("one key, two orders", $"{name}: {ids[0]} and {ids[1]}");
        if (replies.FirstOrDefault(reply => reply.Told == Told.Rejected) is { } refused)
            client.Bad("a good order refused", $"{name}: {refused.Status} {refused.Code}");
        Order.Told = ids.Count > 0 ? Told.Accepted : replies.All(reply => reply.Told == Told.Rejected) ? Told.Rejected : Told.Unknown;
        if (ids.Count > 0) Order.OrderId = ids[0];
        return ids.Count > 0;
    }

    private async Task Repeat()
    {
        await Task.Delay(500);
        var again = await client.Send(HttpMethod.Post, "orders", Body(), name);
        if (again.Told == Told.Unknown) return;
        if (again.Status != 201 || again.Body.GetProperty("orderId").GetGuid() != Order.OrderId || !again.IsReplayed)
            client.Bad("a repeated request was not answered as the first", $"{name}: {again.Status} {again.Code}");
    }

    private async Task Reuse()
    {
        var other = await client.Send(HttpMethod.Post, "orders", Body().Replace("TEA-1", "TEA-2", StringComparison.Ordinal), name);
        if (other.Told != Told.Unknown && (other.Status, other.Code) != (422, "idempotency-key-reused"))
            client.Bad("a key was good for two requests", $"{name}: {other.Status} {other.Code}");
    }

    private async Task Cancel()
    {
        var mark = $"{name}-cancel";
        Note("order-cancelled", mark, await client.Send(HttpMethod.Post, $"orders/{Order.OrderId}/cancel", $$"""{"reason":"{{mark}}"}""", mark));
    }

    private async Task Move(int number)
    {
        var mark = $"{name} Street {number}";
        Note("shipping-address-updated", mark, await client.Send(
            HttpMethod.Put, $"orders/{Order.OrderId}/shipping-address", SampleOrders.Address(mark).ToJsonString(), $"{name}-address-{number}"));
    }

    private async Task Pay(string token, string key) => Note("payment-updated", token, await client.Send(
        HttpMethod.Put, $"orders/{Order.OrderId}/payment", $$"""{"methodToken":"{{token}}"}""", $"{name}-{key}"));

    /// <summary>Looks at the order now and then, and does what is to be done.</summary>
    private async Task Watch()
    {
        var deadline = DateTimeOffset.UtcNow + Attention;
        var (paidAgain, reviewed) = (false, false);
        while (DateTimeOffset.UtcNow < deadline)
        {
            await Task.Delay(400);
            var read = await client.Send(HttpMethod.Get, $"orders/{Order.OrderId}", null, null, isImpatient: true);
            if (read.Status != 200) continue;
            switch (read.Body.GetProperty("status").GetString())
            {
                case "payment-failed" when plan.PaysAgainWith is { } token && !paidAgain:
                    await Pay(token, "again");
                    paidAgain = true;
                    break;
                case "payment-review" when !reviewed:
                    reviewed = await Review();
                    break;
                case "shipment-prepared" when plan.ShipsAtOnce:
                    Note("shipped", Parcel(Order.OrderId!.Value), await Ship(client, Order.OrderId!.Value));
                    return;
                case "cancelled" or "shipped":
                    return;
                case "shipment-prepared":
                    return;
                case "payment-failed" when paidAgain || plan.PaysAgainWith is null:
                    return;
            }
        }
    }

    private async Task<bool> Review()
    {
        try
        {
            await shop.Inside(HttpMethod.Post, $"/orders/{Order.OrderId}/events", Decision(Order.OrderId!.Value, plan.Review));
            return true;
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException or JsonException)
        {
            return false;
        }
    }

    /// <summary>What staff write when they have looked at a payment.</summary>
    public static string Decision(Guid orderId, string type) => $$"""
        {"eventId":"{{Guid.NewGuid()}}","type":"{{type}}","data":{"attempt":1,"reviewer":"chaos"},"occurredAt":"{{DateTimeOffset.UtcNow:O}}",
         "causationId":"{{Guid.NewGuid()}}","correlationId":"{{orderId}}"}
        """;

    private void Note(string type, string mark, Reply reply)
    {
        lock (Order.Commands) Order.Commands.Add(new Command(type, mark, reply.Told, reply.Code));
    }
}
