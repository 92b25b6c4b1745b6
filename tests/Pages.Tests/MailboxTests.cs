using Microsoft.Playwright;
using Shop.Local;
using Shop.Notification.Letters;

namespace Shop.Pages.Tests;

public sealed class MailboxTests
{
    private Visitor reader = null!;

    [SetUp]
    public async Task Arrive() => reader = await BrowserFixture.Visit();

    [TearDown]
    public async Task Leave()
    {
        var complaints = reader.Complaints;
        await reader.DisposeAsync();
        Assert.That(complaints, Is.Empty);
    }

    [Test]
    public async Task A_mail_arrives_by_itself_and_is_read_as_html_and_as_text()
    {
        await reader.Page.GotoAsync("/mailbox");
        var id = await PlacedInGerman();
        var number = (await Shopkeeper.Order(id)).GetProperty("orderNumber").GetString()!;
        await reader.Page.GetByRole(AriaRole.Button, new() { NameRegex = new(number) }).First.ClickAsync();

        var frame = reader.Page.FrameLocator("iframe");
        await Assertions.Expect(frame.Locator("h1")).ToBeVisibleAsync();
        await Assertions.Expect(frame.Locator("body")).ToContainTextAsync("Grüner Tee für Ümläute");
        Assert.That(await reader.Page.Locator("iframe").GetAttributeAsync("sandbox"), Does.Not.Contain("allow-scripts").And.Not.Contain("allow-same-origin"));
        await reader.Button("Text").ClickAsync();
        await Assertions.Expect(reader.Page.Locator("pre.text")).ToContainTextAsync("Grüner Tee für Ümläute");
    }

    [Test]
    public async Task Every_letter_can_be_seen_in_every_language([Values("desk", "phone")] string way)
    {
        await reader.Page.GotoAsync("/mailbox#samples");
        await reader.Page.Locator($"[id$='-{way}']").ClickAsync();
        foreach (var language in Wording.Languages)
        {
            await reader.Page.GetByLabel("Language", new() { Exact = true }).SelectOptionAsync(language);
            foreach (var (name, _, _) in SampleLetters.All)
            {
                await reader.Page.Locator($"#letter-{name}").ClickAsync();
                var address = $"/mailbox/api/samples/{name}/{language}/html";
                await Assertions.Expect(reader.Page.Locator("iframe")).ToHaveAttributeAsync("src", address);
                await Assertions.Expect(reader.Page.FrameLocator("iframe").Locator($"html[lang={language}] h1")).ToBeVisibleAsync();
            }
        }
    }

    [TestCase("/mailbox/api/mails/none")]
    [TestCase("/mailbox/api/mails/..%2fgateway%2fkeys%2fkey")]
    [TestCase("/mailbox/api/mails/none/html")]
    [TestCase("/mailbox/api/samples/none/en")]
    [TestCase("/mailbox/api/samples/shipped/xx/html")]
    public async Task What_is_not_there_is_a_404(string path) =>
        Assert.That((await Shopkeeper.Call(HttpMethod.Get, path)).Status, Is.EqualTo(404));

    private static async Task<string> PlacedInGerman()
    {
        var placed = await Shopkeeper.Call(HttpMethod.Post, "/api/v1/orders", Testing.SampleOrders.Json(change: body =>
        {
            body["customer"]!["locale"] = "de";
            body["items"]![0]!["name"] = "Grüner Tee für Ümläute";
        }));
        return placed.Body.GetProperty("orderId").GetString()!;
    }
}
