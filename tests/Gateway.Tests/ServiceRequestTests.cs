using System.Net;
using System.Text;

namespace Shop.Gateway.Tests;

public sealed class ServiceRequestTests
{
    private const string Order = GatewayUnderTest.OrderPath;
    private const string Inner = "/orders/5b2f7c1e-4d0a-5c3b-9a57-0d2f6a0f7c11";

    private GatewayUnderTest gateway = null!;

    [OneTimeSetUp]
    public async Task Start() => gateway = await GatewayUnderTest.Start();

    [OneTimeTearDown]
    public async Task Stop() => await gateway.DisposeAsync();

    [SetUp]
    public void Forget() => gateway.Services.Forget();

    [TestCase("POST", "/api/v1/orders", "storefront", "/orders")]
    [TestCase("GET", Order, "storefront", Inner)]
    [TestCase("GET", Order + "?revision=2&x=%2F", "storefront", Inner + "?revision=2&x=%2F")]
    [TestCase("GET", Order + "/timeline", "storefront", Inner + "/timeline")]
    [TestCase("GET", Order + "/stream", "storefront", Inner + "/stream")]
    [TestCase("PUT", Order + "/payment", "storefront", Inner + "/payment")]
    [TestCase("PUT", Order + "/shipping-address", "storefront", Inner + "/shipping-address")]
    [TestCase("POST", Order + "/cancel", "storefront", Inner + "/cancel")]
    [TestCase("POST", GatewayUnderTest.ShippedPath, "warehouse", "/shipments/5b2f7c1e-4d0a-5c3b-9a57-0d2f6a0f7c11/shipped")]
    public async Task A_public_path_becomes_the_services_own(string method, string path, string scope, string inner)
    {
        using var response = await gateway.Send(new HttpMethod(method), path, ("X-Api-Key", $"dev-{scope}"));

        Assert.That(response.IsSuccessStatusCode, Is.True);
        Assert.That(gateway.Services.Requests.Single(), Has.Property("Method").EqualTo(method).And.Property("Target").EqualTo(inner));
    }

    [Test]
    public async Task Nothing_of_what_a_caller_says_about_itself_reaches_a_service()
    {
        using var response = await gateway.Send(
            HttpMethod.Post, "/api/v1/orders", ("X-Api-Key", "dev-storefront"), ("Authorization", $"Bearer {gateway.OwnToken}"),
            ("Cookie", "session=1"), ("X-Shop-Agent", "staff/root"), ("X-Shop-Other", "x"), ("X-Forwarded-For", "6.6.6.6"),
            ("X-Forwarded-Host", "evil.example"), ("X-Forwarded-Proto", "https"), ("X-Forwarded-Prefix", "/evil"),
            ("Forwarded", "for=6.6.6.6"),
            ("X-Real-IP", "6.6.6.6"), ("X-Original-URL", "/events"), ("X-HTTP-Method-Override", "DELETE"), ("Baggage", "a=b"),
            ("Tracestate", "a=b"), ("Origin", "http://evil.example"), ("User-Agent", "evil/1"),
            ("Upgrade", "websocket"), ("Connection", "Upgrade"));

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.Created));
        var headers = gateway.Services.Requests.Single().Headers;
        Assert.That(headers.Keys, Is.EquivalentTo((string[])
            [
                "Host", "Content-Type", "Content-Length", "X-Api-Key", "X-Shop-Agent", "X-Forwarded-For", "X-Forwarded-Host",
                "X-Forwarded-Proto", "traceparent",
            ]));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(headers["X-Api-Key"], Is.EqualTo("dev-service"));
            Assert.That(headers["X-Shop-Agent"], Is.EqualTo("customer/dev-storefront"));
            Assert.That(headers["X-Forwarded-For"], Is.EqualTo("127.0.0.1"));
            Assert.That(headers["X-Forwarded-Proto"], Is.EqualTo("http"));
            Assert.That(headers["Host"], Is.EqualTo(new Uri(gateway.Services.Address).Authority));
        }
    }

    [Test]
    public async Task What_the_contract_names_passes()
    {
        (string Name, string Value)[] named =
        [
            ("If-Match", "\"3\""), ("If-None-Match", "\"4\""), ("Idempotency-Key", "k-1~!"), ("Last-Event-ID", "5"),
            ("Accept", "application/json"),
        ];
        using var request = new HttpRequestMessage(HttpMethod.Put, Order + "/payment");
        request.Content = new StringContent("{\"methodToken\":\"é\"}", Encoding.UTF8, "application/json");
        foreach (var (name, value) in named.Append(("X-Api-Key", "dev-storefront"))) request.Headers.TryAddWithoutValidation(name, value);
        using var response = await gateway.Client.SendAsync(request);

        var received = gateway.Services.Requests.Single();
        using (Assert.EnterMultipleScope())
        {
            foreach (var (name, value) in named) Assert.That(received.Headers[name], Is.EqualTo(value));
            Assert.That(received.Headers["Content-Type"], Is.EqualTo("application/json; charset=utf-8"));
            Assert.That(received.Body, Is.EqualTo("{\"methodToken\":\"é\"}"));
        }
    }

    [Test]
    public async Task The_services_are_told_for_whom_a_call_is_made()
    {
        using var byToken = await gateway.Send(HttpMethod.Get, Order, ("Authorization", $"Bearer {gateway.OwnToken}"));
        using var byWarehouse = await gateway.Send(HttpMethod.Post, GatewayUnderTest.ShippedPath, ("X-Api-Key", "dev-warehouse"));

        Assert.That(gateway.Services.Requests.Select(request => request.Headers["X-Shop-Agent"]),
            Is.EqualTo((string[])["customer/order-token", "staff/dev-warehouse"]));
    }

    [Test]
    public async Task A_trace_begins_at_the_gateway_and_reaches_the_service()
    {
        const string strangers = "11111111111111111111111111111111";
        gateway.Services.Answer = context => throw new IOException("breaks before it answers");
        using var response = await gateway.Send(
            HttpMethod.Get, Order, ("X-Api-Key", "dev-storefront"), ("traceparent", $"00-{strangers}-2222222222222222-01"));

        var traceparent = gateway.Services.Requests.Single().Headers["traceparent"];
        Assert.That(traceparent, Does.Match("^00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]$").And.Not.Contain(strangers));
    }

    [Test]
    public async Task The_trace_that_an_error_names_is_the_one_the_service_saw()
    {
        gateway.Services.Answer = context =>
        {
            context.Response.StatusCode = 409;
            return Task.CompletedTask;
        };
        using var response = await gateway.Send(HttpMethod.Get, Order, ("X-Api-Key", "dev-storefront"));

        var problem = await response.Problem(HttpStatusCode.Conflict, "error");
        Assert.That(gateway.Services.Requests.Single().Headers["traceparent"], Does.Contain(problem.GetProperty("traceId").GetString()));
    }

    [TestCase("")]
    [TestCase("two words")]
    [TestCase("tab\tinside")]
    [TestCase("caf\u00e9")]
    [TestCase("del\u007f")]
    [TestCase(256)]
    public async Task A_malformed_idempotency_key_stops_at_the_gateway(object key)
    {
        var value = key is int length ? new string('k', length) : (string)key;
        var answer = await gateway.SendRaw($"""
            POST /api/v1/orders HTTP/1.1
            Host: shop
            X-Api-Key: dev-storefront
            Idempotency-Key: {value}
            Content-Length: 2
            Connection: close

            {"{}"}
            """);

        Assert.That(Answers.Status(answer), Is.EqualTo(400), answer);
        // What is no HTTP header at all (a DEL, bytes that are not UTF-8) is refused before there is a request to word an answer for.
        if (answer.Contains("problem+json"))
            Assert.That(answer, Does.Contain("\"code\":\"idempotency-key-malformed\"").And.Contain("\"Idempotency-Key\":["));
        else
            Assert.That(value, Does.Match("[^ -~\t]"));
        Assert.That(gateway.Services.Requests, Is.Empty);
    }

    [Test]
    public async Task Two_idempotency_keys_are_none()
    {
        using var response = await gateway.Send(
            HttpMethod.Post, "/api/v1/orders", ("X-Api-Key", "dev-storefront"), ("Idempotency-Key", "a"), ("Idempotency-Key", "b"));

        await response.Problem(HttpStatusCode.BadRequest, "idempotency-key-malformed");
    }

    [Test]
    public async Task A_key_of_255_visible_characters_passes()
    {
        var key = new string('~', 255);
        using var response = await gateway.Send(
            HttpMethod.Post, "/api/v1/orders", ("X-Api-Key", "dev-storefront"), ("Idempotency-Key", key));

        Assert.That(gateway.Services.Requests.Single().Headers["Idempotency-Key"], Is.EqualTo(key));
    }

    [TestCase("Accept", "caf\u00c3\u00a9")]
    [TestCase("If-Match", "\"\u00c3\u00a9\"")]
    [TestCase("Last-Event-ID", "\u00e2\u0082\u00ac")]
    public async Task A_header_that_cannot_be_passed_on_is_the_callers_fault_and_not_an_outage(string name, string utf8)
    {
        var answer = await gateway.SendRaw($"""
            GET {Order} HTTP/1.1
            Host: shop
            X-Api-Key: dev-storefront
            {name}: {utf8}
            Connection: close


            """);

        Assert.That(Answers.Status(answer), Is.EqualTo(400), answer);
        Assert.That(answer, Does.Contain("\"code\":\"bad-request\""));
        Assert.That(gateway.Services.Requests, Is.Empty);
    }

    [Test]
    public async Task A_compressed_body_is_refused()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/orders") { Content = new StringContent("{}") };
        request.Headers.Add("X-Api-Key", "dev-storefront");
        request.Content.Headers.ContentEncoding.Add("gzip");
        using var response = await gateway.Client.SendAsync(request);

        await response.Problem(HttpStatusCode.UnsupportedMediaType, "unsupported-media-type");
    }
}
