using Microsoft.Playwright;

namespace Shop.Pages.Tests;

/// <summary>The browser that is installed on this machine: <c>SHOP_TEST_CHROMIUM</c>, or Debian's. Nothing is downloaded.</summary>
internal static class Chromium
{
    private static readonly string[] Places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    public static string? Path => Environment.GetEnvironmentVariable("SHOP_TEST_CHROMIUM") is { Length: > 0 } named ? named : Places.FirstOrDefault(File.Exists);

    public static Task<IBrowser> Launch(IPlaywright playwright) => playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
    {
        ExecutablePath = Path,
        // Root has no user namespace to build a sandbox from; the pages are the shop's own.
        Args = Environment.UserName == "root" ? ["--no-sandbox", "--disable-dev-shm-usage"] : ["--disable-dev-shm-usage"],
    });
}
