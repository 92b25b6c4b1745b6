using Microsoft.Playwright;

namespace Shop.Pages.Tests;

/// <summary>What there is to look at: each page, in the states that are worth a look.</summary>
internal static class Views
{
    public static readonly IReadOnlyDictionary<string, Func<Visitor, Task>> All = new Dictionary<string, Func<Visitor, Task>>
    {
        ["dashboard"] = async visitor =>
        {
            var cards = new[] { "pm_card_visa", "pm_card_visa", "pm_card_visa_chargeDeclined", "pm_card_riskLevelElevated", "pm_card_mastercard" };
            await Shopkeeper.Becomes((await Placed(cards))[^1], "shipment-prepared");
            await Enter(visitor, "overview");
            await visitor.Sees("The last 24 hours");
            await visitor.Page.Locator("figure .mark").First.WaitForAsync();
        },
        ["dashboard-orders"] = async visitor =>
        {
            await Placed("pm_card_visa", "pm_card_visa_chargeDeclined", "pm_card_riskLevelElevated", "pm_card_visa");
            await Enter(visitor, "orders");
            await visitor.Page.GetByRole(AriaRole.Table).WaitForAsync();
        },
        ["dashboard-order"] = async visitor =>
        {
            var id = (await Placed("pm_card_visa"))[0];
            await Shopkeeper.Becomes(id, "shipment-prepared");
            await Enter(visitor, $"orders/{id}");
            await visitor.Sees("4 shipping-prepared");
            await visitor.Sees("/status");
        },
        ["dashboard-events"] = async visitor =>
        {
            await Placed("pm_card_visa");
            await Enter(visitor, "events");
            await visitor.Page.Locator(".feed time").First.WaitForAsync();
        },
        ["dashboard-projections"] = async visitor =>
        {
            await Enter(visitor, "projections");
            await visitor.Button("Rebuild order_list").WaitForAsync();
        },
        ["dashboard-stuck"] = async visitor =>
        {
            await Enter(visitor, "stuck");
            await visitor.Sees("No order is stuck");
        },
        ["shop"] = async visitor =>
        {
            await visitor.Page.GotoAsync("/shop");
            await visitor.Button("Add Green tea to the cart").ClickAsync();
            await visitor.Button("Add Cup to the cart").ClickAsync();
        },
        ["shop-checkout"] = async visitor =>
        {
            await visitor.Page.GotoAsync("/shop");
            await visitor.Button("Add Green tea to the cart").ClickAsync();
            await visitor.Page.GetByRole(AriaRole.Link, new() { Name = "Go to checkout" }).ClickAsync();
            await visitor.Sees("How you pay");
        },
        ["shop-order"] = async visitor =>
        {
            await visitor.Buys("pm_card_visa_chargeDeclined");
            await visitor.Sees("Choose another card");
            await visitor.Sees("Payment begun");
        },
        ["shop-orders"] = async visitor =>
        {
            await visitor.Buys("pm_card_visa");
            await visitor.Page.GotoAsync("/shop#orders");
            await visitor.Page.GetByRole(AriaRole.Table).WaitForAsync();
        },
        ["docs"] = async visitor =>
        {
            await visitor.Page.GotoAsync("/docs#updatePayment");
            await visitor.Sees("Choose another payment method");
            await visitor.Page.Locator("#updatePayment form").WaitForAsync();
        },
        ["mailbox"] = async visitor =>
        {
            await visitor.Page.GotoAsync("/mailbox#samples");
            await visitor.Page.FrameLocator("iframe").Locator("h1").WaitForAsync();
            await visitor.Page.Locator("#letter-shipped").ClickAsync();
            await visitor.Page.FrameLocator("iframe[src*='/shipped/']").Locator("h1").WaitForAsync();
        },
    };

    /// <summary>Shows the operator key, and opens that part of the dashboard.</summary>
    public static async Task Enter(Visitor visitor, string part)
    {
        await visitor.Page.GotoAsync($"/#/{part}");
        await visitor.Page.GetByLabel("Operator key").FillAsync("dev-operator");
        await visitor.Button("Enter").ClickAsync();
        await visitor.Button("Leave").WaitForAsync();
    }

    private static async Task<List<string>> Placed(params string[] cards)
    {
        var ids = new List<string>();
        foreach (var card in cards)
            ids.Add((await Shopkeeper.Call(HttpMethod.Post, "/api/v1/orders", Testing.SampleOrders.Json(card))).Body.GetProperty("orderId").GetString()!);
        return ids;
    }
}
