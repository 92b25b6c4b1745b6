using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Shop.Chaos;

/// <summary>What a run did and what it found, as a table in Markdown.</summary>
internal sealed class Report(
    ChaosOptions options, Ledgers ledgers, Findings findings, Saboteur saboteur, Client client, HostileRequests hostile, Tap tap)
{
    private const int MostListed = 50;

    public required TimeSpan Broken { get; init; }
    public required TimeSpan Recovery { get; init; }
    public required TimeSpan Total { get; init; }
    public required IReadOnlyDictionary<string, string> Logs { get; init; }

    /// <summary>
    /// Half of the kills, at least, hit work in flight, and what came twice was seen to. A run that broke what was idle has proved nothing.
    /// </summary>
    public bool IsValid => Hits * 2 >= saboteur.Kills.Count && saboteur.Kills.Count == options.Kills && (tap.Duplicates == 0 || Discarded > 0);

    private int Hits => saboteur.Kills.Count(HitWork);

    public string Text()
    {
        var text = new StringBuilder();
        void Row(string what, FormattableString count) => text.AppendLine(CultureInfo.InvariantCulture, $"| {what} | {FormattableString.Invariant(count)} |");
        int Told(Told told) => ledgers.Orders.Count(order => order.Told == told);
        var slowest = saboteur.Kills.Where(kill => kill.ReadyAt is not null).Select(kill => (kill.ReadyAt!.Value - kill.At).TotalSeconds).DefaultIfEmpty().Max();

        text.AppendLine("| What | How much |").AppendLine("|---|---|");
        Row("seed", $"{options.Seed}");
        Row("orders: attempted", $"{ledgers.Orders.Count}");
        Row("orders: accepted / rejected / unknown", $"{Told(Chaos.Told.Accepted)} / {Told(Chaos.Told.Rejected)} / {findings.Unknown} ({findings.UnknownThatExist} of the unknown exist)");
        Row("orders: where they ended", $"{string.Join(", ", findings.Statuses.OrderBy(status => status.Key, StringComparer.Ordinal).Select(status => $"{status.Value} {status.Key}"))}");
        Row("commands: accepted / refused / unknown", $"{Commands(Chaos.Told.Accepted)} / {Commands(Chaos.Told.Rejected)} / {Commands(Chaos.Told.Unknown)}");
        Row("kills (kill -9)", $"{saboteur.Kills.Count}: {string.Join(", ", saboteur.Kills.GroupBy(kill => kill.Service).OrderBy(group => group.Key, StringComparer.Ordinal).Select(group => $"{group.Count()} {group.Key}"))}");
        Row("kills that hit work in flight", $"{Hits}");
        foreach (var (fault, count) in saboteur.Faults) Row(fault, $"{count}");
        Row("messages delivered a second time on purpose", $"{tap.Duplicates}");
        Row("malformed messages", $"{ledgers.Poison.Count}");
        Row("hostile requests answered", $"{hostile.Sent}");
        Row("client: sent again / answered as a replay", $"{client.Retries} / {client.Replays}");
        Row("messages: put off / failed and tried again / discarded as duplicates", $"{Lines("PROCESSING_DEFERRED")} / {Lines("PROCESSING_ERROR")} / {Discarded}");
        Row("dead connections taken from the consumers", $"{Lines("CONNECTION_DROPPED")}");
        Row("events / published / heard by the tap", $"{ledgers.Log.Count} / {ledgers.Log.Count(e => Reconciler.IsPublished(e.Type))} / {ledgers.Tap.Count}");
        Row("money: captured / refunded, in minor units", $"{Money("capture")} / {Money("refund")}");
        Row("mails", $"{ledgers.Mails.Count}");
        Row("mails sent again, same Message-ID, after a cut at the server's acceptance", $"{findings.MailsRepeatedAtCuts}");
        Row("dead letters / copies of them", $"{ledgers.DeadLetters.Count} / {findings.DeadLettersRepeated}");
        Row("longest from a kill to ready, with the broker's outages in it", $"{slowest:0.0} s");
        Row("longest broker outage", $"{saboteur.BrokerOutages.Select(outage => outage.TotalSeconds).DefaultIfEmpty().Max():0.0} s");
        Row("from all healed to all at rest", $"{Math.Max(0, Recovery.TotalSeconds):0.0} s");
        Row("under fire / whole run", $"{Broken.TotalSeconds:0} s / {Total.TotalSeconds:0} s");
        Row("**violations**", $"**{findings.Violations.Count}**");
        text.AppendLine();
        foreach (var violation in findings.Violations.Take(MostListed)) text.AppendLine(CultureInfo.InvariantCulture, $"- {violation}");
        if (findings.Violations.Count > MostListed) text.AppendLine(CultureInfo.InvariantCulture, $"- and {findings.Violations.Count - MostListed} more");
        if (!IsValid) text.AppendLine("INVALID: fewer than half of the kills hit work in flight, not all were carried out, or no duplicate was discarded.");
        return text.ToString().TrimEnd();
    }

    private int Commands(Told told) => ledgers.Orders.Sum(order => order.Commands.Count(command => command.Told == told));

    private long Money(string kind) => ledgers.Provider.Where(movement => movement.Kind == kind).Sum(movement => movement.Amount);

    private int Discarded => Lines("DUPLICATE_EVENT");

    private int Lines(string type) => Logs.Values.Sum(log => Regex.Count(log, $"\"type\":\"{type}\""));

    /// <summary>By the ledgers, and after the fact: something was begun before the kill that the killed service ended after it.</summary>
    private bool HitWork(Kill kill)
    {
        bool Spans(Func<LoggedEvent, bool> begins, Func<LoggedEvent, LoggedEvent, bool> ends) => streams.Value.Any(stream =>
        {
            var begun = stream.FindLastIndex(e => e.At < kill.At && begins(e));
            return begun >= 0 && stream.Skip(begun + 1).FirstOrDefault(e => ends(stream[begun], e)) is { } end && end.At > kill.At;
        });
        return kill.Service switch
        {
            "Gateway" => kill.RequestsInFlight > 0,
            "OrderEvents" => kill.RequestsInFlight > 0 || Spans(_ => true, (_, next) => next.Type is not "shipped" && next.At - kill.At < TimeSpan.FromSeconds(30)),
            "Payment" => Spans(
                e => e.Type is "order-created" or "payment-updated" or "payment-auth-in-progress" or "payment-review-accepted" or "payment-refund-in-progress",
                (_, next) => next.Type.StartsWith("payment-", StringComparison.Ordinal)),
            "Shipping" => Spans(e => e.Type is "payment-captured" or "shipping-preparation-in-progress", (_, next) => next.Type == "shipping-prepared"),
            "Notification" => triggers.Value.Any(trigger => trigger.From < kill.At && trigger.To > kill.At),
            _ => false,
        };
    }

    private readonly Lazy<List<List<LoggedEvent>>> streams = new(() => [.. ledgers.Log.GroupBy(e => e.OrderId).Select(stream => stream.ToList())]);

    /// <summary>From each event that a mail tells of to the mail.</summary>
    private readonly Lazy<List<Period>> triggers = new(() =>
    {
        var mails = ledgers.Mails.GroupBy(mail => mail.MessageId.TrimStart('<').Split('.')[0]).ToDictionary(mail => mail.Key, mail => mail.Min(copy => copy.At));
        return [.. ledgers.Log.Where(e => mails.ContainsKey(e.EventId.ToString())).Select(e => new Period(e.At, mails[e.EventId.ToString()]))];
    });
}
