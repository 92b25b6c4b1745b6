using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Playwright;
using Shop.Contracts;
using Shop.Testing;

namespace Shop.Pages.Tests;

public sealed class DashboardTests
{
    private Cable cable = null!;
    private Visitor staff = null!;

    [SetUp]
    public async Task Arrive()
    {
        cable = new Cable(BrowserFixture.Shop);
        staff = await BrowserFixture.Visit(at: cable.Url);
    }

    [TearDown]
    public async Task Leave()
    {
        var complaints = staff.Complaints;
        await staff.DisposeAsync();
        await cable.DisposeAsync();
        Assert.That(complaints, Is.Empty);
    }

    [TestCase("wrong", "This key is not known.")]
    [TestCase("dev-storefront", "This key is good, but not an operator’s.")]
    public async Task A_key_that_does_not_open_is_told_why(string key, string why)
    {
        await staff.Page.GotoAsync("/");
        await staff.Page.GetByLabel("Operator key").FillAsync(key);
        await staff.Button("Enter").ClickAsync();

        await staff.Sees(why);
        Assert.That(await staff.Page.EvaluateAsync<int>("sessionStorage.length"), Is.Zero);
    }

    [Test]
    public async Task The_key_is_asked_once_and_stays_in_this_tab()
    {
        await Enter();
        await staff.Page.ReloadAsync();
        await staff.Sees("Orders placed");

        Assert.That(await staff.Page.EvaluateAsync<int>("localStorage.length"), Is.Zero);
        Assert.That(staff.Requests.Select(request => request.Url), Has.None.Contains("dev-operator"));
        await staff.Button("Leave").ClickAsync();
        await staff.Page.GetByLabel("Operator key").WaitForAsync();
    }

    [Test]
    public async Task A_key_that_is_withdrawn_is_asked_for_again()
    {
        await Enter();
        await staff.Page.EvaluateAsync("sessionStorage.setItem('operator-key', 'withdrawn')");
        await staff.Page.GotoAsync("/#/orders");

        await staff.Sees("The key is not accepted any more.");
    }

    [Test]
    public async Task An_order_is_found_and_its_story_told()
    {
        var (id, number) = await Placed();
        await Shopkeeper.Becomes(id, "shipment-prepared");
        await Enter("orders");
        await staff.Page.GetByLabel("Search").FillAsync(number);
        await Assertions.Expect(staff.Page.Locator("tbody tr")).ToHaveCountAsync(1);
        await staff.Page.GetByRole(AriaRole.Link, new() { Name = number }).ClickAsync();

        await staff.Sees("4 shipping-prepared");
        var captured = staff.Page.Locator(".lanes tbody tr").Nth(2);
        await Assertions.Expect(captured.GetByRole(AriaRole.Rowheader)).ToContainTextAsync("2 payment-captured");
        await Assertions.Expect(captured).ToContainTextAsync("0 order-created");
        await Assertions.Expect(captured.Locator("td").Nth(2)).ToHaveTextAsync("shipping");
        await Assertions.Expect(captured.Locator("circle.to")).ToHaveCountAsync(1);
    }

    [Test]
    public async Task A_slider_goes_back_in_time_and_says_what_differs()
    {
        var (id, _) = await Placed();
        await Shopkeeper.Becomes(id, "shipment-prepared");
        await Enter($"orders/{id}");
        await staff.Sees("4 shipping-prepared");
        var at = staff.Page.GetByRole(AriaRole.Slider, new() { NameRegex = new("^The order at revision") });
        await at.FillAsync("2");

        var change = staff.Page.Locator("tr", new() { HasText = "/status" }).First;
        await Assertions.Expect(change).ToContainTextAsync("payment-in-progress");
        await Assertions.Expect(change).ToContainTextAsync("paid");
        await staff.Page.GetByLabel("Compared with revision").FillAsync("0");
        await Assertions.Expect(change).ToContainTextAsync("created");
    }

    [Test]
    public async Task Events_appear_as_they_happen_and_wait_while_paused()
    {
        await Enter("events");
        var (first, _) = await Placed();
        await staff.Page.GetByLabel("Show").FillAsync(first);
        await Assertions.Expect(staff.Page.Locator(".feed")).ToContainTextAsync("shipping-prepared");
        await staff.Button("Pause").ClickAsync();
        var (second, _) = await Placed();
        await staff.Page.GetByLabel("Show").FillAsync(second);
        await Assertions.Expect(staff.Page.GetByText("5 waiting")).ToBeVisibleAsync();
        await staff.Sees("Nothing of that kind lately.");
        await staff.Button("Go on").ClickAsync();

        await Assertions.Expect(staff.Page.Locator(".feed li")).ToHaveCountAsync(5);
    }

    [Test]
    public async Task A_rebuild_is_watched_to_its_end()
    {
        await Placed();
        await Enter("projections");
        await staff.Button("Rebuild order_list").ClickAsync();

        await staff.Sees("order_list was built anew.");
        var listed = (await Shopkeeper.Call(HttpMethod.Get, "/api/v1/admin/projections/order_list", key: "dev-operator")).Body;
        Assert.That(listed.GetProperty("build").GetInt64(), Is.GreaterThan(1));
    }

    [Test]
    public async Task What_was_cut_off_says_so_and_catches_up()
    {
        await Enter("events");
        await Assertions.Expect(staff.Page.Locator("#live")).ToHaveTextAsync("Live");
        cable.Cut();
        await Assertions.Expect(staff.Page.Locator("#live")).ToContainTextAsync("Not live");
        var (id, _) = await Placed();
        await Shopkeeper.Becomes(id, "shipment-prepared");
        cable.Mend();

        await staff.Page.GetByLabel("Show").FillAsync(id);
        await Assertions.Expect(staff.Page.Locator(".feed li")).ToHaveCountAsync(5);
        await Assertions.Expect(staff.Page.Locator("#live")).ToHaveTextAsync("Live");
    }

    [Test]
    public async Task Markup_in_an_order_is_text()
    {
        const string Evil = "<img src=x onerror=alert(1)><script>alert(2)</script>";
        var placed = await Shopkeeper.Call(HttpMethod.Post, "/api/v1/orders", SampleOrders.Json(change: body =>
        {
            body["customer"]!["name"] = Evil;
            body["items"]![0]!["name"] = Evil;
            body["metadata"] = new JsonObject { ["note"] = Evil };
            foreach (var field in new[] { "name", "line1", "city" }) body["shippingAddress"]![field] = Evil;
        }));
        Assert.That(placed.Status, Is.EqualTo(201), placed.Text);
        await Enter("orders");
        await staff.Sees(Evil);
        await staff.Page.GotoAsync($"/#/orders/{placed.Body.GetProperty("orderId").GetString()}");
        await staff.Sees("0 order-created");
        await staff.Page.Locator(".lanes summary").First.ClickAsync();
        await Assertions.Expect(staff.Page.Locator(".lanes pre").First).ToContainTextAsync(Evil);

        Assert.That(await staff.Page.Locator("#view img, #view script").CountAsync(), Is.Zero);
    }

    [Test]
    public async Task A_back_office_that_is_away_is_told_plainly_and_comes_back()
    {
        await Enter();
        await staff.Page.RouteAsync("**/api/v1/admin/stuck-orders*", route => route.FulfillAsync(new()
        {
            Status = 503,
            ContentType = "application/problem+json",
            Body = """{"title":"The shop is not available at the moment. Try again.","status":503,"code":"temporarily-unavailable"}""",
        }));
        await staff.Page.GotoAsync("/#/stuck");
        await staff.Sees("This cannot be shown at the moment.");
        await staff.Page.UnrouteAsync("**/api/v1/admin/stuck-orders*");
        await staff.Button("Try again").ClickAsync();

        await staff.Sees("No order is stuck");
    }

    /// <summary>The gateway of this shop has no such route; another's may have.</summary>
    [Test]
    public async Task Deliveries_are_shown_where_the_gateway_has_them_and_sent_once_more()
    {
        var delivery = new Delivery
        {
            Id = Guid.NewGuid(),
            Sequence = 7,
            OrderId = Guid.NewGuid(),
            Kind = ApprovalKind.Approved,
            State = DeliveryState.Pending,
            Attempts = 3,
            CreatedAt = DateTimeOffset.UtcNow,
            NextAttemptAt = DateTimeOffset.UtcNow.AddMinutes(5),
            LastError = "It answered 503.",
        };
        var page = JsonSerializer.Serialize(new DeliveryPage([delivery], 7, 1), ContractsJson.Default.DeliveryPage);
        await staff.Page.RouteAsync("**/openapi/v1.json", route => Json(route, """{"paths":{"/api/v1/admin/deliveries":{}}}"""));
        await staff.Page.RouteAsync("**/api/v1/admin/deliveries?*", route => Json(route, page));
        var redelivered = new TaskCompletionSource<string>();
        await staff.Page.RouteAsync("**/redeliver", async route =>
        {
            redelivered.TrySetResult(route.Request.Url);
            await Json(route, "{}");
        });
        await Enter("deliveries");
        await staff.Sees("It answered 503.");
        await staff.Button("Send now: 7").ClickAsync();

        Assert.That(await redelivered.Task.WaitAsync(TimeSpan.FromSeconds(30)), Does.EndWith($"/api/v1/admin/deliveries/{delivery.Id}/redeliver"));
        await staff.Sees("7 is being sent.");
        Assert.That(await Axe.Audit(staff.Page), Is.Empty);
    }

    private static Task Json(IRoute route, string body) => route.FulfillAsync(new() { ContentType = "application/json", Body = body });

    private Task Enter(string part = "overview") => Views.Enter(staff, part);

    private static async Task<(string Id, string Number)> Placed()
    {
        var placed = await Shopkeeper.Call(HttpMethod.Post, "/api/v1/orders", SampleOrders.Json());
        return (placed.Body.GetProperty("orderId").GetString()!, placed.Body.GetProperty("orderNumber").GetString()!);
    }
}
