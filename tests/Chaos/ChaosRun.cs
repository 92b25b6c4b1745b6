using System.Diagnostics;
using System.Text.Json;
using Shop.Testing;

namespace Shop.Chaos;

/// <summary>One run: customers, faults, healing, quiet, reconciliation, report.</summary>
internal sealed class ChaosRun
{
    private static readonly TimeSpan QuietWithin = TimeSpan.FromSeconds(150);
    private static readonly TimeSpan QuietFor = TimeSpan.FromSeconds(3);

    /// <summary>What stands in no log, beside the card numbers: what customers said of themselves, tokens and keys.</summary>
    private static readonly string[] Secrets =
        ["@customers.example", "Chaos Customer", "Example Street", " Street ", "10115", "pm_card", "pm_sandbox", "dev-storefront\"", "dev-warehouse\"", "sk_test", "dev-service"];

    private readonly ChaosOptions options;
    private readonly RunningShop shop;
    private readonly Tap tap;
    private readonly Client client;
    private readonly HostileRequests hostile;
    private readonly Saboteur saboteur;
    private readonly List<LoggedEvent> log = [];
    private bool isRestless;

    private ChaosRun(ChaosOptions options, RunningShop shop, Tap tap)
    {
        (this.options, this.shop, this.tap) = (options, shop, tap);
        client = new Client(shop.Processes["Gateway"].Url);
        hostile = new HostileRequests(shop.Processes["Gateway"].Url, options);
        saboteur = new Saboteur(options, shop, tap, hostile, client);
    }

    /// <summary>The exit code: 0, 1 for violations, 2 when the run proves nothing.</summary>
    public static async Task<int> Run(ChaosOptions options)
    {
        await using var broker = await RabbitMqServer.Start();
        var amqp = await broker.CreateVirtualHost();
        await using var tap = new Tap(amqp, options);
        await tap.Start();
        await using var shop = await RunningShop.Start(broker, amqp);
        return await new ChaosRun(options, shop, tap).Run();
    }

    private async Task<int> Run()
    {
        var watch = Stopwatch.StartNew();
        var batches = Enumerable.Range(0, options.Kills).Select(_ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).ToArray();
        var customers = Enumerable.Range(0, options.Orders).Select(number => new Customer(options, OrderPlan.Of(options, number), client, shop)).ToArray();
        var errands = customers.Select((customer, i) => customer.Run(batches[(int)((long)i * options.Kills / options.Orders)].Task)).ToArray();
        await saboteur.Run(round => batches[round].TrySetResult());
        var broken = watch.Elapsed;
        await saboteur.Heal();
        var healed = watch.Elapsed;
        await Task.WhenAll(errands);
        await tap.Finish();
        await Console.Error.WriteLineAsync("healed, waiting for quiet");
        await Quiet();
        var recovery = watch.Elapsed - healed - QuietFor;
        await Settle([.. customers.Select(customer => customer.Order)]);
        await Quiet();

        var ledgers = await Ledgers([.. customers.Select(customer => customer.Order)]);
        var findings = Reconciler.Reconcile(ledgers);
        var report = new Report(options, ledgers, findings, saboteur, client, hostile, tap)
        {
            Broken = broken,
            Recovery = recovery,
            Total = watch.Elapsed,
            Logs = shop.Processes.ToDictionary(process => process.Key, process => process.Value.Log),
        };
        if (options.Keep is { } folder) await Keep(folder, ledgers, report);
        await Console.Out.WriteLineAsync(report.Text());
        return findings.Violations.Count > 0 ? 1 : report.IsValid ? 0 : 2;
    }

    /// <summary>Until nothing moves any more, or for as long as may be waited.</summary>
    private async Task Quiet()
    {
        // What did not come to rest once is not waited for again.
        var deadline = DateTimeOffset.UtcNow + (isRestless ? TimeSpan.FromSeconds(15) : QuietWithin);
        var (since, seen) = (DateTimeOffset.UtcNow, -1);
        while (DateTimeOffset.UtcNow < deadline)
        {
            try
            {
                log.AddRange(await shop.Log(log.Count == 0 ? 0 : log[^1].Position));
                var sign = log.Count + shop.Mails().Count;
                if (sign != seen || await tap.Waiting() > 0 || !IsAtRest() || (await Depths()).Any(depth => depth.Ready + depth.Unacknowledged > 0))
                    (since, seen) = (DateTimeOffset.UtcNow, sign);
                else if (DateTimeOffset.UtcNow - since > QuietFor)
                    return;
            }
            catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException or RabbitMQ.Client.Exceptions.RabbitMQClientException)
            {
                since = DateTimeOffset.UtcNow;
            }

            await Task.Delay(300);
        }

        isRestless = true;
        await Console.Error.WriteLineAsync($"not quiet within {QuietWithin.TotalSeconds} s");
    }

    private bool IsAtRest()
    {
        var heard = tap.Heard.Select(message => message.EventId).ToHashSet();
        return log.TrueForAll(e => !Reconciler.IsPublished(e.Type) || heard.Contains(e.EventId))
            && States().Values.All(state => state.IsAtRest || state.Status is "shipment-prepared" or "payment-review");
    }

    private Dictionary<Guid, StreamChecker> States()
    {
        var states = new Dictionary<Guid, StreamChecker>();
        foreach (var e in log)
        {
            if (!states.TryGetValue(e.OrderId, out var state)) states[e.OrderId] = state = new StreamChecker();
            foreach (var _ in state.Next(e))
            {
                // Judged later.
            }
        }

        return states;
    }

    /// <summary>Staff decide what is held for review; the warehouse ships all that stands ready.</summary>
    private async Task Settle(List<PlacedOrder> orders)
    {
        foreach (var (id, state) in States())
        {
            if (state.LastAttempt == "review" && !state.IsCancelled) await shop.Inside(HttpMethod.Post, $"/orders/{id}/events", Customer.Decision(id, "payment-review-accepted"));
        }

        await Quiet();
        var byId = orders.Where(order => order.OrderId is not null).ToDictionary(order => order.OrderId!.Value);
        foreach (var (id, _) in States().Where(state => state.Value.Status == "shipment-prepared"))
        {
            var shipped = await Customer.Ship(client, id);
            if (byId.TryGetValue(id, out var order)) order.Commands.Add(new Command("shipped", Customer.Parcel(id), shipped.Told, shipped.Code));
        }
    }

    private async Task<List<QueueDepth>> Depths()
    {
        var depths = new List<QueueDepth>();
        foreach (var queue in (await shop.Broker.Management($"queues/{shop.VirtualHost}")).EnumerateArray())
        {
            var name = queue.GetProperty("name").GetString()!;
            if (name.EndsWith(".dead", StringComparison.Ordinal)) continue;
            long Number(string property) => queue.TryGetProperty(property, out var value) ? value.GetInt64() : 0;
            depths.Add(new QueueDepth(name, Number("messages_ready"), Number("messages_unacknowledged")));
        }

        return depths;
    }

    private async Task<Ledgers> Ledgers(List<PlacedOrder> orders)
    {
        orders.AddRange(hostile.Orders);
        var views = new Dictionary<Guid, ReadOrder>();
        foreach (var id in log.Select(e => e.OrderId).Distinct())
        {
            var view = await shop.Inside(HttpMethod.Get, $"/orders/{id}");
            views[id] = new ReadOrder(view.GetProperty("status").GetString()!, view.GetProperty("revision").GetInt64());
        }

        return new Ledgers
        {
            Orders = orders,
            Log = [.. await shop.Log(0)],
            Views = views,
            Provider = await shop.Provider(),
            Mails = shop.Mails(),
            MailCuts = saboteur.MailCuts,
            Tap = tap.Heard,
            Queues = await Depths(),
            DeadLetters = await tap.DeadLetters(),
            Poison = tap.Injected,
            BadAnswers = [.. client.BadAnswers, .. hostile.BadAnswers],
            Leaks = Leaks(),
            Failures = saboteur.Failures,
        };
    }

    private List<string> Leaks()
    {
        var leaks = new List<string>();
        foreach (var (name, process) in shop.Processes)
        {
            var text = process.Log;
            foreach (var secret in Secrets.Concat(HostileRequests.CardNumbers).Concat(HostileRequests.CardNumbers.Select(number => string.Concat(number.Where(char.IsDigit)))).Distinct())
            {
                var at = text.IndexOf(secret, StringComparison.Ordinal);
                if (at < 0) continue;
                var (from, to) = (Math.Max(0, text.LastIndexOf('\n', at) + 1), text.IndexOf('\n', at));
                leaks.Add($"no '{secret}' in the log of {name}: {text[from..Math.Min(to < 0 ? text.Length : to, from + 400)]}");
            }
        }

        return leaks;
    }

    private async Task Keep(string folder, Ledgers ledgers, Report report)
    {
        Directory.CreateDirectory(folder);
        foreach (var (name, text) in report.Logs) await File.WriteAllTextAsync(Path.Combine(folder, $"{name}.log"), text);
        await File.WriteAllTextAsync(Path.Combine(folder, "ledgers.json"), JsonSerializer.Serialize(ledgers));
        await File.WriteAllTextAsync(Path.Combine(folder, "kills.json"), JsonSerializer.Serialize(saboteur.Kills));
        await File.WriteAllTextAsync(Path.Combine(folder, "report.md"), report.Text());
    }
}
