using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Playwright;
using Shop.Local;
using Shop.Testing;

namespace Shop.Pages.Tests;

/// <summary>What an operator does by hand: a shop of its own, whose warehouse refuses everything until it is told not to.</summary>
public sealed class OperatorStoryTests
{
    private TemporaryFolder folder = null!;
    private WebApplication warehouse = null!;
    private LocalShop shop = null!;
    private HttpClient client = null!;
    private Visitor staff = null!;
    private volatile bool refuses = true;

    [SetUp]
    public async Task Start()
    {
        folder = new TemporaryFolder();
        refuses = true;
        warehouse = WebApplication.Create();
        warehouse.Urls.Add("http://127.0.0.1:0");
        warehouse.MapPost("/shipments", () => refuses ? Results.UnprocessableEntity() : Results.Json(new { carrier = "DHL" }));
        await warehouse.StartAsync();
        shop = new LocalShop(
            ["--Messaging:MaxAttempts=1", "--StuckOrders:After=00:00:00.3", "--StuckOrders:Interval=00:00:00.05", $"--Shipping:WarehouseUrl={warehouse.Urls.Single()}"],
            "http://127.0.0.1:0", folder.Path);
        await shop.Start();
        client = new HttpClient { BaseAddress = new Uri(shop.Url) };
        staff = await BrowserFixture.Visit(at: new Uri(shop.Url));
    }

    [TearDown]
    public async Task Stop()
    {
        var complaints = staff.Complaints;
        await staff.DisposeAsync();
        client.Dispose();
        await shop.DisposeAsync();
        await warehouse.DisposeAsync();
        folder.Dispose();
        Assert.That(complaints, Is.Empty);
    }

    [Test]
    public async Task A_dead_letter_is_looked_into_and_replayed_and_the_stuck_order_moves_on()
    {
        var id = await Place("pm_card_visa");
        await Views.Enter(staff, "dead-letters");
        await staff.Button("Inspect").ClickAsync();
        await Assertions.Expect(staff.Page.Locator("dialog")).ToContainTextAsync(id);
        Assert.That(await Axe.Audit(staff.Page), Is.Empty);
        await staff.Button("Close").ClickAsync();

        await staff.Page.GotoAsync("/#/stuck");
        await staff.Sees("Shipping prepared");
        Assert.That(await Axe.Audit(staff.Page), Is.Empty);

        await staff.Page.GotoAsync("/#/dead-letters");
        refuses = false;
        await staff.Button("Replay").ClickAsync();
        await staff.Sees("Handed back to shipping.");
        await staff.Sees("No dead letters");
        await Becomes(id, "shipment-prepared");
    }

    [Test]
    public async Task A_dead_letter_is_deleted_only_after_a_second_thought()
    {
        await Place("pm_card_visa");
        await Views.Enter(staff, "dead-letters");
        await staff.Button("Delete").ClickAsync();
        await staff.Button("Keep it").ClickAsync();
        await Assertions.Expect(staff.Button("Inspect")).ToHaveCountAsync(1);
        await staff.Button("Delete").ClickAsync();
        await staff.Button("Delete it").ClickAsync();

        await staff.Sees("No dead letters");
    }

    [TestCase("Accept", "shipment-prepared")]
    [TestCase("Decline", "payment-failed")]
    public async Task A_payment_under_review_is_decided(string decision, string status)
    {
        refuses = false;
        var id = await Place("pm_card_riskLevelElevated");
        await Becomes(id, "payment-review");
        await Views.Enter(staff, "reviews");
        var button = staff.Page.GetByRole(AriaRole.Button, new() { NameRegex = new($"^{decision} ") });
        await button.WaitForAsync();
        Assert.That(await Axe.Audit(staff.Page), Is.Empty);
        await button.ClickAsync();

        await staff.Sees("Nothing to decide");
        await Becomes(id, status);
    }

    private async Task<string> Place(string card)
    {
        var placed = await Answer.To(client, HttpMethod.Post, "/api/v1/orders", SampleOrders.Json(card), ("X-Api-Key", "dev-storefront"));
        Assert.That(placed.Status, Is.EqualTo(201), placed.Text);
        return placed.Body.GetProperty("orderId").GetString()!;
    }

    private Task Becomes(string id, string status) => Eventually.Get(
        async () => (await Answer.To(client, HttpMethod.Get, $"/api/v1/orders/{id}", null, ("X-Api-Key", "dev-storefront"))).Body.GetProperty("status").GetString(),
        seen => seen == status, $"{id} is {status}");
}
