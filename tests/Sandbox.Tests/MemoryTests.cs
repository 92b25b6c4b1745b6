using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Shop.Testing;

namespace Shop.Sandbox.Tests;

public sealed class MemoryTests
{
    [Test]
    public async Task A_restart_forgets_nothing()
    {
        await using var sandbox = await RunningSandbox.Start();
        var parameters = RunningSandbox.Payment("m-1", "pm_card_riskLevelElevated");
        var first = await sandbox.PostWithKey("m-1", "/v1/payment_intents", parameters);
        var once = await sandbox.PostWithKey("m-2", "/v1/payment_intents", RunningSandbox.Payment("m-2", "pm_sandbox_500_once"));
        Assert.That(once.Status, Is.EqualTo(500));

        await sandbox.Restart();

        var again = await sandbox.PostWithKey("m-1", "/v1/payment_intents", parameters);
        Assert.That((again.Body, again.Replayed), Is.EqualTo((first.Body, true)));
        Assert.That((await sandbox.Get($"/v1/reviews/{first.Json.Text("review")}")).Json.Text("open"), Is.EqualTo("true"));
        Assert.That((await sandbox.PostWithKey("m-2", "/v1/payment_intents", RunningSandbox.Payment("m-2", "pm_sandbox_500_once"))).Status,
            Is.EqualTo(200));
        var captured = await sandbox.Post($"/v1/payment_intents/{first.Json.Text("id")}/capture");
        Assert.That(captured.Json.Text("status"), Is.EqualTo("succeeded"));
        Assert.That((await sandbox.Ledger("m-1")).Number("captured"), Is.EqualTo(4497));
    }

    [Test]
    public async Task An_authorization_that_nobody_captures_lapses()
    {
        await using var sandbox = await RunningSandbox.Start("--Sandbox:AuthorizationLifetime=00:00:01");
        var id = (await sandbox.Authorize("m-lapse")).Text("id");
        var lapsed = await Eventually.Get(async () => (await sandbox.Get($"/v1/payment_intents/{id}")).Json,
            intent => intent.Text("status") == "canceled", "the authorization lapsed");
        Assert.That(lapsed.Text("cancellation_reason"), Is.EqualTo("automatic"));
        Assert.That((await sandbox.Ledger("m-lapse")).Number("voided"), Is.EqualTo(4497));
    }

    [Test]
    public async Task What_was_answered_survives_a_kill()
    {
        using var folder = new TemporaryFolder();
        var port = FreePort();
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", RunningSandbox.Key);
        var answered = new List<string>();

        using (var process = Spawn(folder.Path, port))
        {
            await Ready(client);
            for (var i = 0; i < 50; i++) answered.Add((await Create(client, $"k-{i}")).Json.Text("id"));
            process.Kill();
            await process.WaitForExitAsync();
        }

        using (var process = Spawn(folder.Path, port))
        {
            await Ready(client);
            for (var i = 0; i < answered.Count; i++)
            {
                var again = await Create(client, $"k-{i}");
                Assert.That((again.Json.Text("id"), again.Replayed), Is.EqualTo((answered[i], true)));
            }

            process.Kill();
            await process.WaitForExitAsync();
        }
    }

    private static async Task<Reply> Create(HttpClient client, string order)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/payment_intents")
        {
            Content = new FormUrlEncodedContent(RunningSandbox.Payment(order, "pm_card_visa")
                .Select(parameter => parameter.Split('=', 2)).Select(pair => KeyValuePair.Create(pair[0], pair[1]))),
        };
        request.Headers.Add("Idempotency-Key", order);
        using var response = await client.SendAsync(request);
        return await Reply.Of(response);
    }

    private static Process Spawn(string folder, int port)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardOutput = true,
            ArgumentList =
            {
                Path.Combine(AppContext.BaseDirectory, "Sandbox.dll"), "--environment=Development", $"--urls=http://127.0.0.1:{port}",
                $"--DataDirectory={folder}",
            },
        };
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        return process;
    }

    private static Task Ready(HttpClient client) => Eventually.True(async () =>
    {
        try
        {
            using var response = await client.GetAsync("/health/ready");
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }, "the sandbox was ready");

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
