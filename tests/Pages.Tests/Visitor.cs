using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace Shop.Pages.Tests;

/// <summary>On what, and how, somebody looks.</summary>
public enum Look { DeskLight, DeskDark, PhoneLight, PhoneDark }

/// <summary>One person's browser. What it complains about (a policy violated, a script that fails) is kept, and fails the test in the end.</summary>
public sealed class Visitor : IAsyncDisposable
{
    private readonly IBrowserContext context;
    private readonly ConcurrentQueue<string> complaints = new();
    private readonly ConcurrentQueue<IRequest> requests = new();

    private Visitor(IBrowserContext context, IPage page)
    {
        (this.context, Page) = (context, page);
        page.PageError += (_, error) => complaints.Enqueue(error);
        page.Console += (_, line) =>
        {
            // Chromium logs every answer that is no success, and those are the shop's business.
            if (line.Type is "error" or "warning" && !line.Text.StartsWith("Failed to load resource", StringComparison.Ordinal)) complaints.Enqueue(line.Text);
        };
        page.Dialog += (_, dialog) => complaints.Enqueue($"dialog: {dialog.Message}");
        context.Request += (_, request) => requests.Enqueue(request);
    }

    public IPage Page { get; }

    /// <summary>What the browser asked for, from wherever.</summary>
    public IReadOnlyCollection<IRequest> Requests => requests;

    /// <summary>What it complained about.</summary>
    public IReadOnlyCollection<string> Complaints => complaints;

    internal static async Task<Visitor> Arrive(IBrowser browser, Look look, Uri at)
    {
        var phone = look is Look.PhoneLight or Look.PhoneDark;
        var context = await browser.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = at.ToString(),
            ColorScheme = look is Look.DeskDark or Look.PhoneDark ? ColorScheme.Dark : ColorScheme.Light,
            ViewportSize = phone ? new() { Width = 390, Height = 844 } : new() { Width = 1180, Height = 740 },
            HasTouch = phone,
            Locale = "en-GB",
            TimezoneId = "UTC",
        });
        context.SetDefaultTimeout(30_000);
        return new Visitor(context, await context.NewPageAsync());
    }

    public ILocator Button(string name) => Page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    public ILocator Text(string text) => Page.GetByText(text).First;

    /// <summary>Waits until the text can be seen.</summary>
    public Task Sees(string text) => Assertions.Expect(Text(text)).ToBeVisibleAsync();

    /// <summary>Chooses a test card by its token.</summary>
    public Task Chooses(string card) => Page.Locator($"input[value='{card}']").CheckAsync();

    /// <summary>Buys one green tea with that test card, as far as the order's page; the order's id.</summary>
    public async Task<string> Buys(string card)
    {
        await Page.GotoAsync("/shop");
        await Button("Add Green tea to the cart").ClickAsync();
        await Page.GetByRole(AriaRole.Link, new() { Name = "Go to checkout" }).ClickAsync();
        await Chooses(card);
        await Button("Place the order").ClickAsync();
        await Page.WaitForURLAsync("**/shop/orders/*");
        return new Uri(Page.Url).Segments[^1];
    }

    public ValueTask DisposeAsync() => context.DisposeAsync();
}
