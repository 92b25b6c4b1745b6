using System.Diagnostics;
using System.Security.Cryptography;
using Shop.OrderEvents.Store;
using Shop.Testing;

namespace Shop.Benchmarks;

/// <summary>Appending to the embedded store, beside SQLite and the disk themselves.</summary>
internal static class StoreFigures
{
    private static readonly byte[] Data = RandomNumberGenerator.GetBytes(600);
    private static readonly byte[] Metadata = RandomNumberGenerator.GetBytes(250);

    /// <summary>So many writers, each appending to streams of its own and waiting until the event is durable.</summary>
    public static async Task Measure(Plan plan, Table table)
    {
        foreach (var writers in (int[])[1, 8, 64, 256])
        {
            using var folder = new TemporaryFolder();
            await using var store = SqliteEventStore.Open(Path.Combine(folder.Path, "events.db"));
            using var bare = new BareSqlite(Path.Combine(folder.Path, "bare.db"), await Schema(folder));
            using var disk = new BareDisk(Path.Combine(folder.Path, "bare.log"));
            // Until both write-ahead logs have been written once: a file that still grows costs the disk more.
            bare.Append(512, plan.StoreRound, Data, Metadata);
            await Append(store, 512, plan.StoreRound);

            var disks = new List<double>();
            var rounds = await Round.InTurn(
                plan.Rounds,
                async () =>
                {
                    disks.Add(await OnItsOwn(() => disk.Append(writers, plan.StoreRound, Data.Length + Metadata.Length)));
                    return await OnItsOwn(() => bare.Append(writers, plan.StoreRound, Data, Metadata));
                },
                () => Append(store, writers, plan.StoreRound));
            table.Add($"Store: append with expected revision, {writers} writers (floor: bare SQLite)", "/s", rounds, 0.8);
            var beside = rounds.Zip(disks, (round, written) => round with { Floor = written }).ToList();
            table.Add("Store: the same (floor: write + fdatasync)", "/s", beside, toReach: null);
        }
    }

    /// <summary>The same append in a store with few events and in one with many.</summary>
    public static async Task MeasureGrowth(Plan plan, Table table)
    {
        using var folder = new TemporaryFolder();
        await using var small = SqliteEventStore.Open(Path.Combine(folder.Path, "small.db"));
        await using var large = SqliteEventStore.Open(Path.Combine(folder.Path, "large.db"));
        await Fill(small, 10_000);
        await Fill(large, plan.ManyEvents);
        foreach (var writers in (int[])[1, 64])
        {
            await Append(small, writers, plan.StoreRound);
            await Append(large, writers, plan.StoreRound);
            var rounds = await Round.InTurn(
                plan.Rounds, () => Append(small, writers, plan.StoreRound), () => Append(large, writers, plan.StoreRound));
            table.Add($"Append, {writers} writers: {plan.ManyEvents:#,0} events stored (floor: 10,000)", "/s", rounds, 0.9);
        }
    }

    private static async Task<double> Append(SqliteEventStore store, int writers, TimeSpan duration)
    {
        var watch = Stopwatch.StartNew();
        var counts = await Task.WhenAll(Enumerable.Range(0, writers).Select(_ => Task.Run(async () =>
        {
            var count = 0;
            while (watch.Elapsed < duration)
            {
                // As long as an order's.
                var stream = $"order-{Guid.CreateVersion7()}";
                for (var revision = -1; revision < 4; revision++, count++)
                {
                    if (await store.Append(stream, revision, [Event()], default) is not AppendResult.Appended)
                        throw new InvalidOperationException("An append was refused.");
                }
            }

            return count;
        })));
        return counts.Sum() / watch.Elapsed.TotalSeconds;
    }

    /// <summary>On a thread of its own, as the store writes: a busy machine is kinder to a thread that does nothing else.</summary>
    private static Task<double> OnItsOwn(Func<double> append) =>
        Task.Factory.StartNew(append, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static async Task Fill(SqliteEventStore store, int count)
    {
        await Parallel.ForAsync(0, count / 5, new ParallelOptions { MaxDegreeOfParallelism = 512 }, async (_, cancellation) =>
            await store.Append($"order-{Guid.CreateVersion7()}", -1, [Event(), Event(), Event(), Event(), Event()], cancellation));
    }

    private static NewEvent Event() => new(Guid.NewGuid(), "order-created/v1", Data, Metadata);

    /// <summary>The store's own tables, as a new store has them.</summary>
    private static async Task<string> Schema(TemporaryFolder folder)
    {
        var path = Path.Combine(folder.Path, "schema.db");
        await using (SqliteEventStore.Open(path)) { }
        using var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT group_concat(sql, ';') FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'";
        return (string)command.ExecuteScalar()!;
    }
}
