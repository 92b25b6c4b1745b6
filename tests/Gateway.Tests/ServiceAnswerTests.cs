using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Shop.Gateway.Tests;

public sealed class ServiceAnswerTests
{
    private static readonly (string, string) Storefront = ("X-Api-Key", "dev-storefront");

    private GatewayUnderTest gateway = null!;

    [OneTimeSetUp]
    public async Task Start() => gateway = await GatewayUnderTest.Start();

    [OneTimeTearDown]
    public async Task Stop() => await gateway.DisposeAsync();

    [SetUp]
    public void Forget() => gateway.Services.Forget();

    [TestCase(201)]
    [TestCase(200)]
    public async Task A_placed_order_comes_with_a_token_and_is_otherwise_as_the_service_wrote_it(int status)
    {
        const string order =
            """ { "orderId" : "5b2f7c1e-4d0a-5c3b-9a57-0d2f6a0f7c11", "items":[{"orderId":7}], "name":"Zoë \"}\" ", "total":1.50 } """;
        gateway.Services.Answer = async context =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers["Idempotent-Replayed"] = "true";
            context.Response.ContentType = "application/json";
            context.Response.ContentLength = System.Text.Encoding.UTF8.GetByteCount(order);
            await context.Response.WriteAsync(order);
        };
        using var response = await gateway.Send(HttpMethod.Post, "/api/v1/orders", Storefront);

        // Before the body is read: afterwards the client would answer with what it has counted itself.
        var length = response.Content.Headers.ContentLength;
        var text = await response.Content.ReadAsStringAsync();
        var answer = JsonDocument.Parse(text).RootElement;
        var token = answer.GetProperty("orderToken").GetString()!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That((int)response.StatusCode, Is.EqualTo(status));
            Assert.That(length, Is.EqualTo(System.Text.Encoding.UTF8.GetByteCount(text)));
            Assert.That(response.Headers.GetValues("Idempotent-Replayed"), Is.EqualTo((string[])["true"]));
            Assert.That(text, Is.EqualTo(order[..^3] + $" ,\"orderToken\":\"{token}\"}} "));
        }

        gateway.Services.Forget();
        using var read = await gateway.Send(HttpMethod.Get, GatewayUnderTest.OrderPath, ("Authorization", $"Bearer {token}"));
        Assert.That(read.StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Only_a_placed_order_comes_with_a_token()
    {
        using var read = await gateway.Send(HttpMethod.Get, GatewayUnderTest.OrderPath, Storefront);
        using var cancelled = await gateway.Send(HttpMethod.Post, GatewayUnderTest.OrderPath + "/cancel", Storefront);

        Assert.That(await read.Content.ReadAsStringAsync(), Does.Contain("orderId").And.Not.Contain("orderToken"));
        Assert.That(await cancelled.Content.ReadAsStringAsync(), Does.Contain("orderId").And.Not.Contain("orderToken"));
    }

    [TestCase("")]
    [TestCase("{}")]
    [TestCase("[]")]
    [TestCase("{\"orderId\":7}")]
    [TestCase("{\"order\":{\"orderId\":\"5b2f7c1e-4d0a-5c3b-9a57-0d2f6a0f7c11\"}}")]
    [TestCase("{\"orderId\":\"5b2f7c1e-4d0a-5c3b-9a57-0d2f6a0f7c11\"")]
    public async Task A_placed_order_that_is_none_is_an_outage(string body)
    {
        gateway.Services.Answer = context =>
        {
            context.Response.StatusCode = 201;
            context.Response.Headers.ETag = "\"0\"";
            return context.Response.WriteAsync(body);
        };
        using var response = await gateway.Send(HttpMethod.Post, "/api/v1/orders", Storefront);

        await response.Problem(HttpStatusCode.ServiceUnavailable, "temporarily-unavailable");
        Assert.That(response.Headers.ETag, Is.Null);
    }

    [TestCase("/orders/5b2f7c1e-4d0a-5c3b-9a57-0d2f6a0f7c11", GatewayUnderTest.OrderPath)]
    [TestCase("http://127.0.0.1:8081/orders/5b2f7c1e-4d0a-5c3b-9a57-0d2f6a0f7c11", GatewayUnderTest.OrderPath)]
    [TestCase("http://orders:8081/events", null)]
    [TestCase("/events", null)]
    public async Task Location_names_a_public_path_or_nothing(string inner, string? expected)
    {
        gateway.Services.Answer = context =>
        {
            context.Response.Headers.Location = inner;
            return context.Response.WriteAsync("{}");
        };
        using var response = await gateway.Send(HttpMethod.Get, GatewayUnderTest.OrderPath, Storefront);

        Assert.That(response.Headers.Location?.ToString(), Is.EqualTo(expected));
    }

    [Test]
    public async Task A_services_answer_passes_without_what_it_says_about_itself()
    {
        gateway.Services.Answer = context =>
        {
            var headers = context.Response.Headers;
            headers.ETag = "\"7\"";
            headers.RetryAfter = "5";
            headers.Server = "inner";
            headers.SetCookie = "a=b";
            headers["X-Powered-By"] = "inner";
            headers["WWW-Authenticate"] = "inner";
            headers["Access-Control-Allow-Origin"] = "*";
            context.Response.StatusCode = 409;
            context.Response.ContentType = "application/problem+json";
            return context.Response.WriteAsync("""{"code":"shipment-not-prepared"}""");
        };
        using var response = await gateway.Send(HttpMethod.Post, GatewayUnderTest.ShippedPath, ("X-Api-Key", "dev-warehouse"));

        Assert.That(await response.Content.ReadAsStringAsync(), Is.EqualTo("""{"code":"shipment-not-prepared"}"""));
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.Conflict));
        Assert.That(response.Headers.Select(header => header.Key), Is.EquivalentTo((string[])
            [
                "Date", "ETag", "Retry-After", "Transfer-Encoding", "Cache-Control", "X-Content-Type-Options", "Content-Security-Policy",
                "Referrer-Policy", "Cross-Origin-Resource-Policy",
            ]));
    }

    [Test]
    public async Task An_unchanged_order_is_not_sent_again()
    {
        gateway.Services.Answer = context =>
        {
            context.Response.StatusCode = context.Request.Headers.IfNoneMatch == "\"3\"" ? 304 : 200;
            context.Response.Headers.ETag = "\"3\"";
            return Task.CompletedTask;
        };
        using var response = await gateway.Send(HttpMethod.Get, GatewayUnderTest.OrderPath, Storefront, ("If-None-Match", "\"3\""));

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.NotModified));
        Assert.That(response.Headers.ETag?.Tag, Is.EqualTo("\"3\""));
    }

    [TestCase(415, "unsupported-media-type")]
    [TestCase(422, "idempotency-key-reused")]
    [TestCase(412, "revision-mismatch")]
    [TestCase(404, "revision-not-found")]
    public async Task A_services_refusal_passes_in_its_own_words(int status, string code)
    {
        var words = $$"""{"status":{{status}},"code":"{{code}}"}""";
        gateway.Services.Answer = context =>
        {
            context.Response.StatusCode = status;
            context.Response.ContentType = "application/problem+json";
            return context.Response.WriteAsync(words);
        };
        using var response = await gateway.Send(HttpMethod.Put, GatewayUnderTest.OrderPath + "/payment", Storefront);

        Assert.That((int)response.StatusCode, Is.EqualTo(status));
        Assert.That(await response.Content.ReadAsStringAsync(), Is.EqualTo(words));
    }

    [Test]
    public async Task Answers_are_not_kept_by_caches_unless_the_service_says_so()
    {
        using var silent = await gateway.Send(HttpMethod.Get, GatewayUnderTest.OrderPath, Storefront);
        gateway.Services.Answer = context =>
        {
            context.Response.Headers.CacheControl = "private, no-cache";
            return Task.CompletedTask;
        };
        using var spoken = await gateway.Send(HttpMethod.Get, GatewayUnderTest.OrderPath, Storefront);
        using var refused = await gateway.Send(HttpMethod.Get, GatewayUnderTest.OrderPath);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(silent.Headers.CacheControl?.ToString(), Is.EqualTo("no-store"));
            Assert.That(spoken.Headers.CacheControl?.ToString(), Is.EqualTo("no-cache, private"));
            Assert.That(refused.Headers.CacheControl?.ToString(), Is.EqualTo("no-store"));
            Assert.That(refused.Headers.GetValues("X-Content-Type-Options"), Is.EqualTo((string[])["nosniff"]));
        }
    }

    [TestCase("text/event-stream")]
    [TestCase("text/html")]
    [TestCase("image/png")]
    public async Task A_refusal_is_a_problem_document_whatever_was_asked_for(string accept)
    {
        using var none = await gateway.Send(HttpMethod.Get, GatewayUnderTest.OrderPath, ("Accept", accept));
        await none.Problem(HttpStatusCode.Unauthorized, "unauthorized");
        using var unknown = await gateway.Send(HttpMethod.Get, "/nope", ("Accept", accept));
        await unknown.Problem(HttpStatusCode.NotFound, "not-found");
    }
}
