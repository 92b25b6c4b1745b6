using Microsoft.Playwright;
using Shop.Local;
using Shop.Testing;

namespace Shop.Pages.Tests;

/// <summary>One shop in this process, and one browser, for all tests. Where there is no browser, the tests are skipped and say so.</summary>
[SetUpFixture]
public sealed class BrowserFixture
{
    private static TemporaryFolder? folder;
    private static LocalShop? shop;
    private static IPlaywright? playwright;
    private static IBrowser? browser;

    /// <summary>Where the shop is.</summary>
    public static Uri Shop => new(shop!.Url);

    [OneTimeSetUp]
    public static async Task Start()
    {
        if (Chromium.Path is null)
        {
            const string Why = "There is no Chromium to look at the pages with: neither is SHOP_TEST_CHROMIUM set, nor Debian's chromium installed.";
            if (Environment.GetEnvironmentVariable("SHOP_TEST_REQUIRE") == "1") Assert.Fail(Why);
            Assert.Ignore(Why);
        }

        folder = new TemporaryFolder();
        shop = new LocalShop(["--RateLimits:Enabled=false"], "http://127.0.0.1:0", folder.Path);
        await shop.Start();
        playwright = await Playwright.CreateAsync();
        browser = await Chromium.Launch(playwright);
        Assertions.SetDefaultExpectTimeout(30_000);
    }

    [OneTimeTearDown]
    public static async Task Stop()
    {
        if (browser is not null) await browser.DisposeAsync();
        playwright?.Dispose();
        if (shop is not null) await shop.DisposeAsync();
        folder?.Dispose();
    }

    /// <summary>Somebody with a browser of their own, who has been nowhere yet.</summary>
    public static Task<Visitor> Visit(Look look = Look.DeskLight, Uri? at = null) => Visitor.Arrive(browser!, look, at ?? Shop);
}
