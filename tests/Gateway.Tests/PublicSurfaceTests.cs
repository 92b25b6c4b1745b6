using System.Net;

namespace Shop.Gateway.Tests;

public sealed class PublicSurfaceTests
{
    private const string Order = GatewayUnderTest.OrderPath;

    private GatewayUnderTest gateway = null!;

    [OneTimeSetUp]
    public async Task Start() => gateway = await GatewayUnderTest.Start();

    [OneTimeTearDown]
    public async Task Stop() => await gateway.DisposeAsync();

    [SetUp]
    public void Forget() => gateway.Services.Forget();

    [TestCase("/events")]
    [TestCase("/events/stream")]
    [TestCase("/orders")]
    [TestCase("/orders/5b2f7c1e-4d0a-5c3b-9a57-0d2f6a0f7c11")]
    [TestCase("/shipments/5b2f7c1e-4d0a-5c3b-9a57-0d2f6a0f7c11/shipped")]
    [TestCase("/api/v1/events")]
    [TestCase("/api/v1/admin")]
    [TestCase("/api/v2/orders")]
    [TestCase(Order + "/events")]
    [TestCase(Order + "/Events")]
    [TestCase(Order + "/events/")]
    [TestCase("/api/v1/orders/../events")]
    [TestCase("/api/v1/orders/..%2fevents")]
    [TestCase("/api/v1/orders/..%5cevents")]
    [TestCase("/api/v1/orders/%2e%2e/events")]
    [TestCase("/api/v1/orders/%2E%2E/%2E%2E/%2E%2E/events")]
    [TestCase("/api/v1/orders/%252e%252e/events")]
    [TestCase("/api/v1/orders/.%2e/events")]
    [TestCase(Order + "/timeline/../events")]
    [TestCase(Order + "/timeline/%2e%2e/events")]
    [TestCase(Order + "/timeline%2f..%2fevents")]
    [TestCase(Order + "%2fevents")]
    [TestCase(Order + "%2Ftimeline")]
    [TestCase(Order + "%5cevents")]
    [TestCase(Order + "\\events")]
    [TestCase(Order + ";/events")]
    [TestCase(Order + "//events")]
    [TestCase(Order + "//timeline")]
    [TestCase(Order + "%00")]
    [TestCase(Order + "/stream;x")]
    [TestCase("//api/v1/orders/5b2f7c1e-4d0a-5c3b-9a57-0d2f6a0f7c11")]
    [TestCase("/api/v1//orders/5b2f7c1e-4d0a-5c3b-9a57-0d2f6a0f7c11")]
    [TestCase("/api//v1/orders/5b2f7c1e-4d0a-5c3b-9a57-0d2f6a0f7c11")]
    [TestCase("/api/v1/orders/*")]
    [TestCase("/api/v1/orders/not-an-id")]
    [TestCase("/api/v1/orders/1")]
    [TestCase("/api/v1/orders/5b2f7c1e-4d0a-5c3b-9a57-0d2f6a0f7c111")]
    [TestCase("/api/v1/orders/%")]
    [TestCase("/api/v1/orders/%zz/events")]
    [TestCase("/api/v1/orders/%c0%ae%c0%ae/events")]
    [TestCase("http://elsewhere.example/events")]
    [TestCase("http://elsewhere.example/api/v1/orders/../events")]
    public async Task What_is_not_in_the_list_does_not_exist(string target)
    {
        foreach (var method in new[] { "GET", "POST", "PUT" })
        {
            var answer = await gateway.SendRaw($"""
                {method} {target} HTTP/1.1
                Host: shop
                X-Api-Key: dev-storefront
                Content-Length: 0
                Connection: close


                """);

            // Routing looks at the method before it looks whether an id is one: such a path may also be told the right method.
            Assert.That(Answers.Status(answer), Is.AnyOf(method == "GET" ? [400, 404] : [400, 404, 405]), $"{method}: {answer}");
        }

        Assert.That(gateway.Services.Requests, Is.Empty);
    }

    [TestCase("DELETE", "/api/v1/orders", "POST")]
    [TestCase("GET", "/api/v1/orders", "POST")]
    [TestCase("PATCH", Order, "GET")]
    [TestCase("HEAD", Order, "GET")]
    [TestCase("OPTIONS", Order, "GET")]
    [TestCase("TRACE", Order, "GET")]
    [TestCase("DELETE", Order + "/payment", "PUT")]
    [TestCase("GET", Order + "/cancel", "POST")]
    [TestCase("GET", GatewayUnderTest.ShippedPath, "POST")]
    public async Task Another_method_is_a_405_that_names_the_right_one(string method, string path, string right)
    {
        using var response = await gateway.Send(new HttpMethod(method), path, ("X-Api-Key", "dev-storefront"));

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.MethodNotAllowed));
        Assert.That(response.Content.Headers.Allow, Is.EqualTo((string[])[right]));
        if (method != "HEAD") await response.Problem(HttpStatusCode.MethodNotAllowed, "method-not-allowed");
        Assert.That(gateway.Services.Requests, Is.Empty);
    }

    [Test]
    public async Task An_upgrade_or_an_override_does_not_change_the_method()
    {
        var answer = await gateway.SendRaw($$"""
            POST {{Order}}/cancel HTTP/1.1
            Host: shop
            X-Api-Key: dev-storefront
            X-HTTP-Method-Override: GET
            Upgrade: websocket
            Connection: Upgrade, close
            Sec-WebSocket-Version: 13
            Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==
            Content-Type: application/json
            Content-Length: 2

            {}
            """);

        Assert.That(Answers.Status(answer), Is.EqualTo(200), answer);
        Assert.That(gateway.Services.Requests.Single(), Has.Property("Method").EqualTo("POST").And.Property("Body").EqualTo("{}"));
    }

    [Test]
    public async Task A_web_socket_goes_through_where_a_route_takes_one_and_with_nothing_of_the_callers_but_its_handshake()
    {
        gateway.Services.Answer = async context =>
        {
            context.Response.StatusCode = 101;
            context.Response.Headers["Sec-WebSocket-Accept"] = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
            await using var connection = await context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpUpgradeFeature>()!.UpgradeAsync();
            await connection.WriteAsync("what the service says"u8.ToArray());
        };
        var answer = await gateway.SendRaw("""
            GET /api/v1/admin/events/socket?from=7 HTTP/1.1
            Host: shop
            X-Api-Key: dev-operator
            X-Shop-Agent: staff/somebody-else
            Upgrade: websocket
            Connection: Upgrade
            Sec-WebSocket-Version: 13
            Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==


            """);

        Assert.That(answer, Does.StartWith("HTTP/1.1 101").And.Contain("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=").And.EndWith("what the service says"));
        var reached = gateway.Services.Requests.Single();
        Assert.That((reached.Target, reached.Headers["X-Shop-Agent"], reached.Headers["Sec-WebSocket-Key"]), Is.EqualTo(("/admin/events/socket?from=7", "staff/dev-operator", "dGhlIHNhbXBsZSBub25jZQ==")));
    }

    [Test]
    public async Task A_request_with_two_lengths_carries_no_second_request()
    {
        var answer = await gateway.SendRaw($"""
            POST /api/v1/orders HTTP/1.1
            Host: shop
            X-Api-Key: dev-storefront
            Content-Length: 60
            Transfer-Encoding: chunked
            Connection: close

            0

            GET /events HTTP/1.1
            Host: inner


            """);

        Assert.That(Answers.Status(answer), Is.Not.InRange(500, 599), answer);
        Assert.That(gateway.Services.Requests.Select(request => (request.Target, request.Body)), Is.All.EqualTo(("/orders", "")));
    }
}
