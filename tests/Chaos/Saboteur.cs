using Shop.Testing;

namespace Shop.Chaos;

/// <summary>A service that was killed. <paramref name="RequestsInFlight"/>: of customers, at that moment.</summary>
internal sealed record Kill(string Service, DateTimeOffset At, int RequestsInFlight)
{
    /// <summary>When it was ready again.</summary>
    public DateTimeOffset? ReadyAt { get; set; }
}

/// <summary>Breaks things, one round after another, as the seed has it.</summary>
internal sealed class Saboteur(ChaosOptions options, RunningShop shop, Tap tap, HostileRequests hostile, Client client)
{
    private static readonly string[] ProviderModes = ["down", "errors", "slow", "rate-limit", "lost-reply"];
    private static readonly SmtpMode[] MailModes = [SmtpMode.TempFail, SmtpMode.Drop, SmtpMode.Slow, SmtpMode.Greylist, SmtpMode.RejectData];

    private readonly SemaphoreSlim brokerTurn = new(1);
    private readonly SemaphoreSlim providerTurn = new(1);
    private readonly SemaphoreSlim mailTurn = new(1);
    private readonly List<Task> aside = [];

    public List<Kill> Kills { get; } = [];

    public SortedDictionary<string, int> Faults { get; } = [];

    public List<Period> MailCuts { get; } = [];

    public List<TimeSpan> BrokerOutages { get; } = [];

    public List<string> Failures { get; } = [];

    public int PoisonCount => Math.Max(20, options.Orders / 5);

    public int HostileCount => Math.Max(70, options.Orders / 2);

    /// <summary>All rounds; in each, <paramref name="release"/> lets more customers in, and a service is killed among them.</summary>
    public async Task Run(Action<int> release)
    {
        var rounds = options.Kills;
        var victims = Deck("victims", RunningShop.Killable, rounds);
        string[] brokerFaults = rounds < 10 ? ["kill -9", "restart"] : ["kill -9", "restart", "disk alarm"];
        var broker = Spread(Deck("broker", brokerFaults, Math.Min(rounds, Math.Max(2, rounds / 8))));
        var provider = Spread(Deck("provider", ProviderModes, Math.Min(rounds, Math.Max(5, rounds / 4))));
        var mail = Spread(Deck("mail", MailModes, Math.Min(rounds, Math.Max(5, rounds / 4))));
        var publisher = Spread(Deck("publisher", ["stop"], Math.Min(rounds, Math.Max(1, rounds / 10))));
        for (var round = 0; round < rounds; round++)
        {
            var chance = options.Chance("round", round);
            // While the broker is away nothing flows, and there would be nothing to hit: one kill falls into its outage, not ten.
            await brokerTurn.WaitAsync();
            brokerTurn.Release();
            release(round);
            foreach (var fault in broker[round]) Aside(BreakBroker(fault, chance.NextDouble()));
            foreach (var mode in provider[round]) Aside(BreakProvider(mode, chance.NextDouble()));
            foreach (var mode in mail[round]) Aside(BreakMail(mode, chance.NextDouble()));
            foreach (var _ in publisher[round]) Aside(StopPublisher(chance.NextDouble()));
            Aside(Misbehave(round));
            await Task.Delay(TimeSpan.FromSeconds(0.2 + (chance.NextDouble() * 1.8)));
            await KillOne(victims[round], TimeSpan.FromSeconds(chance.NextDouble()));
            if (round % 10 == 9) await Console.Error.WriteLineAsync($"{round + 1} of {rounds} kills");
        }
    }

    /// <summary>Ends every fault, and waits until all services say that they are ready.</summary>
    public async Task Heal()
    {
        Task[] tasks;
        lock (aside) tasks = [.. aside];
        await Task.WhenAll(tasks);
        await shop.ProviderFaults("none");
        shop.Smtp.Mode = SmtpMode.Normal;
        foreach (var process in shop.Processes.Values)
        {
            if (!await shop.Ready(process, TimeSpan.FromSeconds(60))) Failures.Add($"{process.Name} was not ready within 60 s after all was well again");
        }
    }

    private async Task KillOne(string name, TimeSpan pause)
    {
        Kill? kill = null;
        try
        {
            await shop.TakeDown(name, Down, pause);
        }
        catch (Exception exception) when (exception is InvalidOperationException or TimeoutException)
        {
            lock (Failures) Failures.Add($"{name} did not start again: {exception.Message}");
            return;
        }

        Aside(WaitReady());

        Task Down(ServiceProcess process)
        {
            kill = new Kill(name, DateTimeOffset.UtcNow, client.InFlight);
            process.Kill();
            Kills.Add(kill);
            if (name == "Notification") lock (MailCuts) MailCuts.Add(new Period(kill.At, DateTimeOffset.UtcNow));
            return Task.CompletedTask;
        }

        async Task WaitReady()
        {
            if (await shop.Ready(shop.Processes[name], TimeSpan.FromSeconds(120))) kill!.ReadyAt = DateTimeOffset.UtcNow;
        }
    }

    private async Task StopPublisher(double chance)
    {
        Count("publisher stopped");
        await shop.TakeDown("OrderEvents", process => process.Stop(), TimeSpan.FromSeconds(2 + (2 * chance)));
    }

    private async Task BreakBroker(string fault, double chance)
    {
        await brokerTurn.WaitAsync();
        try
        {
            Count($"broker {fault}");
            var from = DateTimeOffset.UtcNow;
            if (fault == "disk alarm")
            {
                await Task.Run(() => shop.Broker.SetDiskAlarm(isFull: true));
                await Task.Delay(TimeSpan.FromSeconds(3 + (5 * chance)));
                await Task.Run(() => shop.Broker.SetDiskAlarm(isFull: false));
            }
            else
            {
                await Task.Run(fault == "restart" ? shop.Broker.Stop : shop.Broker.Kill);
                await Task.Delay(TimeSpan.FromSeconds(3 * chance));
                await shop.Broker.Restart();
            }

            BrokerOutages.Add(DateTimeOffset.UtcNow - from);
        }
        catch (Exception exception) when (exception is InvalidOperationException or TimeoutException)
        {
            lock (Failures) Failures.Add($"the broker did not come back after {fault}: {exception.Message}");
        }
        finally
        {
            brokerTurn.Release();
        }
    }

    private async Task BreakProvider(string mode, double chance)
    {
        await providerTurn.WaitAsync();
        try
        {
            Count($"provider {mode}");
            await shop.ProviderFaults(mode, mode == "slow" ? 3000 : 0, chance < 0.5 ? 1 : 0.5);
            await Task.Delay(TimeSpan.FromSeconds(1.5 + (4 * chance)));
            await shop.ProviderFaults("none");
        }
        finally
        {
            providerTurn.Release();
        }
    }

    private async Task BreakMail(SmtpMode mode, double chance)
    {
        await mailTurn.WaitAsync();
        try
        {
            Count($"mail server {mode}");
            var from = DateTimeOffset.UtcNow;
            shop.Smtp.Mode = mode;
            await Task.Delay(TimeSpan.FromSeconds(1.5 + (4 * chance)));
            shop.Smtp.Mode = SmtpMode.Normal;
            if (mode == SmtpMode.Drop) lock (MailCuts) MailCuts.Add(new Period(from, DateTimeOffset.UtcNow));
        }
        finally
        {
            mailTurn.Release();
        }
    }

    /// <summary>A round's share of malformed messages and hostile requests.</summary>
    private async Task Misbehave(int round)
    {
        foreach (var number in Share(PoisonCount, round)) await tap.Inject(number);
        foreach (var number in Share(HostileCount, round)) await hostile.Send(number);
    }

    private IEnumerable<int> Share(int count, int round) =>
        Enumerable.Range(0, count).Where(number => (int)((long)number * options.Kills / count) == round);

    private void Count(string fault)
    {
        lock (Faults) Faults[fault] = Faults.GetValueOrDefault(fault) + 1;
    }

    private void Aside(Task task)
    {
        lock (aside) aside.Add(task);
    }

    /// <summary>So many cards, each kind as often as the others, shuffled.</summary>
    private List<T> Deck<T>(string purpose, IReadOnlyList<T> kinds, int count)
    {
        var chance = options.Chance(purpose);
        var deck = new List<T>();
        while (deck.Count < count)
        {
            var cards = kinds.ToArray();
            chance.Shuffle(cards);
            deck.AddRange(cards);
        }

        return deck[..count];
    }

    /// <summary>Which cards are played in which round.</summary>
    private ILookup<int, T> Spread<T>(List<T> deck) =>
        deck.Select((card, i) => (card, i)).ToLookup(pair => ((2 * pair.i) + 1) * options.Kills / (2 * deck.Count), pair => pair.card);
}
