using System.Diagnostics;
using Microsoft.Playwright;
using Shop.Testing;

namespace Shop.Pages.Tests;

/// <summary>The accessibility audit of axe-core, from npm.</summary>
internal static class Axe
{
    private static readonly Lazy<Task<string?>> Script = new(Fetch);

    /// <summary>What is wrong with the page as it stands, a line each.</summary>
    public static async Task<string[]> Audit(IPage page)
    {
        if (await Script.Value is not { } axe)
        {
            const string Why = "npm could not install axe-core: the pages were not audited.";
            if (Environment.GetEnvironmentVariable("SHOP_TEST_REQUIRE") == "1") Assert.Fail(Why);
            Assert.Ignore(Why);
            return [];
        }

        await page.EvaluateAsync(axe);
        return await page.EvaluateAsync<string[]>("""
            async () => (await axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'], iframes: false }))
                .violations.flatMap(found => found.nodes.map(node => `${found.id}: ${found.help}: ${node.target} ${node.failureSummary}`))
            """);
    }

    private static async Task<string?> Fetch()
    {
        using var folder = new TemporaryFolder();
        File.Copy(Path.Combine(AppContext.BaseDirectory, "node", "package.json"), Path.Combine(folder.Path, "package.json"));
        var start = new ProcessStartInfo("npm", ["install", "--no-package-lock", "--no-audit", "--no-fund", "--fetch-retries=1"])
        {
            WorkingDirectory = folder.Path,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            using var npm = Process.Start(start)!;
            await Task.WhenAll(npm.StandardOutput.ReadToEndAsync(), npm.StandardError.ReadToEndAsync());
            await npm.WaitForExitAsync();
            var file = Path.Combine(folder.Path, "node_modules/axe-core/axe.min.js");
            return File.Exists(file) ? await File.ReadAllTextAsync(file) : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
