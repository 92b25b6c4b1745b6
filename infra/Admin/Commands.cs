using System.CommandLine;
using Shop.Contracts;

namespace Shop.Admin;

/// <summary>The command line: what an operator can ask of the shop.</summary>
internal static class Commands
{
    private static readonly Option<bool> Json = new("--json") { Description = "Print the shop's answer as it came.", Recursive = true };

    public static RootCommand Root()
    {
        var root = new RootCommand("""
            Operates a shop through its gateway.

            SHOP_URL            the gateway, http://127.0.0.1:8080 when not set
            SHOP_OPERATOR_KEY   a key of the operator scope

            Exit codes: 0 done, 1 refused, 2 not found, 3 the shop or a part of it is away.
            """);
        root.Options.Add(Json);
        root.Subcommands.Add(DeadLetters());
        root.Subcommands.Add(StuckOrders());
        root.Subcommands.Add(ProjectionCommands.Projections());
        root.Subcommands.Add(ProjectionCommands.Journal());
        return root;
    }

    private static Command DeadLetters()
    {
        var queue = new Argument<string>("queue") { Description = "payment, shipping or notification." };
        var id = new Argument<string>("id") { Description = "The dead letter's id, as the list has it." };
        var only = new Option<string?>("--queue") { Description = "Of this queue only." };
        var limit = Limit();

        var list = new Command("list", "List dead letters.") { only, limit };
        Does(list, (shop, parsed) => shop.Show(
            $"dead-letters?limit={parsed.GetValue(limit)}{(parsed.GetValue(only) is { } one ? $"&queue={Uri.EscapeDataString(one)}" : "")}",
            ContractsJson.Default.DeadLetterOverview, Screen.Overview));

        var show = new Command("show", "Show one: why it is dead, and what it says.") { queue, id };
        Does(show, (shop, parsed) => shop.Show(Path(parsed), ContractsJson.Default.DeadLetterDetails, Screen.Details));

        var replay = new Command("replay", "Hand one back to its queue. What was completed before does not act again.") { queue, id };
        Does(replay, (shop, parsed) => shop.Do(HttpMethod.Post, $"{Path(parsed)}/replay", ContractsJson.Default.Replayed, Screen.Replayed));

        var replayAll = new Command("replay-all", "Hand back all of a queue.") { queue };
        Does(replayAll, (shop, parsed) => shop.ReplayAll($"dead-letters/{Uri.EscapeDataString(parsed.GetValue(queue)!)}/replay"));

        var delete = new Command("delete", "Remove one for good.") { queue, id };
        Does(delete, (shop, parsed) => shop.Delete(Path(parsed)));

        return new Command("dead-letters", "Messages that the shop gave up on.") { list, show, replay, replayAll, delete };

        string Path(ParseResult parsed) => $"dead-letters/{Uri.EscapeDataString(parsed.GetValue(queue)!)}/{Uri.EscapeDataString(parsed.GetValue(id)!)}";
    }

    private static Command StuckOrders()
    {
        var order = new Argument<Guid>("order") { Description = "The order's id." };
        var limit = Limit();

        var list = new Command("list", "List orders that should have moved and have not.") { limit };
        Does(list, (shop, parsed) => shop.Show($"stuck-orders?limit={parsed.GetValue(limit)}", ContractsJson.Default.StuckOrders, Screen.Stuck));

        var nudge = new Command("nudge", "Publish the event that an order waits for once more.") { order };
        Does(nudge, (shop, parsed) => shop.Do(HttpMethod.Post, $"stuck-orders/{parsed.GetValue(order)}/nudge", ContractsJson.Default.Nudged, Screen.Nudged));

        return new Command("stuck-orders", "Orders that should have moved and have not.") { list, nudge };
    }

    private static Option<int> Limit() => new("--limit") { Description = "No more than this, of each queue.", DefaultValueFactory = _ => 100 };

    internal static void Does(Command command, Func<ShopClient, ParseResult, Task<int>> action) => command.SetAction(async (parsed, cancellation) =>
    {
        if (ShopClient.FromEnvironment(parsed.GetValue(Json), cancellation) is not { } shop) return ExitCodes.Refused;
        using (shop) return await action(shop, parsed);
    });
}
