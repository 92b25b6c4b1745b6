using Microsoft.Playwright;

namespace Shop.Pages.Tests;

public sealed class ApiReferenceTests
{
    private Visitor reader = null!;

    [SetUp]
    public async Task Arrive()
    {
        reader = await BrowserFixture.Visit();
        await reader.Page.GotoAsync("/docs");
        await reader.Sees("API reference");
    }

    [TearDown]
    public async Task Leave()
    {
        var complaints = reader.Complaints;
        await reader.DisposeAsync();
        Assert.That(complaints, Is.Empty);
    }

    [Test]
    public async Task A_route_is_tried_with_a_key()
    {
        await reader.Page.GetByLabel("X-Api-Key").FillAsync("dev-storefront");
        var operation = await Open("placeOrder");
        await operation.GetByRole(AriaRole.Button, new() { Name = "Send" }).ClickAsync();

        await Assertions.Expect(operation.Locator(".badge")).ToHaveTextAsync("201");
        await Assertions.Expect(operation.GetByLabel("Body").Last).ToContainTextAsync("orderToken");
    }

    [Test]
    public async Task Without_a_key_the_answer_is_shown_as_it_is()
    {
        var operation = await Open("listDeadLetters");
        await operation.GetByRole(AriaRole.Button, new() { Name = "Send" }).ClickAsync();

        await Assertions.Expect(operation.Locator(".badge")).ToHaveTextAsync("401");
    }

    [Test]
    public async Task A_stream_is_followed()
    {
        var placed = await Shopkeeper.Call(HttpMethod.Post, "/api/v1/orders", Testing.SampleOrders.Json());
        await reader.Page.GetByLabel("Order token").FillAsync(placed.Body.GetProperty("orderToken").GetString()!);
        var operation = await Open("followOrder");
        await operation.GetByLabel("id", new() { Exact = true }).FillAsync(placed.Body.GetProperty("orderId").GetString()!);
        await operation.GetByRole(AriaRole.Button, new() { Name = "Send" }).ClickAsync();

        await Assertions.Expect(operation.GetByLabel("Events")).ToContainTextAsync("shipping-prepared");
    }

    [Test]
    public async Task Every_operation_and_every_event_is_there()
    {
        var operations = await reader.Page.EvaluateAsync<string[]>("[...document.querySelectorAll('details.operation')].map(one => one.id)");
        foreach (var id in operations) await Open(id);
        await Assertions.Expect(reader.Page.Locator("details.operation > div:empty")).ToHaveCountAsync(0);
        await Assertions.Expect(reader.Page.Locator("#events details.operation")).ToHaveCountAsync(
            Contracts.EventTypes.All.Count(type => type.Exchange is not null));
    }

    private async Task<ILocator> Open(string id)
    {
        var operation = reader.Page.Locator($"#{id}");
        await operation.Locator("summary").First.ClickAsync();
        return operation;
    }
}
