using Microsoft.Playwright;

namespace Shop.Pages.Tests;

/// <summary>What there is to look at: each page, in the states that are worth a look.</summary>
internal static class Views
{
    public static readonly IReadOnlyDictionary<string, Func<Visitor, Task>> All = new Dictionary<string, Func<Visitor, Task>>
    {
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
}
