using Shop.Contracts;

namespace Shop.Histories.Tests;

/// <summary>
/// A history: one order is placed, the steps are taken, and then nothing fails any more and everything that waits goes on, in the
/// order in which it came, until all is quiet.
/// </summary>
internal sealed class History
{
    private const int MostSteps = 1500;

    private static readonly string[] Tokens =
    [
        "pm_card_visa", "pm_card_riskLevelElevated", "pm_card_visa_chargeDeclined", "pm_card_pendingRefund", "pm_card_visa",
        "pm_card_riskLevelElevated", "pm_sandbox_refund_fails_once", "pm_card_refundFail", "pm_card_visa", "pm_card_visa_chargeDeclinedLostCard",
    ];

    private const int MostLines = 300;

    private readonly World world;
    private readonly List<string> told = [];
    private int stepsTaken;

    private History(World world) => this.world = world;

    /// <summary>What is wrong with how it ended; empty when nothing is.</summary>
    public IReadOnlyList<string> Violations { get; private set; } = [];

    public IReadOnlySet<Landmark> Landmarks => world.Landmarks.Reached;

    /// <summary>What happened, a line for each step that had an effect, and how it ended.</summary>
    public string Story => string.Join('\n', [
        .. told.Take(MostLines), .. told.Count > MostLines ? (string[])["..."] : [], "",
        .. Names.Orders.Take(world.People.Placed).Select(order => $"{Names.Of(order)}: {string.Join(", ", world.Stream(order).Select(Name))}"),
        .. world.Bank.Intents.Select(intent => $"The provider: {intent}"), .. world.Bank.Refunds.Select(refund => $"The provider: {refund}"),
        "", .. Violations.Select(violation => $"Not so: {violation}"),
    ]);

    /// <summary>Plays a history from its beginning to its end.</summary>
    public static History Play(InProcessServer server, IEnumerable<Step> steps, Sabotage? sabotage = null)
    {
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            return PlayHere(server, steps, sabotage);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }

    private static History PlayHere(InProcessServer server, IEnumerable<Step> steps, Sabotage? sabotage)
    {
        var history = new History(new World(server, sabotage ?? new Sabotage()));
        var first = steps.FirstOrDefault();
        history.Tell(history.world.People.Place(Tokens[first.Pick % Tokens.Length]));
        foreach (var step in steps) history.Tell(history.Take(step));
        history.Heal();
        return history;
    }

    private string? Take(Step step)
    {
        var pick = step.Pick;
        var order = Names.Orders[pick % world.People.Placed];
        var waiting = world.Scheduler.Waiting;
        return step.Act switch
        {
            Act.GoOn => waiting.Count == 0 ? null : GoOn(waiting[pick % waiting.Count]),
            Act.GoOnAWhile => GoOnAWhile(pick),
            Act.BreakConnection => waiting.Count == 0 ? null : Break(waiting[pick % waiting.Count]),
            Act.Publish => world.Publisher.Publish(saves: pick % 2 == 0),
            Act.Deliver => Deliver(pick),
            Act.PlaceAnother => world.People.Place(Tokens[pick % Tokens.Length]),
            Act.Pay => world.People.Pay(order, Tokens[pick / 2 % Tokens.Length]),
            Act.MoveHouse => world.People.MoveHouse(order),
            Act.Cancel => world.People.Cancel(order),
            Act.AskAgain => world.People.AskAgain(pick),
            Act.Review => Review(order, accepts: pick / 2 % 2 == 0),
            Act.Refund => world.People.Refund(order, (pick / 2 % 3) switch { 0 => 1000, 1 => 4497, _ => 2500 }),
            Act.Ship => world.People.Ship(order),
            Act.Duplicate => world.Publisher.Duplicate(pick),
            Act.Kill => world.Kill((pick % 3) switch { 0 => World.Payment, 1 => World.OrderEvents, _ => World.Shipping }),
            Act.Lapse => world.Bank.Lapse(pick) ? "an authorization lapses at the provider" : null,
            // No request takes as long as a provider remembers its key: a day passes between requests, not within one.
            Act.ForgetKeys => !world.Scheduler.IsBusy(World.Payment) && world.Bank.ForgetKeys() ? "a day later the provider has forgotten all keys" : null,
            Act.Remind => world.Diary.Remind(pick),
            _ => throw new InvalidOperationException($"No such act: {step.Act}."),
        };
    }

    private string GoOn(Waiting who)
    {
        world.Scheduler.Resume(who);
        return who.ToString();
    }

    /// <summary>Everything goes on for so many steps, in the order in which it came.</summary>
    private string? GoOnAWhile(int steps)
    {
        for (var i = 0; i < steps && Next() is { } told; i++) Tell(told);
        return null;
    }

    /// <summary>Whoever waits longest goes on; if nobody does, a message is delivered; if there is none, an event is published.</summary>
    private string? Next() => world.Scheduler.Waiting is [var first, ..] ? GoOn(first) : Deliver(0) ?? world.Publisher.Publish(saves: true);

    private string Break(Waiting who)
    {
        world.Landmarks.Reach(Landmark.RequestLost);
        world.Scheduler.Resume(who, intact: false);
        return $"{who} - and the connection breaks";
    }

    private string Review(Guid order, bool accepts) =>
        world.People.Review(order, Math.Max(1, world.Stream(order).Count(recorded => recorded.Event is PaymentAuthInProgress)), accepts);

    private string? Deliver(int pick)
    {
        var ready = world.Queues.Sum(queue => queue.Ready);
        if (ready == 0) return null;
        var which = pick % ready;
        foreach (var queue in world.Queues)
        {
            if (which < queue.Ready) return queue.Deliver(which);
            which -= queue.Ready;
        }

        throw new InvalidOperationException("Not reached.");
    }

    private void Heal()
    {
        told.Add("Nothing fails any more:");
        Settle();
        if (!world.Stream(Names.Orders[0]).Any()) Tell(world.People.AskAgain(0)); // its customer has heard no answer
        Settle();
        foreach (var order in Placed().Where(order => Status(order) == OrderStatus.PaymentReview)) Tell(Review(order, accepts: true));
        Settle();
        foreach (var order in Placed().Where(order => Status(order) == OrderStatus.ShipmentPrepared)) Tell(world.People.Ship(order));
        Settle();
        // Each refund that was done is looked up once more, and so is the one that took the place of one that failed.
        var seen = new HashSet<string>();
        while (world.Diary.Refunds.FirstOrDefault(refund => seen.Add(refund.Subject)) is { } refund)
        {
            Tell(world.Diary.Remind(refund));
            Settle();
        }

        foreach (var order in Placed()) world.Landmarks.Read([.. world.Stream(order).Select(Name)]);
        Violations = [.. stepsTaken < MostSteps ? [] : (string[])["it comes to rest"], .. Verdict.On(world).Distinct()];
    }

    private void Settle()
    {
        while (stepsTaken < MostSteps && Next() is { } told) Tell(told);
    }

    private IEnumerable<Guid> Placed() => Names.Orders.Take(world.People.Placed).Where(order => world.Stream(order).Any());

    private OrderStatus Status(Guid order) => OrderEvents.Order.Fold(world.Stream(order))!.Status;

    private void Tell(string? what)
    {
        if (what is null) return;
        stepsTaken++;
        world.Clock.Step();
        told.Add($"{stepsTaken,4}. {what}");
    }

    private static string Name(RecordedEvent recorded) => EventTypes.Of(recorded.Event).Name;
}
