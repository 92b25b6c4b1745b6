using System.Text.Json;

namespace Shop.Chaos;

/// <summary>
/// Does the reconciliation see? Ledgers in which all is well must yield nothing, and the same ledgers with one thing wrong must
/// yield exactly the violation that was planted, of every kind that there is.
/// </summary>
internal static class SelfTest
{
    private static readonly DateTimeOffset Start = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);
    private static readonly Guid Bought = Id(1);
    private static readonly Guid Declined = Id(2);
    private static readonly Guid Refunded = Id(3);
    private static readonly Guid NeverPaid = Id(4);

    /// <summary>The exit code: 0 when every planted violation was found.</summary>
    public static int Run()
    {
        var failures = 0;
        void Check(string what, Ledgers ledgers, params ViolationKind[] expected)
        {
            var found = Reconciler.Reconcile(ledgers).Violations;
            var kinds = found.Select(violation => violation.Kind).ToHashSet();
            var isRight = expected.Length == 0 ? kinds.Count == 0 : Array.TrueForAll(expected, kinds.Contains);
            if (!isRight) failures++;
            Console.WriteLine($"{(isRight ? "ok  " : "FAIL")} {what}: {(kinds.Count == 0 ? "nothing" : string.Join(", ", kinds))}");
            if (isRight) return;
            foreach (var violation in found) Console.WriteLine($"     {violation}");
        }

        Check("all is well", Sound());
        var planted = Planted().ToList();
        foreach (var (kind, what, ledgers) in planted) Check(what, ledgers, kind);
        foreach (var kind in Enum.GetValues<ViolationKind>().Except(planted.Select(plant => plant.Kind)))
        {
            failures++;
            Console.WriteLine($"FAIL no planted violation of the kind {kind}");
        }

        var cut = Sound() is var sound ? sound with { Mails = [.. sound.Mails, sound.Mails[0] with { At = sound.Mails[0].At.AddSeconds(5) }], MailCuts = [new(sound.Mails[0].At, sound.Mails[0].At)] } : null!;
        Check("the same mail again after a kill at the server's acceptance", cut);
        if (Reconciler.Reconcile(cut).MailsRepeatedAtCuts != 1)
        {
            failures++;
            Console.WriteLine("FAIL that mail is counted");
        }

        Console.WriteLine(failures == 0 ? $"{planted.Count} planted violations, all found" : $"{failures} failures");
        return failures == 0 ? 0 : 1;
    }

    private static IEnumerable<(ViolationKind Kind, string What, Ledgers Ledgers)> Planted()
    {
        var sound = Sound();
        Ledgers Log(Func<IEnumerable<LoggedEvent>, IEnumerable<LoggedEvent>> change) => sound with { Log = [.. change(sound.Log)] };
        // Without these events, and every place counted anew.
        Ledgers Without(params (Guid Order, string Type)[] gone) => Renumbered(sound, sound.Log.Where(e => !gone.Contains((e.OrderId, e.Type))));
        Ledgers With(Guid order, int at, string type, string data) => Renumbered(sound, Inserted(sound.Log, order, at, type, data));
        Ledgers Told(Action<List<PlacedOrder>> change)
        {
            var ledgers = Sound();
            change((List<PlacedOrder>)ledgers.Orders);
            return ledgers;
        }

        yield return (ViolationKind.OrderLost, "an accepted order without a stream", Without([.. sound.Log.Where(e => e.OrderId == Declined).Select(e => (e.OrderId, e.Type))]));
        yield return (ViolationKind.OrderNotTerminal, "an order that was never paid", Without((Declined, "payment-auth-failed")));
        yield return (ViolationKind.OrderNotTerminal, "an order that was paid and not shipped", Without((Bought, "shipping-preparation-in-progress"), (Bought, "shipping-prepared"), (Bought, "shipped")));
        yield return (ViolationKind.OrderNotTerminal, "a refund that was begun and not ended", Without((Refunded, "payment-refunded")));
        yield return (ViolationKind.OrderTwice, "a customer with two orders for one key",
            Log(log => [.. log, New(log.Count() + 1, Id(9), 0, "order-created", """{"customerId":"c-1","total":1000}""")]));
        yield return (ViolationKind.CommandLost, "an accepted change of address that is not in the stream",
            Told(orders => orders[0].Commands.Add(new Command("shipping-address-updated", "another street", Chaos.Told.Accepted))));
        yield return (ViolationKind.CommandDoneThoughRefused, "a refused cancel that is in the stream", Told(orders => orders[2].Commands[0] = orders[2].Commands[0] with { Told = Chaos.Told.Rejected }));

        Ledgers Books(Func<IEnumerable<ProviderMovement>, IEnumerable<ProviderMovement>> change) => sound with { Provider = [.. change(sound.Provider)] };
        yield return (ViolationKind.ChargedTwice, "a second capture", Books(books => books.Append(new(Bought, "capture", "1", "pi_9", 1000, null))));
        yield return (ViolationKind.AuthorizedTwice, "a second authorization", Books(books => [.. books, new(Bought, "authorization", "1", "pi_9", 1000, null), new(Bought, "void", "1", "pi_9", 1000, null)]));
        yield return (ViolationKind.HoldLeftOpen, "an authorization that was never voided", Books(books => books.Where(line => line.Kind != "void")));
        yield return (ViolationKind.ChargedThoughCancelled, "a cancelled order whose charge stayed", Books(books => books.Where(line => line.Kind != "refund")));
        yield return (ViolationKind.ChargedMoreThanRefunded, "a refund of less", Books(books => books.Select(line => line.Kind == "refund" ? line with { Amount = 999 } : line)));
        yield return (ViolationKind.ChargedMoreThanRefunded, "a refund twice", Books(books => books.Append(new(Refunded, "refund", null, "pi_3", 1000, "succeeded"))));
        yield return (ViolationKind.MoneyDiffers, "a charge that the stream does not know", Books(books => books.Append(new(Declined, "capture", "1", "pi_2", 1000, null))));
        yield return (ViolationKind.MoneyDiffers, "a charge for nobody", Books(books => books.Append(new(null, "capture", "1", "pi_0", 1000, null))));
        yield return (ViolationKind.MoneyDiffers, "an order that is paid by its stream alone", Books(books => books.Where(line => line.OrderId != Bought)));

        foreach (var kind in new[] { "order-received", "payment-failed", "order-cancelled", "shipped" })
            yield return (ViolationKind.MailMissing, $"no mail {kind}", sound with { Mails = [.. sound.Mails.Where(mail => !mail.MessageId.Contains(kind, StringComparison.Ordinal))] });
        yield return (ViolationKind.MailTwice, "a mail twice, and nothing was cut off", sound with { Mails = [.. sound.Mails, sound.Mails[0] with { At = Start.AddMinutes(5) }] });
        yield return (ViolationKind.MailUnexpected, "a mail about an event that never was", sound with { Mails = [.. sound.Mails, sound.Mails[0] with { MessageId = $"<{Id(99)}.shipped@shop.example>" }] });
        yield return (ViolationKind.MailMisdirected, "a mail to someone else", sound with { Mails = [sound.Mails[0] with { To = ["eve@customers.example"] }, .. sound.Mails.Skip(1)] });
        yield return (ViolationKind.MailMisdirected, "a mail to two", sound with { Mails = [sound.Mails[0] with { To = [sound.Mails[0].To[0], "eve@customers.example"] }, .. sound.Mails.Skip(1)] });
        yield return (ViolationKind.MailUnsafe, "a mail that runs a customer's script", sound with { Mails = [sound.Mails[0] with { Html = "<p>Dear <script>alert(1)</script>" }, .. sound.Mails.Skip(1)] });

        yield return (ViolationKind.RevisionGap, "a missing revision", Log(log => log.Select(e => e.OrderId == Bought && e.Revision == 5 ? e with { Revision = 6 } : e)));
        yield return (ViolationKind.PositionGap, "a missing position", Log(log => log.Select(e => e.Position > 3 ? e with { Position = e.Position + 1 } : e)));
        yield return (ViolationKind.EventIdTwice, "two events with one id", Log(log => log.Select(e => e.Position == 2 ? e with { EventId = log.First().EventId } : e)));
        yield return (ViolationKind.IllegalTransition, "preparation before the payment", Without((Bought, "payment-auth-in-progress"), (Bought, "payment-captured")));
        yield return (ViolationKind.IllegalTransition, "two cancels", With(NeverPaid, 1, "order-cancelled", "{}"));
        yield return (ViolationKind.IllegalTransition, "a cancel after the preparation began", With(Bought, 4, "order-cancelled", "{}"));
        yield return (ViolationKind.IllegalTransition, "a new address after the preparation began", With(Bought, 4, "shipping-address-updated", "{}"));
        yield return (ViolationKind.IllegalTransition, "a new method while the attempt is open", With(Bought, 2, "payment-updated", "{}"));
        yield return (ViolationKind.IllegalTransition, "an attempt after the cancel", With(NeverPaid, 2, "payment-auth-in-progress", """{"attempt":1}"""));
        yield return (ViolationKind.IllegalTransition, "two outcomes of an attempt", With(Declined, 3, "payment-auth-failed", """{"attempt":1,"retryable":true}"""));
        yield return (ViolationKind.IllegalTransition, "a second capture in the stream", With(Bought, 3, "payment-captured", """{"attempt":1,"amount":1000}"""));
        yield return (ViolationKind.IllegalTransition, "shipped before it was prepared", Without((Bought, "shipping-prepared")));
        yield return (ViolationKind.IllegalTransition, "a refund of more than was captured",
            Log(log => log.Select(e => e.Type is "payment-refund-in-progress" ? e with { Data = Json("""{"refundId":"r","amount":1001}""") } : e)));
        yield return (ViolationKind.IllegalTransition, "a refund that ends and was never begun", Without((Refunded, "payment-refund-in-progress")));
        yield return (ViolationKind.ViewDiffers, "a service that reads an order otherwise",
            sound with { Views = new Dictionary<Guid, ReadOrder>(sound.Views) { [Bought] = new("shipment-prepared", 5) } });

        yield return (ViolationKind.NotPublished, "an event that never reached the broker", sound with { Tap = [.. sound.Tap.Skip(1)] });
        yield return (ViolationKind.MessageUnknown, "a message that is not in the store", sound with { Tap = [.. sound.Tap, sound.Tap[0] with { EventId = Id(98) }] });
        yield return (ViolationKind.MessageDiffers, "a message that says something else", sound with { Tap = [sound.Tap[0] with { Revision = 7 }, .. sound.Tap.Skip(1)] });
        yield return (ViolationKind.MessageDiffers, "a message under another routing key", sound with { Tap = [sound.Tap[0] with { RoutingKey = "orders.order-cancelled" }, .. sound.Tap.Skip(1)] });

        yield return (ViolationKind.QueueNotDrained, "a message that waits", sound with { Queues = [new("payment.retry.5", 1, 0)] });
        yield return (ViolationKind.QueueNotDrained, "a message that is never acknowledged", sound with { Queues = [new("payment", 0, 1)] });
        yield return (ViolationKind.DeadLetterMissing, "a malformed message that is nowhere", sound with { DeadLetters = [] });
        yield return (ViolationKind.DeadLetterUnexplained, "a good message among the dead", sound with { DeadLetters = [.. sound.DeadLetters, new("payment", null, "attempts-spent", "order-created/v1", "x")] });
        yield return (ViolationKind.BadAnswer, "a 500", sound with { BadAnswers = [new("a 5xx for bad input", "no UTF-8: 500")] });
        yield return (ViolationKind.Leak, "a card number in a log", sound with { Leaks = ["no '4242' in the log of Gateway"] });
        yield return (ViolationKind.Failure, "a service that stays down", sound with { Failures = ["Payment did not start again"] });
    }

    /// <summary>Four orders as they should be: bought, declined, cancelled after it was charged, cancelled before.</summary>
    private static Ledgers Sound()
    {
        var log = new List<LoggedEvent>();
        void Stream(Guid order, params (string Type, string Data)[] events)
        {
            for (var i = 0; i < events.Length; i++) log.Add(New(log.Count + 1, order, i, events[i].Type, events[i].Data));
        }

        Stream(
            Bought, ("order-created", """{"customerId":"c-1","total":1000}"""), ("payment-auth-in-progress", """{"attempt":1}"""),
            ("payment-captured", """{"attempt":1,"amount":1000}"""), ("shipping-preparation-in-progress", "{}"), ("shipping-prepared", "{}"), ("shipped", "{}"));
        Stream(
            Declined, ("order-created", """{"customerId":"c-2","total":1000}"""), ("payment-auth-in-progress", """{"attempt":1}"""),
            ("payment-auth-failed", """{"attempt":1,"retryable":true}"""));
        Stream(
            Refunded, ("order-created", """{"customerId":"c-3","total":1000}"""), ("payment-auth-in-progress", """{"attempt":1}"""),
            ("payment-captured", """{"attempt":1,"amount":1000}"""), ("order-cancelled", """{"reason":"cancel-3"}"""),
            ("payment-refund-in-progress", """{"refundId":"r","amount":1000}"""), ("payment-refunded", """{"refundId":"r","amount":1000}"""));
        Stream(
            NeverPaid, ("order-created", """{"customerId":"c-4","total":1000}"""), ("payment-auth-in-progress", """{"attempt":1}"""),
            ("order-cancelled", """{"reason":"cancel-4"}"""), ("payment-auth-voided", """{"attempt":1}"""));

        List<PlacedOrder> orders = [.. new[] { Bought, Declined, Refunded, NeverPaid }.Select((id, i) => new PlacedOrder($"c-{i + 1}", $"c{i + 1}@customers.example") { Told = Told.Accepted, OrderId = id })];
        orders[2].Commands.Add(new Command("order-cancelled", "cancel-3", Told.Accepted));
        return Renumbered(
            new Ledgers
            {
                Orders = orders,
                Log = log,
                Views = new Dictionary<Guid, ReadOrder>
                {
                    [Bought] = new("shipped", 5),
                    [Declined] = new("payment-failed", 2),
                    [Refunded] = new("cancelled", 5),
                    [NeverPaid] = new("cancelled", 3),
                },
                Provider =
                [
                    new(Bought, "authorization", "1", "pi_1", 1000, null), new(Bought, "capture", "1", "pi_1", 1000, null),
                    new(Declined, "decline", "1", "pi_2", 1000, null),
                    new(Refunded, "authorization", "1", "pi_3", 1000, null), new(Refunded, "capture", "1", "pi_3", 1000, null),
                    new(Refunded, "refund", null, "pi_3", 1000, "succeeded"),
                    new(NeverPaid, "authorization", "1", "pi_4", 1000, null), new(NeverPaid, "void", "1", "pi_4", 1000, null),
                ],
                Mails = [],
                MailCuts = [],
                Tap = [],
                Queues = [new("payment", 0, 0)],
                DeadLetters = [new("payment", "poison-1-1", "malformed", "", "")],
                Poison = [new("poison-1-1", "null", ["payment"])],
                BadAnswers = [],
                Leaks = [],
                Failures = [],
            },
            log,
            isNew: true);
    }

    /// <summary>The same with another log, whose positions and revisions have no gaps; for a new one also its messages and mails.</summary>
    private static Ledgers Renumbered(Ledgers ledgers, IEnumerable<LoggedEvent> events, bool isNew = false)
    {
        var revisions = new Dictionary<Guid, long>();
        List<LoggedEvent> log = [.. events.Select((e, i) => e with { Position = i + 1, Revision = revisions[e.OrderId] = revisions.GetValueOrDefault(e.OrderId, -1) + 1 })];
        if (!isNew) return ledgers with { Log = log };
        static string Exchange(string type) => type is "shipped" ? "shipping" : type.StartsWith("payment", StringComparison.Ordinal) ? "payment" : "orders";
        static string? Mail(string type) => type switch { "order-created" => "order-received", "payment-auth-failed" => "payment-failed", "order-cancelled" or "shipped" => type, _ => null };
        return ledgers with
        {
            Log = log,
            Tap = [.. log.Where(e => Reconciler.IsPublished(e.Type)).Select(e => new TapMessage(
                e.EventId.ToString(), $"{e.Type}/v1", Exchange(e.Type), $"{Exchange(e.Type)}.{e.Type}", e.OrderId, e.EventId, e.Revision))],
            Mails = [.. log.Where(e => Mail(e.Type) is not null).Select(e => new TakenMail(
                $"<{e.EventId}.{Mail(e.Type)}@shop.example>", e.OrderId.ToString(), [ledgers.Orders.First(order => order.OrderId == e.OrderId).Email], "<p>Dear customer", e.At.AddSeconds(1)))],
        };
    }

    private static List<LoggedEvent> Inserted(IReadOnlyList<LoggedEvent> log, Guid order, int at, string type, string data)
    {
        List<LoggedEvent> changed = [.. log];
        changed.Insert(changed.FindIndex(e => e.OrderId == order && e.Revision == at - 1) + 1, New(1000, order, at, type, data));
        return changed;
    }

    private static LoggedEvent New(int position, Guid order, int revision, string type, string data) =>
        new(position, order, revision, Id(100 + position), type, Json(data), Start.AddSeconds(position));

    private static JsonElement Json(string text) => JsonSerializer.Deserialize<JsonElement>(text);

    private static Guid Id(int number) => new(number, 0, 0, [0, 0, 0, 0, 0, 0, 0, 0]);
}
