using Microsoft.Playwright;
using Shop.Testing;

namespace Shop.Pages.Tests;

public sealed class OutageTests
{
    private Cable cable = null!;
    private Visitor customer = null!;

    [SetUp]
    public async Task Arrive()
    {
        cable = new Cable(BrowserFixture.Shop);
        customer = await BrowserFixture.Visit(at: cable.Url);
    }

    [TearDown]
    public async Task Leave()
    {
        await customer.DisposeAsync();
        await cable.DisposeAsync();
    }

    [Test]
    public async Task A_page_that_has_lost_the_shop_says_so_and_catches_up()
    {
        var id = await customer.Buys("pm_card_visa_chargeDeclined");
        await customer.Sees("Choose another card");
        await Assertions.Expect(customer.Page.Locator("#live")).ToHaveTextAsync("Live");

        cable.Cut();
        await Assertions.Expect(customer.Page.Locator("#live")).ToContainTextAsync("Not live");
        await Shopkeeper.PayWith(id, "pm_card_visa");
        await Shopkeeper.Becomes(id, "shipment-prepared");
        Assert.That(await customer.Text("Choose another card").IsVisibleAsync(), "what was known last stays to be seen");

        cable.Mend();
        await customer.Sees("Your parcel is packed");
        await Assertions.Expect(customer.Page.Locator("#live")).ToHaveTextAsync("Live");
    }

    [Test]
    public async Task An_order_that_got_no_answer_is_sent_again_and_becomes_one()
    {
        await customer.Page.GotoAsync("/shop");
        await customer.Button("Add Tin to the cart").ClickAsync();
        await customer.Page.GetByRole(AriaRole.Link, new() { Name = "Go to checkout" }).ClickAsync();
        await customer.Sees("How you pay");
        var keys = new List<string>();
        await customer.Page.RouteAsync("**/shop/api/orders", async route =>
        {
            keys.Add(route.Request.Headers["idempotency-key"]);
            if (keys.Count > 1)
            {
                await route.ContinueAsync();
                return;
            }

            // The shop takes the order, and the answer is lost.
            await route.FetchAsync();
            await route.AbortAsync("connectionreset");
        });
        await customer.Button("Place the order").ClickAsync();
        await customer.Sees("Trying again is safe: it will not become two orders.");
        await customer.Button("Place the order").ClickAsync();
        await customer.Page.WaitForURLAsync("**/shop/orders/*");

        Assert.That(keys, Has.Count.EqualTo(2).And.All.EqualTo(keys[0]));
        await customer.Sees("Your parcel is packed");
    }

    [Test]
    public async Task A_shop_that_is_down_says_so_and_opens_when_it_is_back()
    {
        await customer.Page.RouteAsync("**/shop/api/catalogue", route => route.AbortAsync());
        await customer.Page.GotoAsync("/shop");
        await customer.Sees("The shop is closed for the moment.");
        await customer.Page.UnrouteAsync("**/shop/api/catalogue");
        await customer.Button("Try again").ClickAsync();

        await customer.Sees("Green tea");
    }

    [Test]
    public async Task A_slow_shop_is_waited_for_and_says_so()
    {
        await customer.Page.GotoAsync("/shop");
        await customer.Button("Add Tin to the cart").ClickAsync();
        await customer.Page.GetByRole(AriaRole.Link, new() { Name = "Go to checkout" }).ClickAsync();
        await customer.Sees("How you pay");
        var waited = new TaskCompletionSource();
        await customer.Page.RouteAsync("**/shop/api/orders", async route =>
        {
            await waited.Task;
            await route.ContinueAsync();
        });
        await customer.Button("Place the order").ClickAsync();
        await customer.Sees("Still waiting for the shop…");
        waited.SetResult();

        await customer.Page.WaitForURLAsync("**/shop/orders/*");
    }
}
