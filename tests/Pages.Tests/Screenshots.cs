using Microsoft.Playwright;
using Shop.Testing;

namespace Shop.Pages.Tests;

/// <summary>Takes the pictures that the README shows: <c>dotnet test tests/Pages.Tests --filter FullyQualifiedName~Screenshots</c>.</summary>
[Explicit("It writes into the repository.")]
public sealed class Screenshots
{
    private const int Most = 150_000;

    [Test]
    public async Task Take([ValueSource(nameof(Names))] string view, [Values] Look look)
    {
        await using var visitor = await BrowserFixture.Visit(look);
        await Views.All[view](visitor);
        await visitor.Page.EvaluateAsync("() => { document.activeElement.blur(); }");
        var name = $"{view}-{(look is Look.PhoneLight or Look.PhoneDark ? "phone" : "desk")}-{(look is Look.DeskDark or Look.PhoneDark ? "dark" : "light")}.png";
        var picture = await visitor.Page.ScreenshotAsync(new() { Path = Path.Combine(Repository.Root, "infra/screenshots", name), Animations = ScreenshotAnimations.Disabled });

        Assert.That(picture, Has.Length.LessThan(Most));
    }

    private static IEnumerable<string> Names() => Views.All.Keys;
}
