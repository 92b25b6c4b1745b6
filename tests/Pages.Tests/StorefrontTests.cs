using System.Text.Json.Nodes;
using Microsoft.Playwright;
using Shop.Testing;

namespace Shop.Pages.Tests;

public sealed class StorefrontTests
{
    private Visitor customer = null!;

    [SetUp]
    public async Task Arrive() => customer = await BrowserFixture.Visit();

    [TearDown]
    public async Task Leave()
    {
        var complaints = customer.Complaints;
        await customer.DisposeAsync();
        Assert.That(complaints, Is.Empty);
    }

    [Test]
    public async Task An_order_is_placed_and_followed_until_the_carrier_has_it()
    {
        var id = await customer.Buys("pm_card_visa");
        await customer.Sees("Your parcel is packed and waits for the carrier.");
        await Shopkeeper.Ship(id);

        await customer.Sees("Your parcel is on its way with DHL.");
        var tracking = customer.Page.GetByRole(AriaRole.Link, new() { Name = "JJD000390007777" });
        Assert.That(await tracking.GetAttributeAsync("href"), Is.EqualTo("https://track.example/JJD000390007777"));
        await Assertions.Expect(customer.Page.Locator(".history li")).ToHaveCountAsync(6);
    }

    [Test]
    public async Task No_key_reaches_the_browser_and_none_leaves_it()
    {
        await customer.Buys("pm_card_visa");
        await customer.Sees("Your parcel is packed");

        Assert.That(customer.Requests.Select(request => request.Url), Is.All.StartsWith(BrowserFixture.Shop.ToString()));
        foreach (var request in customer.Requests) Assert.That((await request.AllHeadersAsync()).Keys, Does.Not.Contain("x-api-key"), request.Url);
        foreach (var path in customer.Requests.Where(request => request.Method == "GET").Select(request => new Uri(request.Url).AbsolutePath).Distinct())
        {
            if (path.StartsWith("/api/", StringComparison.Ordinal)) continue;
            Assert.That((await Shopkeeper.Call(HttpMethod.Get, path, key: "")).Text, Does.Not.Contain("dev-storefront"), path);
        }
    }

    [Test]
    public async Task A_price_that_a_browser_sends_is_not_looked_at()
    {
        var placed = await Shopkeeper.Call(HttpMethod.Post, "/shop/api/orders", SampleOrders.Json(change: body => body["items"]![0]!["unitPrice"] = 1), key: "");

        Assert.That(placed.Status, Is.EqualTo(201), placed.Text);
        Assert.That(placed.Body.GetProperty("totals").GetProperty("subtotal").GetInt64(), Is.EqualTo(3998));
    }

    [TestCase("""{"items":[]}""")]
    [TestCase("""{"items":[{"sku":"GOLD-1","quantity":1}]}""")]
    [TestCase("""{"items":[{"sku":"TEA-1","quantity":0}]}""")]
    [TestCase("""{"items":[{"sku":"TEA-1","quantity":21}]}""")]
    [TestCase("""{"items":[{"sku":"TEA-1","quantity":1},{"sku":"TEA-1","quantity":1}]}""")]
    [TestCase("""{"items":[null]}""")]
    [TestCase("""{}""")]
    public async Task A_cart_that_makes_no_sense_is_refused(string cart)
    {
        var refused = await Shopkeeper.Call(HttpMethod.Post, "/shop/api/orders", cart, key: "");

        Assert.That((refused.Status, refused.Code), Is.EqualTo((400, "validation-failed")), refused.Text);
    }

    [Test]
    public async Task What_is_wrong_with_a_field_is_said_at_the_field()
    {
        await customer.Page.GotoAsync("/shop");
        await customer.Button("Add Cup to the cart").ClickAsync();
        await customer.Page.GetByRole(AriaRole.Link, new() { Name = "Go to checkout" }).ClickAsync();
        await customer.Page.GetByLabel("E-mail").FillAsync("nobody");
        await customer.Button("Place the order").ClickAsync();

        await customer.Sees("The order was not placed.");
        await Assertions.Expect(customer.Page.GetByLabel("E-mail")).ToHaveAttributeAsync("aria-invalid", "true");
        await Assertions.Expect(customer.Page.GetByLabel("E-mail")).ToBeFocusedAsync();
    }

    [Test]
    public async Task After_a_decline_the_customer_pays_again_with_another_card()
    {
        await customer.Buys("pm_card_visa_chargeDeclined");
        await customer.Sees("Choose another card to pay again.");
        await customer.Button("Change the card").ClickAsync();
        await customer.Chooses("pm_card_visa");
        await customer.Button("Use this card").ClickAsync();

        await customer.Sees("Your parcel is packed");
        await Assertions.Expect(customer.Page.Locator(".history")).ToContainTextAsync("Payment failed");
    }

    [Test]
    public async Task Buttons_come_and_go_with_what_is_allowed()
    {
        await customer.Buys("pm_card_riskLevelElevated");
        await customer.Sees("A person is looking at the payment.");
        await Assertions.Expect(customer.Button("Change the card")).ToHaveCountAsync(0);
        await customer.Button("Change the address").ClickAsync();
        await customer.Page.GetByLabel("Street").FillAsync("2 Other Street");
        await customer.Button("Use this address").ClickAsync();
        await customer.Sees("The address was changed.");
        await customer.Sees("2 Other Street");

        await customer.Button("Cancel the order").ClickAsync();
        await customer.Button("Cancel this order").ClickAsync();
        await customer.Sees("Cancelled. Nothing was charged.");
        await Assertions.Expect(customer.Page.GetByRole(AriaRole.Group, new() { Name = "What you can do" }).GetByRole(AriaRole.Button)).ToHaveCountAsync(0);
    }

    [Test]
    public async Task A_form_whose_time_has_passed_says_so_and_goes()
    {
        var id = await customer.Buys("pm_card_visa_chargeDeclined");
        await customer.Sees("Choose another card");
        await customer.Button("Change the address").ClickAsync();
        await Shopkeeper.PayWith(id, "pm_card_visa");

        await customer.Sees("Too late for that.");
        await Assertions.Expect(customer.Button("Use this address")).ToHaveCountAsync(0);
    }

    [TestCase("Change the address", "Use this address", "It goes to the last address that was accepted.")]
    [TestCase("Cancel the order", "Cancel this order", "so the order can no longer be cancelled.")]
    [TestCase("Change the card", "Use this card", "The order has just been paid, with the card it had.")]
    public async Task A_race_that_is_lost_gets_a_plain_answer(string button, string send, string answer)
    {
        // This browser hears of nothing: it still shows the order as it was.
        await customer.Page.RouteAsync("**/stream", route => route.AbortAsync());
        var id = await customer.Buys("pm_card_visa_chargeDeclined");
        await Shopkeeper.Becomes(id, "payment-failed");
        await customer.Page.ReloadAsync();
        await customer.Button(button).ClickAsync();
        await Shopkeeper.PayWith(id, "pm_card_visa");
        await Shopkeeper.Becomes(id, "shipment-prepared");
        await customer.Button(send).ClickAsync();

        await customer.Sees("Too late, by a moment.");
        await customer.Sees(answer);
    }

    [Test]
    public async Task An_order_is_placed_by_the_keyboard_alone()
    {
        await customer.Page.GotoAsync("/shop");
        await customer.Sees("Green tea");
        await TabTo("Add Green tea to the cart");
        await customer.Page.Keyboard.PressAsync("Enter");
        await TabTo("Go to checkout");
        await customer.Page.Keyboard.PressAsync("Enter");
        await customer.Sees("How you pay");
        await TabTo("Place the order");
        await customer.Page.Keyboard.PressAsync("Enter");

        await customer.Sees("Your parcel is packed");
    }

    [Test]
    public async Task Markup_in_every_field_is_text()
    {
        const string Evil = "<img src=x onerror=alert(1)><script>alert(2)</script>{assets}";
        var placed = await Shopkeeper.Call(HttpMethod.Post, "/api/v1/orders", SampleOrders.Json(change: body =>
        {
            body["customer"]!["name"] = Evil;
            body["items"]![0]!["name"] = Evil;
            body["items"]![0]!["sku"] = "x";
            foreach (var field in new[] { "name", "line1", "city" }) body["shippingAddress"]![field] = Evil;
        }));
        Assert.That(placed.Status, Is.EqualTo(201), placed.Text);
        var id = placed.Body.GetProperty("orderId").GetString()!;
        await Shopkeeper.Becomes(id, "shipment-prepared");
        await Shopkeeper.Call(HttpMethod.Post, $"/api/v1/shipments/{id}/shipped",
            new JsonObject { ["carrier"] = Evil, ["packages"] = new JsonArray(new JsonObject { ["trackingNumber"] = Evil }) }.ToJsonString(), "dev-warehouse");
        var known = new JsonArray(new JsonObject
        {
            ["id"] = id,
            ["number"] = Evil,
            ["token"] = placed.Body.GetProperty("orderToken").GetString(),
            ["placedAt"] = "2026-01-01T12:00:00Z",
            ["currency"] = "EUR",
            ["total"] = 1,
        });
        await customer.Page.GotoAsync("/shop");
        await customer.Page.EvaluateAsync("orders => localStorage.setItem('orders', orders)", known.ToJsonString());

        await customer.Page.GotoAsync("/shop#orders");
        await customer.Sees(Evil);
        await customer.Page.GotoAsync($"/shop/orders/{id}");
        await Assertions.Expect(customer.Page.Locator("#view").GetByText(Evil)).Not.ToHaveCountAsync(0);
        Assert.That(await customer.Page.Locator("#view img, #view script").CountAsync(), Is.Zero);
    }

    [Test]
    public async Task An_order_of_another_browser_is_not_shown()
    {
        var placed = await Shopkeeper.Call(HttpMethod.Post, "/api/v1/orders", SampleOrders.Json());
        await customer.Page.GotoAsync($"/shop/orders/{placed.Body.GetProperty("orderId").GetString()}");

        await customer.Sees("This browser does not know that order");
    }

    [Test]
    public async Task A_token_that_has_expired_is_explained()
    {
        var id = await customer.Buys("pm_card_visa");
        await customer.Page.EvaluateAsync("localStorage.setItem('orders', localStorage.getItem('orders').replace(/\"token\":\"[^\"]+\"/, '\"token\":\"old\"'))");
        await customer.Page.GotoAsync($"/shop/orders/{id}");

        await customer.Sees("This order is closed to this browser");
    }

    private async Task TabTo(string name)
    {
        for (var i = 0; i < 60; i++)
        {
            await customer.Page.Keyboard.PressAsync("Tab");
            var at = await customer.Page.EvaluateAsync<string>("document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent.trim()");
            if (at == name) return;
        }

        Assert.Fail($"The keyboard does not get to '{name}'.");
    }
}
