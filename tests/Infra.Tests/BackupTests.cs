using System.Diagnostics;
using Shop.ServiceDefaults;
using Shop.Testing;

namespace Shop.Infra.Tests;

/// <summary><c>infra/backup</c> on the stores of a service that runs, and back.</summary>
[Category("Sqlite")]
public sealed class BackupTests
{
    private TemporaryFolder folder = null!;

    private string Data => Path.Combine(folder.Path, "the data");

    private string Backups => Path.Combine(folder.Path, "the backups");

    [SetUp]
    public void Prepare()
    {
        if (!Environment.GetEnvironmentVariable("PATH")!.Split(Path.PathSeparator).Any(path => File.Exists(Path.Combine(path, "sqlite3"))))
        {
            const string missing = "There is no sqlite3 to back up with.";
            if (Environment.GetEnvironmentVariable("SHOP_TEST_REQUIRE") == "1") Assert.Fail(missing);
            Assert.Ignore(missing);
        }

        folder = new TemporaryFolder();
    }

    [TearDown]
    public void Remove() => folder?.Dispose();

    [Test]
    public async Task What_was_answered_before_the_backup_is_there_after_the_restore_and_nothing_is_half_there()
    {
        using var orders = Orders();
        using var client = await Client(orders);
        var before = new List<string>();
        for (var i = 0; i < 20; i++) before.Add(await Place(client));

        // Others place orders all the while.
        using var over = new CancellationTokenSource();
        var customers = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            var count = 0;
            for (; count < 200 && !over.IsCancellationRequested; count++) await Place(client);
            return count;
        })).ToList();
        var backup = (await Run("backup.sh", 0, Data, Backups)).Split(": ")[1].Trim();
        await over.CancelAsync();
        var meanwhile = (await Task.WhenAll(customers)).Sum();
        var late = await Place(client);

        var refused = await Run("restore.sh", 1, backup, Data);
        Assert.That(refused, Does.Contain("is in use: stop its service first. Nothing was changed."));
        orders.Kill();
        await Run("restore.sh", 0, backup, Data);

        await orders.Start();
        using var again = await Client(orders);
        foreach (var id in before) Assert.That((await Answer.To(again, HttpMethod.Get, $"/orders/{id}", null)).Status, Is.EqualTo(200));
        Assert.That((await Answer.To(again, HttpMethod.Get, $"/orders/{late}", null)).Status, Is.EqualTo(404), "placed after the backup");
        var log = (await Answer.To(again, HttpMethod.Get, "/events?from=0&limit=1000", null)).Body.GetProperty("events");
        Assert.That(log.GetArrayLength(), Is.InRange(before.Count, before.Count + meanwhile));
        Assert.That(log.EnumerateArray().Select(one => one.GetProperty("position").GetInt64()), Is.EqualTo(Enumerable.Range(1, log.GetArrayLength()).Select(position => (long)position)));
        await Place(again);
    }

    [Test]
    public async Task A_backup_that_was_damaged_is_not_restored()
    {
        using var orders = Orders();
        using var client = await Client(orders);
        await Place(client);
        var backup = (await Run("backup.sh", 0, Data, Backups)).Split(": ")[1].Trim();
        await orders.Stop();
        var store = Path.Combine(backup, "order-events/events.db");
        var bytes = await File.ReadAllBytesAsync(store);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(store, bytes);
        Assert.That(await Run("restore.sh", 1, backup, Data), Does.Contain("is damaged; nothing was changed."));
        Assert.That(Directory.EnumerateFiles(Data, "*.before-restore", SearchOption.AllDirectories), Is.Empty);
    }

    [Test]
    public async Task Old_backups_go_and_what_is_no_backup_is_refused()
    {
        using var orders = Orders();
        using var client = await Client(orders);
        foreach (var day in new[] { "20250101T000000Z", "20250102T000000Z" }) Directory.CreateDirectory(Path.Combine(Backups, day));
        await Run("backup.sh", 0, Data, Backups, "2");
        Assert.That(Directory.EnumerateDirectories(Backups).Select(Path.GetFileName).Order().First(), Is.EqualTo("20250102T000000Z"));
        Assert.That(Directory.EnumerateDirectories(Backups), Has.Exactly(2).Items);
        Assert.That(await Run("backup.sh", 1, Path.Combine(folder.Path, "nowhere"), Backups), Does.StartWith("error: there is no folder"));
        Assert.That(await Run("restore.sh", 1, folder.Path, Data), Does.Contain("is no backup."));
    }

    private ServiceProcess Orders() => new("services/OrderEvents", folder.Path, [$"DataDirectory={Path.Combine(Data, "order-events")}"]);

    private static async Task<HttpClient> Client(ServiceProcess service)
    {
        if (!service.IsRunning) await service.Start();
        var client = new HttpClient { BaseAddress = service.Url };
        client.DefaultRequestHeaders.Add(ServiceKey.Header, ServiceKey.DevelopmentKey);
        client.DefaultRequestHeaders.Add(ServiceKey.AgentHeader, "customer/test");
        return client;
    }

    private static async Task<string> Place(HttpClient client)
    {
        var placed = await Answer.To(client, HttpMethod.Post, "/orders", SampleOrders.Json());
        Assert.That(placed.Status, Is.EqualTo(201), placed.Text);
        return placed.Body.GetProperty("orderId").GetString()!;
    }

    private static async Task<string> Run(string script, int exit, params string[] arguments)
    {
        var start = new ProcessStartInfo("/bin/sh", [Path.Combine(Repository.Root, "infra/backup", script), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var shell = Process.Start(start)!;
        var error = shell.StandardError.ReadToEndAsync();
        var output = await shell.StandardOutput.ReadToEndAsync() + await error;
        await shell.WaitForExitAsync();
        Assert.That(shell.ExitCode, Is.EqualTo(exit), output);
        return output;
    }
}
