using System.Text;
using System.Text.Json.Nodes;
using Shop.Testing;

namespace Shop.OrderEvents.Tests;

/// <summary>Bad input gets a clear 4xx that names the field, changes nothing, and leaves nothing of itself behind.</summary>
public sealed class BadInputTests
{
    private TemporaryFolder folder = null!;
    private RunningService service = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        folder = new TemporaryFolder();
        service = await RunningService.Start(OrderEventsService.Build, $"DataDirectory={folder.Path}");
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        await service.DisposeAsync();
        folder.Dispose();
    }

    [TearDown]
    public async Task Nothing_was_written() =>
        Assert.That((await service.Send(HttpMethod.Get, "/events")).Body.GetProperty("events").GetArrayLength(), Is.Zero, "bad input must change nothing");

    private static IEnumerable<TestCaseData> Invalid()
    {
        static TestCaseData Case(string field, Action<JsonObject> change, string name) => new TestCaseData(field, change).SetArgDisplayNames(name);
        yield return Case("currency", o => o.Remove("currency"), "no currency");
        yield return Case("currency", o => o["currency"] = "EUX", "unknown currency");
        yield return Case("currency", o => o["currency"] = "eur", "lower-case currency");
        yield return Case("currency", o => o["currency"] = 978, "currency as number");
        yield return Case("customer", o => o.Remove("customer"), "no customer");
        yield return Case("customer.name", o => o["customer"]!["name"] = "", "empty name");
        yield return Case("customer.name", o => o["customer"]!["name"] = "Ada\r\nBcc: x@example.org", "line break in name");
        yield return Case("customer.name", o => o["customer"]!["name"] = "Ada\0", "NUL in name");
        yield return Case("customer.name", o => o["customer"]!["name"] = "Ada \u202Egnp.exe", "bidi override in name");
        yield return Case("customer.name", o => o["customer"]!["name"] = new string('a', 10_000), "10,000 characters");
        yield return Case("customer.email", o => o["customer"]!["email"] = "nobody", "no at sign");
        yield return Case("customer.email", o => o["customer"]!["email"] = "a@example.org, b@example.org", "two addresses");
        yield return Case("customer.email", o => o["customer"]!["email"] = "\"Eve\" <eve@example.org>", "display name in address");
        yield return Case("customer.email", o => o["customer"]!["email"] = "ada@example.org\r\nBcc: x@example.org", "line break in address");
        yield return Case("customer.locale", o => o["customer"]!["locale"] = "../../etc", "path as locale");
        yield return Case("items", o => o.Remove("items"), "no items");
        yield return Case("items", o => o["items"] = new JsonArray(), "empty items");
        yield return Case("items", o => o["items"] = "many", "items as text");
        yield return Case("items", o => o["items"] = new JsonArray([.. Enumerable.Range(0, 101).Select(_ => o["items"]![0]!.DeepClone())]), "101 items");
        yield return Case("items[0]", o => o["items"] = new JsonArray((JsonNode?)null), "null item");
        yield return Case("items[0].quantity", o => o["items"]![0]!["quantity"] = 0, "no quantity");
        yield return Case("items[0].quantity", o => o["items"]![0]!["quantity"] = -2, "negative quantity");
        yield return Case("items[0].quantity", o => o["items"]![0]!["quantity"] = 1.5, "half a quantity");
        yield return Case("items[0].quantity", o => o["items"]![0]!["quantity"] = 3_000_000_000, "quantity beyond 32 bits");
        yield return Case("items[0].unitPrice", o => o["items"]![0]!["unitPrice"] = -1, "negative price");
        yield return Case("items[0].unitPrice", o => o["items"]![0]!["unitPrice"] = "19.99", "price as text");
        yield return Case("items[0].unitPrice", o => o["items"]![0]!["unitPrice"] = long.MaxValue, "price at the end of 64 bits");
        yield return Case("items[0].unitPrice", o => o["items"]![0]!["unitPrice"] = JsonNode.Parse("1e400"), "price beyond any number");
        yield return Case("shippingCost", o => o["shippingCost"] = -1, "negative shipping");
        yield return Case("total", o => o["total"] = 4498, "total that does not add up");
        yield return Case("total", o => { o["items"]![0]!["quantity"] = 10_000; o["items"]![0]!["unitPrice"] = 99_999_999; o.Remove("total"); }, "total beyond the provider's limit");
        yield return Case("total", o => { o["items"]![0]!["unitPrice"] = 0; o["shippingCost"] = 0; o.Remove("total"); }, "an order for nothing");
        yield return Case("shippingAddress", o => o.Remove("shippingAddress"), "no address");
        yield return Case("shippingAddress.country", o => o["shippingAddress"]!["country"] = "Germany", "country by name");
        yield return Case("shippingAddress.country", o => o["shippingAddress"]!["country"] = "QQ", "unknown country");
        yield return Case("shippingAddress.line1", o => o["shippingAddress"]!["line1"] = "1\nExample", "line break in address line");
        yield return Case("billingAddress.name", o => o["billingAddress"] = new JsonObject(), "empty billing address");
        yield return Case("payment", o => o.Remove("payment"), "no payment");
        yield return Case("payment.methodToken", o => o["payment"] = new JsonObject(), "no token");
        yield return Case("payment.methodToken", o => o["payment"]!["methodToken"] = "pm_card visa", "space in token");
        yield return Case("metadata", o => o["metadata"] = new JsonObject { ["a b"] = "x" }, "space in a metadata name");
        yield return Case("metadata.a", o => o["metadata"] = new JsonObject { ["a"] = new string('x', 501) }, "long metadata");
        yield return Case("metadata.a", o => o["metadata"] = new JsonObject { ["a"] = 5 }, "metadata as number");
    }

    [TestCaseSource(nameof(Invalid))]
    public async Task An_invalid_order_is_refused_by_name(string field, Action<JsonObject> change)
    {
        var answer = await service.Send(HttpMethod.Post, "/orders", SampleOrders.Json(change: change));
        Assert.That(answer.Status, Is.EqualTo(400), answer.Text);
        Assert.That(answer.Header("Content-Type"), Does.StartWith("application/problem+json"));
        Assert.That(answer.Body.GetProperty("errors").EnumerateObject().Select(error => error.Name), Does.Contain(field), answer.Text);
    }

    [TestCase("")]
    [TestCase("{")]
    [TestCase("null")]
    [TestCase("[]")]
    [TestCase("5")]
    [TestCase("\"text\"")]
    [TestCase("{\"currency\":\"EUR\"} trailing")]
    [TestCase("{\"currency\":\"EUR\",\"currency\":\"USD\"}")]
    [TestCase("{\"a\":NaN}")]
    public async Task Broken_json_is_refused(string body) => Assert.That((await service.Send(HttpMethod.Post, "/orders", body)).Status, Is.EqualTo(400));

    [Test]
    public async Task Bytes_that_are_no_text_are_refused()
    {
        using var content = new ByteArrayContent([0x7B, 0x22, 0xFF, 0xFE, 0x22, 0x3A, 0x31, 0x7D]);
        content.Headers.ContentType = new("application/json");
        Assert.That((int)(await service.Client.PostAsync("/orders", content)).StatusCode, Is.EqualTo(400));
    }

    [Test]
    public async Task Deep_nesting_is_refused() =>
        Assert.That((await service.Send(HttpMethod.Post, "/orders", new string('[', 5000) + new string(']', 5000))).Status, Is.EqualTo(400));

    [Test]
    public async Task Another_content_type_is_refused()
    {
        using var content = new StringContent(SampleOrders.Json(), Encoding.UTF8, "text/plain");
        Assert.That((int)(await service.Client.PostAsync("/orders", content)).StatusCode, Is.EqualTo(415));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_body_over_the_limit_is_refused(bool chunked)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/orders") { Content = new StringContent(new string(' ', 300_000) + "{}", Encoding.UTF8, "application/json") };
        request.Headers.TransferEncodingChunked = chunked;
        Assert.That((int)(await service.Client.SendAsync(request)).StatusCode, Is.EqualTo(413));
    }

    [TestCase("note")]
    [TestCase("customer.name")]
    [TestCase("payment.methodToken")]
    [TestCase("items[0].sku")]
    public async Task A_card_number_in_any_field_is_refused(string field)
    {
        foreach (var number in new[] { "4242424242424242", "4242 4242 4242 4242", "5555-5555-5555-4444", "378282246310005", "card: 6011111111111117." })
        {
            var answer = await service.Send(HttpMethod.Post, "/orders", SampleOrders.Json(change: o =>
            {
                if (field == "note") o["note"] = number;
                else if (field == "customer.name") o["customer"]!["name"] = number;
                else if (field == "payment.methodToken") o["payment"]!["methodToken"] = number;
                else o["items"]![0]!["sku"] = number;
            }));
            Assert.That((answer.Status, answer.Code), Is.EqualTo((400, "raw-card-data-rejected")), number);
            var traceId = answer.Body.GetProperty("traceId").GetString()!; // may hold any four digits
            Assert.That(answer.Text.Replace(traceId, ""), Does.Not.Contain("4242").And.Not.Contain("4444"));
        }
    }

    [Test]
    public async Task A_card_number_as_a_number_or_escaped_is_refused()
    {
        foreach (var body in new[] { """{"card":4242424242424242}""", """{"card":"\u0034242424242424242"}""", """{"4242424242424242":1}""" })
            Assert.That((await service.Send(HttpMethod.Post, "/orders", body)).Code, Is.EqualTo("raw-card-data-rejected"), body);
    }

    [TestCase("PUT", "payment", "{}")]
    [TestCase("PUT", "payment", """{"methodToken":5}""")]
    [TestCase("PUT", "shipping-address", "{}")]
    [TestCase("PUT", "shipping-address", """{"name":"a\nb"}""")]
    [TestCase("POST", "cancel", """{"reason":5}""")]
    [TestCase("POST", "cancel", "\"no\"")]
    [TestCase("POST", "events", "{}")]
    public async Task An_invalid_change_is_refused_before_the_order_is_looked_at(string method, string path, string body) =>
        Assert.That((await service.Send(new HttpMethod(method), $"/orders/{Guid.NewGuid()}/{path}", body)).Status, Is.EqualTo(400));

    [TestCase("/orders/not-a-uuid")]
    [TestCase("/orders/00000000-0000-0000-0000-000000000000")]
    [TestCase("/nothing")]
    public async Task What_is_not_there_is_not_found(string path)
    {
        var answer = await service.Send(HttpMethod.Get, path);
        Assert.That((answer.Status, answer.Code), Is.EqualTo((404, path == "/nothing" ? "not-found" : path.EndsWith("uuid", StringComparison.Ordinal) ? "not-found" : "order-not-found")));
    }
}

/// <summary>What looks odd and is right: names and text of all the world.</summary>
public sealed class OddButValidInputTests
{
    [Test]
    public async Task Markup_emoji_and_other_scripts_are_kept_as_they_are()
    {
        using var folder = new TemporaryFolder();
        await using var service = await RunningService.Start(OrderEventsService.Build, $"DataDirectory={folder.Path}");
        foreach (var name in new[] { "<b>Ada</b> & Co", "O'Brien \"Bob\"", "عائشة", "שרה", "李小龍", "Zoë 👩‍👩‍👧", "'; DROP TABLE events;--" })
        {
            var answer = await service.Send(HttpMethod.Post, "/orders", SampleOrders.Json(change: o => o["customer"]!["name"] = name));
            Assert.That(answer.Status, Is.EqualTo(201), answer.Text);
            Assert.That(answer.Body.GetProperty("customer").GetProperty("name").GetString(), Is.EqualTo(name));
        }
    }
}
