namespace Shop.Pages.Tests;

public sealed class AccessibilityTests
{
    [Test]
    public async Task A_page_passes_the_audit([ValueSource(nameof(Names))] string view, [Values] Look look)
    {
        await using var visitor = await BrowserFixture.Visit(look);
        await Views.All[view](visitor);

        Assert.That(await Axe.Audit(visitor.Page), Is.Empty);
        var (shown, wide) = (
            await visitor.Page.EvaluateAsync<int>("document.documentElement.clientWidth"), await visitor.Page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
        Assert.That(wide, Is.LessThanOrEqualTo(shown), "the page fits, and does not scroll sideways");
        Assert.That(visitor.Complaints, Is.Empty);
    }

    [Test]
    public async Task The_audit_finds_what_is_wrong()
    {
        await using var visitor = await BrowserFixture.Visit();
        await visitor.Page.GotoAsync("/shop");
        await visitor.Sees("Green tea");
        await visitor.Page.EvaluateAsync("document.querySelector('main').append(document.createElement('button'))");

        Assert.That(await Axe.Audit(visitor.Page), Has.Some.StartsWith("button-name"));
    }

    [Test]
    public async Task A_first_view_is_light_and_all_from_here([Values("/", "/shop", "/docs", "/mailbox")] string path)
    {
        await using var visitor = await BrowserFixture.Visit();
        await visitor.Page.GotoAsync(path);
        await visitor.Page.Locator("main .loading").WaitForAsync(new() { State = Microsoft.Playwright.WaitForSelectorState.Detached });

        var bytes = await visitor.Page.EvaluateAsync<long>(
            "performance.getEntriesByType('navigation').concat(performance.getEntriesByType('resource')).reduce((sum, one) => sum + one.transferSize, 0)");
        Assert.That(bytes, Is.InRange(1_000, 100_000));
        Assert.That(visitor.Requests.Select(request => request.Url), Is.All.StartsWith(BrowserFixture.Shop.ToString()));
    }

    private static IEnumerable<string> Names() => Views.All.Keys;
}
