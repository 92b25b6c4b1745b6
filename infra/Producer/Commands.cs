using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.Json;
using Shop.Contracts;

namespace Shop.Producer;

/// <summary>The command line: the steps of an order one by one, and a demonstration of many.</summary>
internal static class Commands
{
    private static readonly Option<bool> Json = new("--json") { Description = "Print the order as the shop answers it." };

    private static readonly Option<double> Wait = new("--wait")
    {
        Description = "Seconds that a step may take.",
        DefaultValueFactory = _ => 30,
        Recursive = true,
    };

    public static RootCommand Root()
    {
        var root = new RootCommand("""
            Plays a storefront, its customers, its warehouse and its operators, through the shop's gateway.

            SHOP_URL              the gateway, http://127.0.0.1:8080 when not set
            SHOP_STOREFRONT_KEY   a key of the storefront scope
            SHOP_WAREHOUSE_KEY    a key of the warehouse scope: ship, demo
            SHOP_OPERATOR_KEY     a key of the operator scope: review-accept, review-decline, demo

            Exit codes: 0 done, 1 refused or otherwise than asked for, 2 not found, 3 the shop or a part of it is away or too slow,
            130 interrupted.
            """);
        Wait.Validators.Add(result => Bounds(result, 0.1, 3600));
        root.Options.Add(Wait);
        root.Subcommands.Add(Order());
        root.Subcommands.Add(Pay("pay-authorised", "Pay with a card that its bank authorises.", Cards.Authorised[0], Steps.Paid));
        root.Subcommands.Add(Pay(
            "pay-review", "Pay with a card that is put under review.", Cards.UnderReview, order => Steps.Being(order, OrderStatus.PaymentReview)));
        root.Subcommands.Add(Review("review-accept", "Accept a payment under review, as an operator.", (steps, order, note) => steps.Accept(order, note)));
        root.Subcommands.Add(Review("review-decline", "Decline a payment under review, as an operator.", (steps, order, note) => steps.Decline(order, note)));
        root.Subcommands.Add(Cancel());
        root.Subcommands.Add(Ship());
        root.Subcommands.Add(Demo());
        return root;
    }

    private static Command Order()
    {
        var card = new Option<string>("--card") { Description = "The payment method's token.", DefaultValueFactory = _ => Cards.Authorised[0] };
        var command = new Command("order", "Place an order, and follow it until it waits for somebody.") { card };
        Does(command, async (steps, parsed) =>
        {
            var placed = await steps.Place(Shoppers.Order(Random.Shared, parsed.GetValue(card)!));
            return await steps.AtRest(placed.OrderId);
        });
        return command;
    }

    private static Command Pay(string name, string description, string card, Func<OrderView, OrderView> check)
    {
        var order = new Argument<Guid?>("order") { Description = "The order's id; without it, a new order is placed.", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command(name, description) { order };
        Does(command, async (steps, parsed) => check(
            parsed.GetValue(order) is { } id ? await steps.Pay(id, card) : await steps.Order(Shoppers.Order(Random.Shared, card))));
        return command;
    }

    private static Command Review(string name, string description, Func<Steps, Guid, string?, Task<OrderView>> review)
    {
        var order = Known();
        var note = new Option<string?>("--note") { Description = "Why." };
        var command = new Command(name, description) { order, note };
        Does(command, (steps, parsed) => review(steps, parsed.GetValue(order), parsed.GetValue(note)));
        return command;
    }

    private static Command Cancel()
    {
        var order = Known();
        var reason = new Option<string?>("--reason") { Description = "In the customer's words." };
        var command = new Command("cancel", "Cancel an order, as its customer.") { order, reason };
        Does(command, (steps, parsed) => steps.Cancel(parsed.GetValue(order), parsed.GetValue(reason)));
        return command;
    }

    private static Command Ship()
    {
        var order = Known();
        var carrier = new Option<string>("--carrier") { Description = "Who carries it.", DefaultValueFactory = _ => "DHL" };
        var tracking = new Option<string>("--tracking") { Description = "The parcel's number.", DefaultValueFactory = _ => "JJD000390007777" };
        var command = new Command("ship", "Hand the parcel to a carrier, as the warehouse.") { order, carrier, tracking };
        Does(command, (steps, parsed) => steps.Ship(parsed.GetValue(order), parsed.GetValue(carrier)!, parsed.GetValue(tracking)!));
        return command;
    }

    private static Command Demo()
    {
        var orders = new Option<int>("--orders") { Description = "How many orders to place.", DefaultValueFactory = _ => 50 };
        orders.Validators.Add(result => Bounds(result, 1, 1_000_000));
        var rate = new Option<double>("--rate") { Description = "How many in a second.", DefaultValueFactory = _ => 5 };
        rate.Validators.Add(result => Bounds(result, 0.001, 1000));
        var seed = new Option<int?>("--seed") { Description = "The same seed places the same orders." };
        var command = new Command("demo", "Place many orders that come to all kinds of ends.") { orders, rate, seed };
        command.SetAction((parsed, cancellation) => Guarded(async () =>
        {
            var settings = ShopSettings.FromEnvironment();
            foreach (var scope in Enum.GetValues<Scope>()) settings.Key(scope);
            using var shop = new ShopClient(settings, TimeSpan.FromSeconds(20));
            await shop.Check(cancellation);

            var chosen = parsed.GetValue(seed) ?? Random.Shared.Next();
            var demo = new Demo(shop, parsed.GetValue(orders), parsed.GetValue(rate), chosen, TimeSpan.FromSeconds(parsed.GetValue(Wait)));
            await DemoScreen.Watch(demo.Tally, demo.Run(cancellation));
            demo.Tally.End();
            DemoScreen.Summary(demo.Tally, chosen);
            cancellation.ThrowIfCancellationRequested();
            return demo.Tally.ExitCode;
        }, cancellation));
        return command;
    }

    private static Argument<Guid> Known() => new("order") { Description = "The order's id." };

    /// <summary>What every single step does: it, and then show the order and what happened.</summary>
    private static void Does(Command command, Func<Steps, ParseResult, Task<OrderView>> step)
    {
        command.Options.Add(Json);
        command.SetAction((parsed, cancellation) => Guarded(async () =>
        {
            using var shop = new ShopClient(ShopSettings.FromEnvironment(), TimeSpan.Zero);
            var order = await step(new Steps(shop, TimeSpan.FromSeconds(parsed.GetValue(Wait)), cancellation), parsed);
            if (parsed.GetValue(Json)) Console.WriteLine(JsonSerializer.Serialize(order, ContractsJson.Default.OrderView));
            else Screen.Order(order, await shop.History(order.OrderId, cancellation));
            return ExitCodes.Done;
        }, cancellation));
    }

    private static async Task<int> Guarded(Func<Task<int>> action, CancellationToken cancellation)
    {
        try
        {
            return await action();
        }
        catch (ShopException exception)
        {
            Screen.Error(exception.Message);
            return exception.ExitCode;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return ExitCodes.Interrupted;
        }
    }

    /// <summary>What is no number at all is the parser's to refuse.</summary>
    private static void Bounds(OptionResult result, double least, double most)
    {
        if (result.Tokens is [{ Value: var text }] && double.TryParse(text, CultureInfo.InvariantCulture, out var value) && !(value >= least && value <= most))
            result.AddError(FormattableString.Invariant($"{result.Option.Name} must be from {least} to {most}."));
    }
}
