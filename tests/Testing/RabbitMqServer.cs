using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using NUnit.Framework;

namespace Shop.Testing;

/// <summary>
/// A real RabbitMQ with its management API: the one that <c>SHOP_TEST_RABBITMQ</c> (amqp://…) and
/// <c>SHOP_TEST_RABBITMQ_MANAGEMENT</c> (http://…) name, else one in Docker, else a private node of the machine's own
/// <c>rabbitmq-server</c> on free ports and in a temporary folder. Where none can be had, the test is skipped and says so.
/// </summary>
public sealed class RabbitMqServer : IAsyncDisposable
{
    private static readonly TimeSpan StartTime = TimeSpan.FromSeconds(90);

    private readonly IRabbitMqNode? node;
    private readonly HttpClient management;

    private RabbitMqServer(IRabbitMqNode? node, Uri amqp, Uri managementUri)
    {
        this.node = node;
        AmqpUri = amqp;
        ManagementUri = managementUri;
        var user = amqp.UserInfo.Length > 0 ? amqp.UserInfo : "guest:guest";
        management = new HttpClient { BaseAddress = new Uri($"{managementUri.ToString().TrimEnd('/')}/api/") };
        management.DefaultRequestHeaders.Authorization =
            new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(user))));
    }

    /// <summary>The broker with its credentials, at its default virtual host.</summary>
    public Uri AmqpUri { get; }

    /// <summary>The management API's and UI's root, without credentials; they are those of <see cref="AmqpUri"/>.</summary>
    public Uri ManagementUri { get; }

    /// <summary>True when it may be killed: it was started here, and is nobody else's.</summary>
    public bool IsOwn => node is not null;

    /// <summary>Starts, or finds, a broker. Ignores the test when there is none to be had.</summary>
    public static async Task<RabbitMqServer> Start()
    {
        if (Environment.GetEnvironmentVariable("SHOP_TEST_RABBITMQ") is { Length: > 0 } amqp)
        {
            var management = Environment.GetEnvironmentVariable("SHOP_TEST_RABBITMQ_MANAGEMENT");
            if (string.IsNullOrEmpty(management))
                Assert.Fail("SHOP_TEST_RABBITMQ is set; SHOP_TEST_RABBITMQ_MANAGEMENT must be the URL of its management API.");
            var named = new RabbitMqServer(null, new Uri(amqp), new Uri(management!));
            await named.Ready();
            return named;
        }

        IRabbitMqNode? node = await DockerRabbitMqNode.IsPossible() ? new DockerRabbitMqNode()
            : PrivateRabbitMqNode.IsPossible ? new PrivateRabbitMqNode()
            : null;
        if (node is null)
            Assert.Ignore(
                "There is no RabbitMQ to test with: SHOP_TEST_RABBITMQ is not set, no Docker engine answers, "
                + "and rabbitmq-server is not installed.");
        var server = new RabbitMqServer(
            node, new Uri($"amqp://guest:guest@127.0.0.1:{node!.AmqpPort}"), new Uri($"http://127.0.0.1:{node.ManagementPort}"));
        try
        {
            node.Start();
            await server.Ready();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>A virtual host of its own, so that tests do not meet; its AMQP address.</summary>
    public async Task<Uri> CreateVirtualHost()
    {
        var name = $"test-{Guid.NewGuid():N}";
        using var created = await management.PutAsync($"vhosts/{name}", null);
        created.EnsureSuccessStatusCode();
        var user = Uri.UnescapeDataString(AmqpUri.UserInfo.Length > 0 ? AmqpUri.UserInfo.Split(':')[0] : "guest");
        var all = new { configure = ".*", write = ".*", read = ".*" };
        using var permitted = await management.PutAsJsonAsync($"permissions/{name}/{user}", all);
        permitted.EnsureSuccessStatusCode();
        return new UriBuilder(AmqpUri) { Path = name }.Uri;
    }

    /// <summary>Reads the management API, such as <c>queues/my-vhost</c>.</summary>
    public async Task<JsonElement> Management(string path) => await management.GetFromJsonAsync<JsonElement>(path);

    /// <summary>Imports definitions, as <c>rabbitmqctl import_definitions</c> does. They may hold users, who are the whole broker's: only into one's own.</summary>
    public async Task Import(string definitions)
    {
        _ = Own();
        using var imported = await management.PostAsync("definitions", new StringContent(definitions, Encoding.UTF8, "application/json"));
        Assert.That(imported.IsSuccessStatusCode, Is.True, await imported.Content.ReadAsStringAsync());
    }

    /// <summary>Reads what the node shows to Prometheus, such as <c>metrics</c>.</summary>
    public async Task<string> Meters(string path)
    {
        using var client = new HttpClient();
        return await client.GetStringAsync($"http://127.0.0.1:{Own().PrometheusPort}/{path}");
    }

    /// <summary>Makes the node believe that its disk is full, or that it is not; completes when the node says so.</summary>
    public async Task SetDiskAlarm(bool isFull)
    {
        Own().Control("set_disk_free_limit", isFull ? "900GB" : "50MB");
        await Eventually.True(
            async () => (await Management("nodes")).EnumerateArray()
                .All(one => one.TryGetProperty("disk_free_alarm", out var alarm) && alarm.GetBoolean() == isFull),
            "the node knows");
    }

    /// <summary>kill -9. What is durable is there after <see cref="Restart"/>.</summary>
    public void Kill() => Own().Kill();

    /// <summary>kill -9, and its disk is gone. <see cref="Restart"/> starts an empty one.</summary>
    public void LoseDisk()
    {
        Own().Kill();
        Own().Wipe();
    }

    /// <summary>Stops it as an operator would, and waits until it has ended.</summary>
    public void Stop() => Own().Stop();

    /// <summary>Starts it again at the same ports, after <see cref="Kill"/> or <see cref="Stop"/>.</summary>
    public async Task Restart()
    {
        Own().Start();
        await Ready();
    }

    public ValueTask DisposeAsync()
    {
        management.Dispose();
        node?.Dispose();
        return ValueTask.CompletedTask;
    }

    private IRabbitMqNode Own()
    {
        if (node is null) Assert.Ignore("The broker that SHOP_TEST_RABBITMQ names is not this test's to kill.");
        return node!;
    }

    private async Task Ready()
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(AmqpUri.Host, AmqpUri.Port);
                _ = await Management("overview");
                return;
            }
            catch (Exception exception) when (exception is SocketException or HttpRequestException)
            {
                if (node is { HasExited: true }) throw new InvalidOperationException($"RabbitMQ did not start. {node.Log()}", exception);
                if (watch.Elapsed > StartTime)
                    throw new TimeoutException($"RabbitMQ was not ready within {StartTime.TotalSeconds} s. {node?.Log()}", exception);
                await Task.Delay(100);
            }
        }
    }

    internal static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
