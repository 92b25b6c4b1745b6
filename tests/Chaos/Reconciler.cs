namespace Shop.Chaos;

/// <summary>Something that must not be.</summary>
internal enum ViolationKind
{
    OrderLost, OrderNotTerminal, OrderTwice, CommandLost, CommandDoneThoughRefused,
    ChargedTwice, AuthorizedTwice, HoldLeftOpen, ChargedThoughCancelled, ChargedMoreThanRefunded, MoneyDiffers,
    MailMissing, MailTwice, MailUnexpected, MailMisdirected, MailUnsafe,
    RevisionGap, PositionGap, EventIdTwice, IllegalTransition, ViewDiffers,
    NotPublished, MessageUnknown, MessageDiffers,
    QueueNotDrained, DeadLetterMissing, DeadLetterUnexplained,
    BadAnswer, Leak, Failure,
}

/// <summary>One violation, with what was expected and the stream that it is about.</summary>
internal sealed record Violation(ViolationKind Kind, string Expected, Guid? OrderId = null, string? Stream = null)
{
    public override string ToString() => $"{Kind}: {Expected}{(OrderId is null ? "" : $" (order {OrderId}: {Stream})")}";
}

/// <summary>What the reconciliation found.</summary>
internal sealed record Findings(IReadOnlyList<Violation> Violations, int MailsRepeatedAtCuts, int DeadLettersRepeated, IReadOnlyDictionary<string, int> Statuses)
{
    public int Unknown { get; init; }
    public int UnknownThatExist { get; init; }
}

/// <summary>Compares ledgers that were kept by different hands.</summary>
internal sealed class Reconciler
{
    /// <summary>The event types that are published, each with its exchange, by the contract.</summary>
    private static readonly Dictionary<string, string> Published = new()
    {
        ["order-created"] = "orders",
        ["order-cancelled"] = "orders",
        ["refund-requested"] = "orders",
        ["payment-updated"] = "payment",
        ["payment-captured"] = "payment",
        ["payment-auth-failed"] = "payment",
        ["payment-auth-pending-review"] = "payment",
        ["payment-review-accepted"] = "payment",
        ["payment-review-declined"] = "payment",
        ["payment-refund-failed"] = "payment",
        ["shipped"] = "shipping",
    };

    private readonly Ledgers ledgers;
    private readonly List<Violation> violations = [];
    private readonly Dictionary<Guid, List<LoggedEvent>> streams;
    private readonly Dictionary<Guid, StreamChecker> states = [];
    private int mailsRepeated;
    private int deadLettersRepeated;
    private int unknownThatExist;

    private Reconciler(Ledgers ledgers)
    {
        this.ledgers = ledgers;
        streams = ledgers.Log.GroupBy(e => e.OrderId).ToDictionary(stream => stream.Key, stream => stream.ToList());
    }

    public static bool IsPublished(string type) => Published.ContainsKey(type);

    public static Findings Reconcile(Ledgers ledgers)
    {
        var reconciler = new Reconciler(ledgers);
        reconciler.Positions();
        reconciler.Streams();
        reconciler.Customers();
        reconciler.Money();
        reconciler.Mails();
        reconciler.Messages();
        reconciler.Broker();
        foreach (var answer in ledgers.BadAnswers) reconciler.Add(ViolationKind.BadAnswer, $"{answer.Kind}: {answer.What}");
        foreach (var leak in ledgers.Leaks) reconciler.Add(ViolationKind.Leak, leak);
        foreach (var failure in ledgers.Failures) reconciler.Add(ViolationKind.Failure, failure);
        return new Findings(
            reconciler.violations, reconciler.mailsRepeated, reconciler.deadLettersRepeated,
            reconciler.states.Values.GroupBy(state => state.Status).ToDictionary(status => status.Key, status => status.Count()))
        {
            Unknown = ledgers.Orders.Count(order => order.Told == Told.Unknown),
            UnknownThatExist = reconciler.unknownThatExist,
        };
    }

    private void Add(ViolationKind kind, string expected, Guid? order = null) => violations.Add(new Violation(
        kind, expected, order, order is { } id ? streams.TryGetValue(id, out var stream) ? string.Join(", ", stream.Select(e => e.Type)) : "no stream" : null));

    private void Positions()
    {
        var expected = 1L;
        foreach (var e in ledgers.Log)
        {
            if (e.Position != expected) Add(ViolationKind.PositionGap, $"position {expected}, not {e.Position}", e.OrderId);
            expected = e.Position + 1;
        }

        foreach (var twice in ledgers.Log.GroupBy(e => e.EventId).Where(same => same.Count() > 1))
            Add(ViolationKind.EventIdTwice, $"one event {twice.Key}, not {twice.Count()}", twice.First().OrderId);
    }

    private void Streams()
    {
        foreach (var (id, stream) in streams)
        {
            var state = states[id] = new StreamChecker();
            for (var i = 0; i < stream.Count; i++)
            {
                if (stream[i].Revision != i) Add(ViolationKind.RevisionGap, $"revision {i}, not {stream[i].Revision}", id);
                foreach (var broken in state.Next(stream[i])) Add(ViolationKind.IllegalTransition, $"not {broken}", id);
            }

            if (!state.IsAtRest) Add(ViolationKind.OrderNotTerminal, $"shipped, payment-failed, or cancelled with its money settled, not {state.Status} (attempt {state.LastAttempt})", id);
            if (!ledgers.Views.TryGetValue(id, out var view)) Add(ViolationKind.ViewDiffers, "the order can be read", id);
            else if (view.Status != state.Status || view.Revision != stream.Count - 1)
                Add(ViolationKind.ViewDiffers, $"{state.Status} at revision {stream.Count - 1}, not {view.Status} at {view.Revision}", id);
        }
    }

    private void Customers()
    {
        var byCustomer = ledgers.Log.Where(e => e.Type == "order-created").ToLookup(e => e.Text("customerId"));
        foreach (var order in ledgers.Orders)
        {
            var existing = byCustomer[order.CustomerId].Select(e => e.OrderId).ToList();
            if (existing.Count > 1) Add(ViolationKind.OrderTwice, $"one order of {order.CustomerId}, not {existing.Count}", existing[0]);
            if (order.Told == Told.Unknown && existing.Count > 0) unknownThatExist++;
            if (order.Told == Told.Accepted && !existing.Contains(order.OrderId!.Value)) Add(ViolationKind.OrderLost, $"the order of {order.CustomerId}, which was accepted", order.OrderId);
            if (order.Told == Told.Rejected && existing.Count > 0) Add(ViolationKind.CommandDoneThoughRefused, $"no order of {order.CustomerId}: it was rejected", existing[0]);
            if (order.OrderId is not { } id || !streams.TryGetValue(id, out var stream)) continue;
            foreach (var command in order.Commands)
            {
                var isThere = stream.Any(e => e.Type == command.EventType && e.Data.GetRawText().Contains(command.Mark, StringComparison.Ordinal));
                if (command.Told == Told.Accepted && !isThere) Add(ViolationKind.CommandLost, $"{command.EventType} '{command.Mark}', which was accepted", id);
                if (command.Told == Told.Rejected && isThere) Add(ViolationKind.CommandDoneThoughRefused, $"no {command.EventType} '{command.Mark}': it was refused with {command.Code}", id);
            }
        }
    }

    private void Money()
    {
        var books = ledgers.Provider.ToLookup(movement => movement.OrderId);
        foreach (var nobody in books.Where(lines => lines.Key is not { } id || !streams.ContainsKey(id)))
            Add(ViolationKind.MoneyDiffers, $"no movement for an order that does not exist ({nobody.First().Kind} of {nobody.First().Amount})", nobody.Key);
        foreach (var (id, stream) in streams)
        {
            var state = states[id];
            var lines = books[id].ToList();
            long Sum(string kind) => lines.Where(line => line.Kind == kind).Sum(line => line.Amount);
            var refunded = lines.Where(line => line is { Kind: "refund", Status: "succeeded" }).Sum(line => line.Amount);
            var (authorized, captured, voided) = (Sum("authorization"), Sum("capture"), Sum("void"));
            if (lines.Count(line => line.Kind == "capture") > 1) Add(ViolationKind.ChargedTwice, $"one capture at most, not {lines.Count(line => line.Kind == "capture")}", id);
            foreach (var twice in lines.Where(line => line.Kind == "authorization").GroupBy(line => line.Attempt).Where(same => same.Count() > 1))
                Add(ViolationKind.AuthorizedTwice, $"one authorization for attempt {twice.Key}, not {twice.Count()}", id);
            if (authorized - captured - voided > 0) Add(ViolationKind.HoldLeftOpen, $"no money held and forgotten, not {authorized - captured - voided}", id);
            if (state.IsCancelled && captured > 0 && refunded == 0) Add(ViolationKind.ChargedThoughCancelled, $"the {captured} that were charged are given back", id);
            else if (state.IsCancelled && captured != refunded) Add(ViolationKind.ChargedMoreThanRefunded, $"{captured} given back, not {refunded}", id);
            if (captured != state.Captured) Add(ViolationKind.MoneyDiffers, $"{state.Captured} captured at the provider, as the stream says, not {captured}", id);
            if (refunded != state.Refunded) Add(ViolationKind.MoneyDiffers, $"{state.Refunded} refunded at the provider, as the stream says, not {refunded}", id);
        }
    }

    private void Mails()
    {
        var mails = ledgers.Mails.ToLookup(mail => mail.MessageId);
        var known = new HashSet<string>();
        var addresses = ledgers.Orders.Where(order => order.OrderId is not null).GroupBy(order => order.OrderId!.Value).ToDictionary(order => order.Key, order => order.First().Email);
        foreach (var (id, stream) in streams)
        {
            for (var i = 0; i < stream.Count; i++)
            {
                var e = stream[i];
                if (KindOf(e.Type) is not { } kind) continue;
                var messageId = $"<{e.EventId}.{kind}@shop.example>";
                known.Add(messageId);
                var taken = mails[messageId].OrderBy(mail => mail.At).ToList();
                var (least, most) = e.Type != "payment-auth-failed" ? (1, 1)
                    : stream.Take(i).Any(before => before.Type == "order-cancelled") ? (0, 0)
                    : stream.Skip(i + 1).Any(later => later.Type is "order-cancelled" or "payment-updated" or "payment-captured") ? (0, 1)
                    : (1, 1);
                if (taken.Count < least) Add(ViolationKind.MailMissing, $"a mail {kind} for event {e.EventId}", id);
                else if (taken.Count > 0 && most == 0) Add(ViolationKind.MailUnexpected, $"no mail {kind}: the order was cancelled before", id);
                for (var copy = 1; copy < taken.Count; copy++)
                {
                    // The clocks are one clock, but a file's time may be a few milliseconds older.
                    var (first, second) = (taken[copy - 1].At, taken[copy].At);
                    if (ledgers.MailCuts.Any(cut => cut.To >= first.AddSeconds(-1) && cut.From <= second)) mailsRepeated++;
                    else Add(ViolationKind.MailTwice, $"one mail {kind} for event {e.EventId}, not another {(second - first).TotalSeconds:0.0} s later with nothing cut off", id);
                }

                foreach (var mail in taken)
                {
                    if (mail.To.Count != 1 || (addresses.TryGetValue(id, out var address) && mail.To[0] != address))
                        Add(ViolationKind.MailMisdirected, $"a mail {kind} to {addresses.GetValueOrDefault(id, "one customer")}, not to {string.Join(" and ", mail.To)}", id);
                    if (mail.Html?.Contains("<script", StringComparison.OrdinalIgnoreCase) == true) Add(ViolationKind.MailUnsafe, "what a customer typed is escaped in HTML", id);
                }
            }
        }

        foreach (var stray in ledgers.Mails.Where(mail => !known.Contains(mail.MessageId)))
            Add(ViolationKind.MailUnexpected, $"no mail {stray.MessageId}: no event asks for it", Guid.TryParse(stray.OrderId, out var id) ? id : null);
    }

    private void Messages()
    {
        var heard = new Dictionary<Guid, TapMessage>();
        foreach (var message in ledgers.Tap) heard[message.EventId] = message;
        var stored = ledgers.Log.Where(e => IsPublished(e.Type)).DistinctBy(e => e.EventId).ToDictionary(e => e.EventId);
        foreach (var e in stored.Values.Where(e => !heard.ContainsKey(e.EventId)))
            Add(ViolationKind.NotPublished, $"event {e.EventId} ({e.Type}) reached the broker", e.OrderId);
        foreach (var message in ledgers.Tap)
        {
            if (!stored.TryGetValue(message.EventId, out var e))
            {
                Add(ViolationKind.MessageUnknown, $"message {message.MessageId} ({message.Type}) is in the store", message.OrderId);
                continue;
            }

            var exchange = Published[e.Type];
            if (message.MessageId != e.EventId.ToString() || message.OrderId != e.OrderId || message.Revision != e.Revision || message.Type != $"{e.Type}/v1"
                || message.Exchange != exchange || message.RoutingKey != $"{exchange}.{e.Type}")
                Add(ViolationKind.MessageDiffers, $"a message {message.MessageId} that says what event {e.EventId} ({e.Type}, revision {e.Revision}) says", e.OrderId);
        }
    }

    private void Broker()
    {
        foreach (var queue in ledgers.Queues.Where(queue => queue.Ready + queue.Unacknowledged > 0))
            Add(ViolationKind.QueueNotDrained, $"an empty queue {queue.Name}, not {queue.Ready} ready and {queue.Unacknowledged} unacknowledged");
        var dead = ledgers.DeadLetters.ToLookup(letter => (letter.Queue, letter.Poison));
        var injected = new HashSet<(string, string?)>();
        foreach (var poison in ledgers.Poison)
        {
            foreach (var queue in poison.Queues)
            {
                injected.Add((queue, poison.Id));
                var copies = dead[(queue, poison.Id)].Count();
                if (copies == 0) Add(ViolationKind.DeadLetterMissing, $"the malformed message {poison.Id} ({poison.Kind}) among the dead letters of {queue}");
                else deadLettersRepeated += copies - 1;
            }
        }

        foreach (var letter in ledgers.DeadLetters.Where(letter => !injected.Contains((letter.Queue, letter.Poison))))
            Add(ViolationKind.DeadLetterUnexplained, $"no dead letter of {letter.Queue} beside what was injected: {letter.Type} {letter.MessageId}, {letter.Reason}");
    }

    private static string? KindOf(string type) => type switch
    {
        "order-created" => "order-received",
        "payment-auth-failed" => "payment-failed",
        "order-cancelled" => "order-cancelled",
        "shipped" => "shipped",
        _ => null,
    };
}
