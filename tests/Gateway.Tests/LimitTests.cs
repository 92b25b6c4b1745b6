using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Shop.Gateway.Tests;

public sealed class LimitTests
{
    private const int MaxBody = 256 * 1024;
    private static readonly (string, string) Storefront = ("X-Api-Key", "dev-storefront");

    private GatewayUnderTest gateway = null!;

    [OneTimeSetUp]
    public async Task Start() => gateway = await GatewayUnderTest.Start(
        "RateLimits:Enabled=true", "RateLimits:OrderToken:PerSecond=1", "RateLimits:OrderToken:Burst=2",
        "RateLimits:Anonymous:PerSecond=1", "RateLimits:Anonymous:Burst=2", "RateLimits:Streams:OrderToken=1");

    [OneTimeTearDown]
    public async Task Stop() => await gateway.DisposeAsync();

    [SetUp]
    public void Forget() => gateway.Services.Forget();

    [TestCase(false)]
    [TestCase(true)]
    public async Task The_longest_body_passes_and_one_byte_more_does_not(bool chunked)
    {
        // The frames of the chunks count.
        var most = chunked ? MaxBody - 1024 : MaxBody;
        using var longest = await Post(most, chunked);
        Assert.That(longest.StatusCode, Is.EqualTo(HttpStatusCode.Created));
        Assert.That(gateway.Services.Requests.Single().Body, Has.Length.EqualTo(most));

        gateway.Services.Forget();
        using var longer = await Post(MaxBody + 1, chunked);
        await longer.Problem(HttpStatusCode.RequestEntityTooLarge, "payload-too-large");
        Assert.That(gateway.Services.Requests, Is.Empty, "a whole request reached the service");
    }

    [Test]
    public async Task A_body_that_says_it_is_too_long_is_refused_before_it_is_sent()
    {
        var answer = await gateway.SendRaw($"""
            POST /api/v1/orders HTTP/1.1
            Host: shop
            X-Api-Key: dev-storefront
            Content-Type: application/json
            Content-Length: {MaxBody + 1}
            Connection: close


            """);

        Assert.That(Answers.Status(answer), Is.EqualTo(413), answer);
        Assert.That(answer, Does.Contain("application/problem+json").And.Contain("payload-too-large"));
    }

    [Test]
    public async Task Headers_beyond_sixteen_kilobytes_are_refused()
    {
        using var response = await gateway.Send(
            HttpMethod.Get, GatewayUnderTest.OrderPath, Storefront, ("X-Large", new string('x', 17_000)));

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.RequestHeaderFieldsTooLarge));
    }

    [Test]
    public async Task Who_calls_too_often_is_told_when_to_come_back_and_others_are_not_disturbed()
    {
        var statuses = new List<HttpStatusCode>();
        HttpResponseMessage? last = null;
        var token = gateway.Token(StubService.OrderId, TimeSpan.FromDays(1));
        for (var call = 0; call < 20 && last?.StatusCode != HttpStatusCode.TooManyRequests; call++)
        {
            last?.Dispose();
            last = await gateway.Send(HttpMethod.Get, GatewayUnderTest.OrderPath, ("Authorization", $"Bearer {token}"));
            statuses.Add(last.StatusCode);
        }

        Assert.That(statuses.Take(2), Is.All.EqualTo(HttpStatusCode.OK), "the burst is allowed");
        await last!.Problem(HttpStatusCode.TooManyRequests, "too-many-requests");
        Assert.That(last!.Headers.RetryAfter?.Delta, Is.GreaterThanOrEqualTo(TimeSpan.FromSeconds(1)));
        last.Dispose();

        // Another token of the same order is the same caller.
        using var same = await gateway.Send(HttpMethod.Get, GatewayUnderTest.OrderPath, ("Authorization", $"Bearer {gateway.OwnToken}"));
        Assert.That(same.StatusCode, Is.EqualTo(HttpStatusCode.TooManyRequests));
        using var other = await gateway.Send(HttpMethod.Get, GatewayUnderTest.OrderPath, Storefront);
        Assert.That(other.StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Who_guesses_keys_is_slowed_down_and_health_is_not()
    {
        var statuses = new List<HttpStatusCode>();
        for (var guess = 0; guess < 10; guess++)
        {
            using var response = await gateway.Send(HttpMethod.Get, GatewayUnderTest.OrderPath, ("X-Api-Key", $"guess-{guess}"));
            statuses.Add(response.StatusCode);
            using var health = await gateway.Send(HttpMethod.Get, "/health/live");
            Assert.That(health.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        }

        Assert.That(statuses, Has.Some.EqualTo(HttpStatusCode.TooManyRequests));
        Assert.That(statuses, Is.All.AnyOf(HttpStatusCode.Unauthorized, HttpStatusCode.TooManyRequests));
    }

    [Test]
    public async Task An_order_has_a_limit_of_open_streams()
    {
        gateway.Services.Answer = async context =>
        {
            context.Response.ContentType = "text/event-stream";
            await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        };
        var other = new Guid("00000000-0000-4000-8000-000000000003");
        (string, string) token = ("Authorization", $"Bearer {gateway.Token(other, TimeSpan.FromDays(1))}");
        using var first = await gateway.Send(HttpMethod.Get, $"/api/v1/orders/{other}/stream", token);
        using var second = await gateway.Send(HttpMethod.Get, $"/api/v1/orders/{other}/stream", token);

        Assert.That(first.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        await second.Problem(HttpStatusCode.TooManyRequests, "too-many-requests");
    }

    private async Task<HttpResponseMessage> Post(int length, bool chunked)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/orders");
        request.Content = new StringContent(new string('x', length), Encoding.ASCII, "application/json");
        request.Headers.TransferEncodingChunked = chunked;
        request.Headers.Add("X-Api-Key", "dev-storefront");
        return await gateway.Client.SendAsync(request);
    }
}
