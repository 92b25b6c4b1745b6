using Shop.ServiceDefaults;
using Shop.Testing;

namespace Shop.Backoffice.Tests;

/// <summary>The back office while the services that it asks are away.</summary>
public sealed class PartialAnswerTests
{
    private TemporaryFolder folder = null!;
    private RunningService backoffice = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        folder = new TemporaryFolder();
        backoffice = await RunningService.Start(
            BackofficeService.Build, $"DataDirectory={folder.Path}", "Orders:Url=http://127.0.0.1:1", "Services:payment=http://127.0.0.1:1",
            "Services:shipping=http://127.0.0.1:1", "Services:notification=http://127.0.0.1:1");
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        await backoffice.DisposeAsync();
        folder.Dispose();
    }

    [Test]
    public async Task What_is_away_is_named_and_the_list_is_answered()
    {
        var answer = await backoffice.Send(HttpMethod.Get, "/admin/dead-letters");
        Assert.That(answer.Status, Is.EqualTo(200));
        Assert.That(
            answer.Body.GetProperty("unavailable").EnumerateArray().Select(part => part.GetProperty("service").GetString()),
            Is.EqualTo(new[] { "payment", "shipping", "notification" }));
    }

    [TestCase("GET", "/admin/dead-letters/payment/a1", "payment")]
    [TestCase("POST", "/admin/dead-letters/shipping/a1/replay", "shipping")]
    [TestCase("POST", "/admin/dead-letters/notification/replay", "notification")]
    [TestCase("DELETE", "/admin/dead-letters/payment/a1", "payment")]
    [TestCase("GET", "/admin/stuck-orders", "order-events")]
    [TestCase("POST", "/admin/stuck-orders/5f3f7e57-35a4-4b80-b4dc-20ae77a7a1c1/nudge", "order-events")]
    [TestCase("GET", "/admin/reviews", "order-events")]
    [TestCase("POST", "/admin/reviews/5f3f7e57-35a4-4b80-b4dc-20ae77a7a1c1/accept", "order-events")]
    [TestCase("POST", "/admin/reviews/5f3f7e57-35a4-4b80-b4dc-20ae77a7a1c1/decline", "order-events")]
    [TestCase("POST", "/admin/orders/5f3f7e57-35a4-4b80-b4dc-20ae77a7a1c1/refunds", "order-events")]
    [TestCase("POST", "/admin/orders/5f3f7e57-35a4-4b80-b4dc-20ae77a7a1c1/notes", "order-events")]
    [TestCase("POST", "/admin/orders/5f3f7e57-35a4-4b80-b4dc-20ae77a7a1c1/cancel", "order-events")]
    [TestCase("GET", "/admin/orders/5f3f7e57-35a4-4b80-b4dc-20ae77a7a1c1", "order-events")]
    [TestCase("GET", "/admin/orders/5f3f7e57-35a4-4b80-b4dc-20ae77a7a1c1/diff", "order-events")]
    [TestCase("GET", "/admin/events", "order-events")]
    [TestCase("GET", "/admin/commands", "order-events")]
    public async Task What_needs_one_that_is_away_is_a_503_that_names_it(string method, string path, string service)
    {
        var answer = await backoffice.Send(new HttpMethod(method), path);
        Assert.That((answer.Status, answer.Code), Is.EqualTo((503, "temporarily-unavailable")));
        Assert.That(answer.Body.GetProperty("title").GetString(), Does.Contain(service));
        Assert.That(answer.Header("Retry-After"), Is.EqualTo("1"));
    }

    [TestCase("/admin/orders")]
    [TestCase("/admin/customers/c-17/orders")]
    [TestCase("/admin/approved-orders")]
    [TestCase("/admin/statistics")]
    [TestCase("/admin/journal")]
    [TestCase("/admin/journal/export")]
    [TestCase("/admin/journal/verify")]
    public async Task What_has_never_been_built_says_so_and_shows_nothing(string path)
    {
        var answer = await backoffice.Send(HttpMethod.Get, path);
        Assert.That((answer.Status, answer.Code, answer.Header("Retry-After")), Is.EqualTo((503, "projection-building", "2")), answer.Text);
        var list = (await backoffice.Send(HttpMethod.Get, "/admin/projections")).Body;
        Assert.That(list.GetProperty("logTrouble").GetString(), Is.Not.Empty);
        Assert.That(list.GetProperty("projections").EnumerateArray().Select(one => one.GetProperty("state").GetString()), Is.All.EqualTo("building"));
    }

    [Test]
    public async Task Nobody_gets_in_without_the_services_key()
    {
        using var stranger = new HttpClient { BaseAddress = backoffice.Url };
        string[] paths =
            ["/admin/dead-letters", "/admin/stuck-orders", "/admin/reviews", "/admin/projections", "/admin/journal", "/admin/events/stream", "/admin/deliveries"];
        foreach (var path in paths)
            Assert.That((await Answer.To(stranger, HttpMethod.Get, path, null)).Status, Is.EqualTo(401));
    }

    [Test]
    public void A_url_that_is_missing_is_named() => Assert.That(
        () => BackofficeService.Build(["--environment=Development", "--Services:shipping="]),
        Throws.InstanceOf<ConfigurationException>().With.Message.StartsWith("Services:shipping"));
}
