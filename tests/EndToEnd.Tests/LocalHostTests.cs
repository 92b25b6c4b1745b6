using System.Diagnostics;
using Shop.Testing;

namespace Shop.EndToEnd.Tests;

/// <summary>The README's first command: the whole shop in one process, on embedded parts.</summary>
public sealed class LocalHostTests
{
    private TemporaryFolder folder = null!;
    private ServiceProcess local = null!;
    private HttpClient client = null!;

    [SetUp]
    public void Prepare() => folder = new TemporaryFolder();

    [TearDown]
    public void Stop()
    {
        local?.Dispose();
        client?.Dispose();
        folder.Dispose();
    }

    [Test]
    public async Task The_lines_that_it_prints_work_when_pasted()
    {
        await Start();
        var lines = local.Log[local.Log.IndexOf("Place an order:", StringComparison.Ordinal)..].Split('\n')
            .Where(line => !line.EndsWith(':') && !line.StartsWith("Stop with", StringComparison.Ordinal)
                && !line.Contains("dotnet run", StringComparison.Ordinal)); // which would build
        using var shell = Process.Start(new ProcessStartInfo("bash", ["-e"]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        foreach (var line in lines)
        {
            // A person needs a moment between the blocks; so do the services.
            if (line.Contains("/shipments/", StringComparison.Ordinal)) await shell.StandardInput.WriteLineAsync("sleep 3");
            await shell.StandardInput.WriteLineAsync(line);
        }

        shell.StandardInput.Close();
        var output = await shell.StandardOutput.ReadToEndAsync();
        await shell.WaitForExitAsync();
        Assert.That(shell.ExitCode, Is.Zero, output);
        Assert.That(output, Does.Contain("order-created").And.Contain("\"status\":\"shipped\"").And.Contain("JJD000390007777").And.Contain(".eml"));
        await Eventually.True(() => Mails().Length == 2, "order received and shipped are mailed about");
    }

    [Test]
    public async Task What_was_unfinished_at_a_crash_is_finished_after_the_next_start()
    {
        await Start("Payment:AuthorizationDelay=00:00:01");
        var ids = new List<string>();
        for (var i = 0; i < 12; i++) ids.Add(await Place(i % 3 == 0 ? "pm_card_visa_chargeDeclined" : "pm_card_visa"));
        await Eventually.True(async () => await Status(ids[0]) != "created", "work has begun");
        local.Kill();
        await Start();
        for (var i = 0; i < ids.Count; i++)
        {
            var (id, expected) = (ids[i], i % 3 == 0 ? "payment-failed" : "shipment-prepared");
            await Eventually.Get(() => Status(id), status => status == expected, $"{id} is {expected}", TimeSpan.FromSeconds(60));
        }

        await Eventually.True(() => Mails().Length == 12 + 4, "every order is mailed about, and every decline");
    }

    [Test]
    public async Task Data_survives_a_restart()
    {
        await Start();
        var id = await Place("pm_card_visa");
        await Eventually.True(async () => await Status(id) == "shipment-prepared", "the order is prepared");
        await local.Stop();
        await Start();
        Assert.That(await Status(id), Is.EqualTo("shipment-prepared"));
    }

    [Test]
    public async Task A_second_one_on_the_same_data_says_why_it_does_not_start()
    {
        await Start();
        var second = new ServiceProcess("infra/Local", Directory.CreateDirectory(Path.Combine(folder.Path, "second")).FullName, [$"data={folder.Path}/data"]);
        Assert.That(async () => await second.Start(), Throws.InvalidOperationException.With.Message.Contains("ended with 1").And.Message.Contains("in use by another process"));
    }

    [Test]
    public void Outside_development_it_does_not_start_with_development_keys()
    {
        var production = new ServiceProcess(
            "infra/Local", folder.Path, [$"data={folder.Path}/data", "ServiceKey=dev-service"],
            new Dictionary<string, string> { ["ASPNETCORE_ENVIRONMENT"] = "Production" });
        Assert.That(async () => await production.Start(), Throws.InvalidOperationException.With.Message.Contains("ended with 1").And.Message.Contains("error: "));
    }

    private async Task Start(params string[] settings)
    {
        local = await new ServiceProcess("infra/Local", folder.Path, [$"data={folder.Path}/data", .. settings]).Start();
        client = new HttpClient { BaseAddress = local.Url };
        await ShopUnderTest.Ready(local);
    }

    private async Task<string> Place(string token)
    {
        var placed = await Answer.To(client, HttpMethod.Post, "/api/v1/orders", SampleOrders.Json(token), ("X-Api-Key", "dev-storefront"));
        Assert.That(placed.Status, Is.EqualTo(201), placed.Text);
        return placed.Body.GetProperty("orderId").GetString()!;
    }

    private async Task<string> Status(string id) =>
        (await Answer.To(client, HttpMethod.Get, $"/api/v1/orders/{id}", null, ("X-Api-Key", "dev-storefront"))).Body.GetProperty("status").GetString()!;

    private string[] Mails() => Directory.Exists(Path.Combine(folder.Path, "data", "mail")) ? Directory.GetFiles(Path.Combine(folder.Path, "data", "mail"), "*.eml") : [];
}
