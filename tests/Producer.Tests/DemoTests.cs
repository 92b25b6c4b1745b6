using System.Text.RegularExpressions;
using Shop.Testing;

namespace Shop.Producer.Tests;

/// <summary>The demonstration, without a terminal.</summary>
public sealed partial class DemoTests
{
    [Test]
    public async Task Orders_come_to_all_kinds_of_ends_and_the_same_seed_plays_the_same_stories()
    {
        await using var shop = await RunningShop.Start();
        var first = await shop.Run("demo", "--orders", "80", "--rate", "40", "--seed", "7");
        Assert.That((first.ExitCode, first.Error), Is.EqualTo((0, "")), first.Output);
        Assert.That(first.Output, Does.Contain("80 stories ended as told, 0 failed; seed 7").And.Not.Contain("\u001b"));
        foreach (var end in (string[])["shipped", "shipment-prepared", "payment-failed", "payment-review", "cancelled"]) Assert.That(first.Output, Does.Match($@"\d {end}"));

        var second = await shop.Run("demo", "--orders", "80", "--rate", "40", "--seed", "7");
        Assert.That(Stories(second), Is.EqualTo(Stories(first)));
        var other = await shop.Run("demo", "--orders", "80", "--rate", "40", "--seed", "8");
        Assert.That(Stories(other), Is.Not.EqualTo(Stories(first)));
    }

    [Test]
    public async Task Orders_that_do_not_come_to_their_ends_are_counted_and_the_exit_code_says_so()
    {
        await using var shop = await RunningShop.Start("Payment:AuthorizationDelay=01:00:00");
        var ended = await shop.Run("demo", "--orders", "4", "--rate", "100", "--wait", "0.3", "--seed", "1");
        Assert.That(ended.ExitCode, Is.EqualTo(3), ended.Output);
        Assert.That(ended.Output, Does.Contain("0 stories ended as told, 4 failed"));
        Assert.That(ended.Error, Does.Match("error: .*: Order .* is still created after 0.3 s."));
    }

    [Test]
    public async Task Ctrl_C_ends_it_with_a_summary()
    {
        await using var shop = await RunningShop.Start();
        using var program = Program.Start(shop.Url, "", ["demo", "--orders", "100000", "--rate", "2"]);
        await program.Says("placed");
        await program.Interrupt();
        var ended = await program.End();
        Assert.That((ended.ExitCode, ended.Error), Is.EqualTo((130, "")));
        Assert.That(ended.Output, Does.Match(@"interrupted: \d+ left under way, 99\d\d\d not placed"));
    }

    [TestCase("--orders", "0")]
    [TestCase("--orders", "many")]
    [TestCase("--rate", "0")]
    [TestCase("--rate", "NaN")]
    [TestCase("--rate", "-1")]
    [TestCase("--wait", "-1")]
    [TestCase("--seed", "x")]
    public async Task Numbers_out_of_bounds_are_refused(string option, string value) =>
        Assert.That((await Program.Run("http://127.0.0.1:1", "demo", $"{option}={value}")).ExitCode, Is.EqualTo(1));

    private static string[] Stories(Ended ended) => [.. StoryLine().Matches(ended.Output).Select(match => $"{match.Groups[1].Value}: {match.Groups[2].Value}")];

    [GeneratedRegex(@"^  (\S.*?)  +(\d+)  +\d+  +\d+  +\d+ ", RegexOptions.Multiline)]
    private static partial Regex StoryLine();
}
