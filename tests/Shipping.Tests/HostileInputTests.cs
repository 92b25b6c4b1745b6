using System.Text;
using Shop.Testing;
using static Shop.Shipping.Tests.OrderBook;

namespace Shop.Shipping.Tests;

/// <summary>Whatever else arrives instead of a warehouse's word is a clear 4xx, and changes nothing.</summary>
public sealed class HostileInputTests
{
    private readonly TemporaryFolder folder = new();
    private OrderBook orders = null!;
    private RunningService shipping = null!;
    private Guid id;

    [OneTimeSetUp]
    public async Task Start()
    {
        orders = await OrderBook.Open();
        shipping = await RunningService.Start(
            ShippingService.Build, $"DataDirectory={folder.Path}", $"Orders:Url={orders.Url}", "Shipping:PreparationDelay=01:00:00");
        id = await orders.PlacePrepared();
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        await shipping.DisposeAsync();
        await orders.DisposeAsync();
        folder.Dispose();
    }

    [TearDown]
    public async Task Nothing_has_changed() => Assert.That(await orders.Names(id), Is.EqualTo(new[] { Created, Begun, Captured, Preparing, Prepared }));

    private static IEnumerable<TestCaseData> Invalid()
    {
        yield return Case("carrier", """{"packages":[{"trackingNumber":"J"}]}""", "no carrier");
        yield return Case("carrier", Carrier("\"  \""), "a blank carrier");
        yield return Case("carrier", Carrier($"\"{new string('x', 101)}\""), "a long carrier");
        yield return Case("carrier", Carrier("\"DHL\\r\\nBcc: all@example.org\""), "a carrier of two lines");
        yield return Case("carrier", Carrier("\"DHL\\u202e\""), "a carrier that turns round");
        yield return Case("service", """{"carrier":"DHL","service":"\u0000","packages":[{"trackingNumber":"J"}]}""", "a service of nothing");
        yield return Case("packages", """{"carrier":"DHL"}""", "no packages");
        yield return Case("packages", """{"carrier":"DHL","packages":[]}""", "an empty list");
        yield return Case("packages", $$"""{"carrier":"DHL","packages":[{{string.Join(',', Enumerable.Repeat("""{"trackingNumber":"J"}""", 51))}}]}""", "51 packages");
        yield return Case("packages[0]", """{"carrier":"DHL","packages":[null]}""", "a null");
        yield return Case("packages[0].trackingNumber", """{"carrier":"DHL","packages":[{}]}""", "no tracking number");
        yield return Case("packages[1].trackingNumber", $$"""{"carrier":"DHL","packages":[{"trackingNumber":"J"},{"trackingNumber":"{{new string('9', 101)}}"}]}""", "a long number");
        foreach (var url in new[] { "javascript:alert(1)", "//dhl.example/1", "/etc/passwd", "ftp://dhl.example", "file:///etc/passwd", "https://", "data:text/html,x" })
            yield return Case("packages[0].trackingUrl", $$"""{"carrier":"DHL","packages":[{"trackingNumber":"J","trackingUrl":"{{url}}"}]}""", $"the url {url}");
    }

    [TestCaseSource(nameof(Invalid))]
    public async Task What_is_wrong_is_named(string field, string body)
    {
        var answer = await Ship(body);
        Assert.That((answer.Status, answer.Code), Is.EqualTo((400, "validation-failed")), answer.Text);
        Assert.That(answer.Body.GetProperty("errors").EnumerateObject().Select(error => error.Name), Is.EqualTo(new[] { field }));
    }

    [TestCase("", "malformed-json")]
    [TestCase("null", "malformed-json")]
    [TestCase("{", "malformed-json")]
    [TestCase("[]", null)]
    [TestCase("17", null)]
    [TestCase("\"shipped\"", null)]
    [TestCase("""{"carrier":17,"packages":[{"trackingNumber":"J"}]}""", null)]
    [TestCase("""{"carrier":"DHL","packages":{"trackingNumber":"J"}}""", null)]
    [TestCase("""{"carrier":"DHL","carrier":"UPS","packages":[{"trackingNumber":"J"}]}""", null)]
    [TestCase("""{"carrier":"DHL","packages":[{"trackingNumber":"4242 4242 4242 4242"}]}""", "raw-card-data-rejected")]
    [TestCase("""{"carrier":"DHL","note":"4242-4242-4242-4242","packages":[{"trackingNumber":"J"}]}""", "raw-card-data-rejected")]
    [TestCase("""{"carrier":"\ud800","packages":[{"trackingNumber":"J"}]}""", null)]
    public async Task What_cannot_be_read_is_refused(string body, string? code)
    {
        var answer = await Ship(body);
        Assert.That(answer.Status, Is.EqualTo(400), answer.Text);
        if (code is not null) Assert.That(answer.Code, Is.EqualTo(code));
        Assert.That(answer.Text, Does.Not.Contain("4242"));
    }

    [Test]
    public async Task A_body_nested_without_end_is_refused()
    {
        var answer = await Ship($$"""{"carrier":"DHL","packages":{{new string('[', 5000)}}{{new string(']', 5000)}}}""");
        Assert.That(answer.Status, Is.EqualTo(400), answer.Text);
    }

    [Test]
    public async Task A_body_without_end_is_refused()
    {
        var answer = await Ship($$"""{"carrier":"{{new string('x', 300 * 1024)}}"}""");
        Assert.That((answer.Status, answer.Code), Is.EqualTo((413, "payload-too-large")));
    }

    [Test]
    public async Task Another_kind_of_body_is_refused()
    {
        using var form = new StringContent("carrier=DHL", Encoding.UTF8, "application/x-www-form-urlencoded");
        using var answer = await shipping.Client.PostAsync($"/shipments/{id}/shipped", form);
        Assert.That((int)answer.StatusCode, Is.EqualTo(415));
    }

    [TestCase("two words")]
    [TestCase("")]
    [TestCase("schlüssel")]
    public async Task A_key_that_is_none_is_refused(string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/shipments/{id}/shipped")
        {
            Content = new StringContent("""{"carrier":"DHL","packages":[{"trackingNumber":"J"}]}""", Encoding.UTF8, "application/json"),
        };
        request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        try
        {
            using var answer = await shipping.Client.SendAsync(request);
            Assert.That((int)answer.StatusCode, Is.EqualTo(400));
        }
        catch (HttpRequestException) when (!Ascii.IsValid(key))
        {
            // What is not ASCII is not even sent.
        }
    }

    [TestCase("not-an-id")]
    [TestCase("..%2forders")]
    public async Task An_order_that_is_no_id_is_not_there(string order) =>
        Assert.That((await shipping.Send(HttpMethod.Post, $"/shipments/{order}/shipped", "{}")).Status, Is.EqualTo(404));

    private Task<Answer> Ship(string body) => shipping.Send(HttpMethod.Post, $"/shipments/{id}/shipped", body);

    private static string Carrier(string json) => $$"""{"carrier":{{json}},"packages":[{"trackingNumber":"J"}]}""";

    private static TestCaseData Case(string field, string body, string name) => new TestCaseData(field, body).SetArgDisplayNames(name);
}
