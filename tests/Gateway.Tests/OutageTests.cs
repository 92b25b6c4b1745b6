using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Shop.Testing;

namespace Shop.Gateway.Tests;

public sealed class OutageTests
{
    private static readonly (string, string) Storefront = ("X-Api-Key", "dev-storefront");

    private GatewayUnderTest gateway = null!;

    [OneTimeSetUp]
    public async Task Start() => gateway = await GatewayUnderTest.Start(
        "RequestTimeout=00:00:00.4", $"ReverseProxy:Clusters:shipping:Destinations:shipping:Address=http://127.0.0.1:{FreePort()}");

    [OneTimeTearDown]
    public async Task Stop() => await gateway.DisposeAsync();

    [SetUp]
    public void Forget() => gateway.Services.Forget();

    [Test]
    public async Task A_service_that_is_down_is_a_503()
    {
        using var response = await gateway.Send(HttpMethod.Post, GatewayUnderTest.ShippedPath, ("X-Api-Key", "dev-warehouse"));

        await ComeBackSoon(response);
    }

    [Test]
    public async Task Without_the_back_office_customers_are_served_and_the_gateway_stays_ready()
    {
        await using var alone = await GatewayUnderTest.Start("ReverseProxy:Clusters:backoffice:Destinations:backoffice:Address=http://127.0.0.1:1");
        using var ready = await alone.Send(HttpMethod.Get, "/health/ready");

        Assert.That(ready.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        var checks = JsonDocument.Parse(await ready.Content.ReadAsStringAsync()).RootElement.GetProperty("checks");
        Assert.That(checks.GetProperty("backoffice").GetProperty("status").GetString(), Is.EqualTo("Degraded"));
    }

    [Test]
    public async Task A_service_that_does_not_answer_in_time_is_a_503()
    {
        gateway.Services.Answer = context => Task.Delay(Timeout.Infinite, context.RequestAborted);
        using var response = await gateway.Send(HttpMethod.Get, GatewayUnderTest.OrderPath, Storefront);

        await ComeBackSoon(response);
    }

    [Test]
    public async Task A_service_that_hangs_up_is_a_503()
    {
        gateway.Services.Answer = context =>
        {
            context.Abort();
            return Task.CompletedTask;
        };
        using var response = await gateway.Send(HttpMethod.Post, "/api/v1/orders", Storefront);

        await ComeBackSoon(response);
    }

    [Test]
    public async Task A_service_that_does_not_know_the_services_key_is_a_503_and_not_the_callers_fault()
    {
        gateway.Services.Answer = context =>
        {
            context.Response.StatusCode = 401;
            return Task.CompletedTask;
        };
        using var response = await gateway.Send(HttpMethod.Get, GatewayUnderTest.OrderPath, Storefront);

        await ComeBackSoon(response);
    }

    [TestCase("Content-Length: 100", "{")]
    [TestCase("Transfer-Encoding: chunked", "5\r\n{")]
    public async Task A_body_that_does_not_arrive_in_time_is_the_callers_408_and_reaches_no_service(string length, string start)
    {
        var answer = await gateway.SendRaw($"""
            POST /api/v1/orders HTTP/1.1
            Host: shop
            X-Api-Key: dev-storefront
            {length}
            Connection: close

            {start}
            """);

        Assert.That(Answers.Status(answer), Is.EqualTo(408), answer);
        Assert.That(answer, Does.Contain("application/problem+json").And.Contain("request-timeout"));
        Assert.That(gateway.Services.Requests, Is.Empty);
    }

    [Test]
    public async Task Readiness_names_the_service_that_is_away_and_not_where_it_lives()
    {
        using var response = await gateway.Send(HttpMethod.Get, "/health/ready");

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
        var text = await response.Content.ReadAsStringAsync();
        var checks = JsonDocument.Parse(text).RootElement.GetProperty("checks");
        Assert.That(checks.GetProperty("orders").GetProperty("status").GetString(), Is.EqualTo("Healthy"));
        Assert.That(checks.GetProperty("shipping").GetProperty("status").GetString(), Is.EqualTo("Unhealthy"));
        Assert.That(text, Does.Not.Contain("127.0.0.1"));
        using var live = await gateway.Send(HttpMethod.Get, "/health/live");
        Assert.That(live.StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task A_stream_is_not_buffered_and_outlives_the_request_timeout()
    {
        var events = System.Threading.Channels.Channel.CreateUnbounded<string>();
        gateway.Services.Answer = async context =>
        {
            if (!context.Request.Path.Value!.EndsWith("/stream", StringComparison.Ordinal))
            {
                await Task.Delay(Timeout.Infinite, context.RequestAborted);
                return;
            }

            context.Response.ContentType = "text/event-stream";
            await context.Response.Body.FlushAsync();
            await foreach (var data in events.Reader.ReadAllAsync(context.RequestAborted))
                await context.Response.WriteAsync($"data: {data}\n\n");
        };

        // Its headers come before anything has happened.
        using var stream = await gateway.Send(
            HttpMethod.Get, GatewayUnderTest.OrderPath + "/stream",
            ("Authorization", $"Bearer {gateway.OwnToken}"), ("Last-Event-ID", "4"));
        Assert.That(stream.Content.Headers.ContentType?.MediaType, Is.EqualTo("text/event-stream"));
        Assert.That(gateway.Services.Requests.Single().Headers["Last-Event-ID"], Is.EqualTo("4"));
        using var lines = new StreamReader(await stream.Content.ReadAsStreamAsync());

        await events.Writer.WriteAsync("first");
        Assert.That(await lines.ReadLineAsync(), Is.EqualTo("data: first"));
        Assert.That(await lines.ReadLineAsync(), Is.Empty);

        // A call that is begun later runs into the timeout, and the stream is still open.
        using (var late = await gateway.Send(HttpMethod.Get, GatewayUnderTest.OrderPath, Storefront)) await ComeBackSoon(late);
        await events.Writer.WriteAsync("second");
        Assert.That(await lines.ReadLineAsync(), Is.EqualTo("data: second"));
    }

    [Test]
    public async Task A_reader_who_leaves_a_stream_is_gone_for_the_service_too()
    {
        var left = new TaskCompletionSource();
        gateway.Services.Answer = async context =>
        {
            context.RequestAborted.Register(left.SetResult);
            context.Response.ContentType = "text/event-stream";
            await context.Response.Body.FlushAsync();
            await left.Task;
        };
        var stream = await gateway.Send(HttpMethod.Get, GatewayUnderTest.OrderPath + "/stream", Storefront);
        stream.Dispose();

        await Eventually.True(() => left.Task.IsCompleted, "the service learns that the reader left");
    }

    private static async Task ComeBackSoon(HttpResponseMessage response)
    {
        await response.Problem(HttpStatusCode.ServiceUnavailable, "temporarily-unavailable");
        Assert.That(response.Headers.RetryAfter?.Delta, Is.EqualTo(TimeSpan.FromSeconds(1)));
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
