using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Shop.Testing;

namespace Shop.Chaos;

/// <summary>Requests that nobody should send. Whatever the shop answers, it is no 5xx, and what cannot be an order is none.</summary>
internal sealed class HostileRequests(Uri gateway, ChaosOptions options) : IDisposable
{
    /// <summary>Card numbers that the requests hold: none of them may be in a log.</summary>
    public static readonly string[] CardNumbers = ["4242424242424242", "4000 0000 0000 0002", "5555-5555-5555-4444"];

    private readonly HttpClient http = new(new SocketsHttpHandler()) { BaseAddress = new Uri(gateway, "/api/v1/"), Timeout = TimeSpan.FromSeconds(20) };
    private int sent;

    private delegate Task<(int Status, string Text)> Attack(string email);

    public int Sent => sent;

    /// <summary>Those that the shop took for orders, and may have.</summary>
    public List<PlacedOrder> Orders { get; } = [];

    public List<BadAnswer> BadAnswers { get; } = [];

    /// <summary>Sends the request of that number. One that finds the gateway away has proved nothing and is not counted.</summary>
    public async Task Send(int number)
    {
        var corpus = Corpus();
        var (name, mustFail, attack) = corpus[number % corpus.Count];
        var order = new PlacedOrder($"hostile-{options.Seed}-{number}", $"hostile.{options.Seed}.{number}@customers.example");
        try
        {
            var (status, text) = await attack(order.CustomerId);
            if (status == 503) return;
            Interlocked.Increment(ref sent);
            if (status >= 500) Bad("a 5xx for bad input", $"{name}: {status} {text}");
            if (text.Contains("   at ", StringComparison.Ordinal)) Bad("a stack trace in an answer", $"{name}: {text}");
            if (status is < 200 or >= 300) return;
            if (mustFail) Bad("bad input was accepted", $"{name}: {status} {text}");
            if (status != 201) return;
            order.Told = Told.Accepted;
            order.OrderId = JsonNode.Parse(text)!["orderId"]!.GetValue<Guid>();
            lock (Orders) Orders.Add(order);
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException or IOException or SocketException)
        {
            // The gateway is away, or closes the connection on what it does not want to read to the end. An order may be there all the same.
            if (!mustFail) lock (Orders) Orders.Add(order);
        }
    }

    public void Dispose() => http.Dispose();

    private void Bad(string kind, string what)
    {
        lock (BadAnswers) BadAnswers.Add(new BadAnswer(kind, what.Length > 300 ? what[..300] : what));
    }

    private List<(string Name, bool MustFail, Attack Attack)> Corpus()
    {
        var list = new List<(string, bool, Attack)>();
        void Raw(string name, string body, string type = "application/json") => list.Add((name, true, _ => Post(Encoding.Latin1.GetBytes(body), type)));
        void Changed(string name, Action<JsonObject> change, bool mustFail = true) => list.Add((name, mustFail, id => Post(Encoding.UTF8.GetBytes(Order(id, change)), "application/json")));
        void Text(string name, Func<string, string> change) => list.Add((name, true, id => Post(Encoding.UTF8.GetBytes(change(Order(id, _ => { }))), "application/json")));
        void Email(string email, bool mustFail = true) => Changed($"e-mail {email[..Math.Min(40, email.Length)]}", body => body["customer"]!["email"] = email, mustFail);

        Raw("no body", "");
        Raw("not JSON", "order please");
        Raw("an array", "[]");
        Raw("null", "null");
        Raw("truncated", """{"currency":"EUR","customer":{""");
        Raw("no UTF-8", "{\"currency\":\"\u00ff\u00fe\"}");
        Raw("deep", string.Concat(Enumerable.Repeat("[", 10_000)));
        Raw("deep objects", string.Concat(Enumerable.Repeat("""{"customer":""", 10_000)));
        Raw("text", "hello", "text/plain");
        Raw("XML", "<order/>", "application/xml");
        Raw("a form", "a=b", "application/x-www-form-urlencoded");
        Raw("too long", "{\"x\":\"" + new string('x', 300_000) + "\"}");
        Raw("a long number", """{"shippingCost":""" + new string('9', 5000) + "}");
        Text("NaN", json => json.Replace("\"shippingCost\":499", "\"shippingCost\":NaN", StringComparison.Ordinal));
        Text("1e400", json => json.Replace("\"shippingCost\":499", "\"shippingCost\":1e400", StringComparison.Ordinal));
        Text("a fraction", json => json.Replace("\"shippingCost\":499", "\"shippingCost\":4.99", StringComparison.Ordinal));
        Text("2^63", json => json.Replace("\"shippingCost\":499", "\"shippingCost\":9223372036854775808", StringComparison.Ordinal));
        Text("a lone surrogate", json => json.Replace("Ada Example", "\\ud800", StringComparison.Ordinal));
        Text("half a character as a name", json => json.Replace("\"tax\":0", "\"tax\":0,\"\\ud800\":1,\"x\":{\"\\udc00\":\"\\ud800\"}", StringComparison.Ordinal));
        Text("half a character as metadata", json => json.Replace("\"tax\":0", "\"tax\":0,\"metadata\":{\"\\ud800\":\"x\"}", StringComparison.Ordinal));
        Text("a duplicate member", json => json.Replace("{\"currency\":", "{\"currency\":\"XXX\",\"currency\":\"YYY\",\"currency_\":", StringComparison.Ordinal));
        Changed("a negative price", body => body["items"]![0]!["unitPrice"] = -1);
        Changed("no quantity", body => body["items"]![0]!["quantity"] = 0);
        Changed("more than there is", body => (body["items"]![0]!["quantity"], body["items"]![0]!["unitPrice"]) = (10_000, 99_999_999));
        Changed("a wrong total", body => body["total"] = 1);
        Changed("no items", body => body["items"] = new JsonArray());
        Changed("too many items", body => body["items"] = new JsonArray([.. Enumerable.Range(0, 1000).Select(_ => JsonNode.Parse("""{"sku":"a","name":"b","quantity":1,"unitPrice":1}"""))]));
        Changed("a null item", body => body["items"] = new JsonArray((JsonNode?)null));
        Changed("no such currency", body => body["currency"] = "XQZ");
        Changed("no such country", body => body["shippingAddress"]!["country"] = "ZZ9");
        Changed("a card number for a token", body => body["payment"]!["methodToken"] = CardNumbers[0]);
        Changed("a card number in a name", body => body["customer"]!["name"] = CardNumbers[1]);
        Changed("a card number in metadata", body => body["metadata"] = new JsonObject { ["note"] = CardNumbers[2] });
        Changed("a line break in a name", body => body["customer"]!["name"] = "Ada\r\nBcc: eve@example.org");
        Changed("a line break in an address", body => body["shippingAddress"]!["line1"] = "1 Street\nSecond");
        Changed("a NUL", body => body["customer"]!["name"] = "A\0da");
        Changed("a name that turns around", body => body["customer"]!["name"] = "Ada \u202eelpmaxE");
        Changed("a long name", body => body["customer"]!["name"] = new string('a', 5000));
        Email("ada@example.org,eve@example.org");
        Email("ada@example.org\r\nBcc: eve@example.org");
        Email("Eve <eve@example.org>");
        Email("\"a b\"@");
        Email("@example.org");
        Email("ada@");
        Email("ada@example.org;eve@example.org");
        Email($"{new string('a', 300)}@example.org");
        Email("ada@exa mple.org");
        Changed("HTML in a name", body => body["customer"]!["name"] = "<script>alert('ada')</script><b>Ada</b>", mustFail: false);
        Changed("HTML in an item", body => body["items"]![0]!["name"] = "\"><img src=x onerror=alert(1)>", mustFail: false);
        Changed("Unicode in a name", body => body["customer"]!["name"] = "Ädä 例え 🫖 אדה", mustFail: false);
        list.Add(("a long idempotency key", true, id => Post(Encoding.UTF8.GetBytes(Order(id, _ => { })), "application/json", ("Idempotency-Key", new string('k', 300)))));
        list.Add(("a spaced idempotency key", true, id => Post(Encoding.UTF8.GetBytes(Order(id, _ => { })), "application/json", ("Idempotency-Key", "a b"))));
        list.Add(("a compressed body", true, _ => Post([31, 139, 8, 0], "application/json", ("Content-Encoding", "gzip"))));
        list.Add(("no such order", true, _ => Call(HttpMethod.Get, $"orders/{Guid.Empty}")));
        list.Add(("no order id", true, _ => Call(HttpMethod.Get, "orders/'%20OR%201=1")));
        list.Add(("another path", true, _ => Call(HttpMethod.Get, "orders/..%2f..%2fevents")));
        list.Add(("the log", true, _ => Call(HttpMethod.Get, "events?from=0")));
        list.Add(("deleting", true, _ => Call(HttpMethod.Delete, $"orders/{Guid.Empty}")));
        list.Add(("a cancel of nothing", true, _ => Call(HttpMethod.Post, $"orders/{Guid.NewGuid()}/cancel")));
        list.Add(("a stale revision", true, _ => Call(HttpMethod.Post, $"orders/{Guid.NewGuid()}/cancel", ("If-Match", "\"99999999999999999999\""))));
        list.Add(("someone else's headers", true, _ => Call(
            HttpMethod.Get, $"orders/{Guid.Empty}", ("X-Forwarded-For", "127.0.0.1"), ("X-Forwarded-Host", "evil.example"), ("X-Shop-Agent", "staff/root"), ("traceparent", "00-zz"))));
        list.Add(("a body without an end", true, _ => PostStream()));
        list.Add(("a broken request line", true, _ => Socket("ORDER ALL THE THINGS\r\n\r\n")));
        list.Add(("a line break in a header", true, _ => Socket("GET /api/v1/orders HTTP/1.1\r\nHost: a\r\nX-Api-Key: dev\rX: y\r\n\r\n")));
        list.Add(("long headers", true, _ => Socket($"GET /api/v1/orders HTTP/1.1\r\nHost: a\r\nX-Long: {new string('h', 40_000)}\r\n\r\n")));
        list.Add(("two lengths", true, _ => Socket("POST /api/v1/orders HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab")));
        list.Add(("no length at all", true, _ => Socket("POST /api/v1/orders HTTP/1.1\r\nHost: a\r\nX-Api-Key: dev-storefront\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n")));
        list.Add(("a broken chunk", true, _ => Socket("POST /api/v1/orders HTTP/1.1\r\nHost: a\r\nX-Api-Key: dev-storefront\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n")));
        return list;
    }

    private static string Order(string id, Action<JsonObject> change) => SampleOrders.Json(change: body =>
    {
        body["customer"]!["id"] = id;
        body["customer"]!["email"] = $"{id.Replace('-', '.')}@customers.example";
        change(body);
    });

    private Task<(int, string)> Post(byte[] body, string type, params (string Name, string Value)[] headers)
    {
        var content = new ByteArrayContent(body);
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        return Send(HttpMethod.Post, "orders", content, headers);
    }

    private Task<(int, string)> PostStream()
    {
        var content = new StreamContent(new Endless(10_000_000));
        content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        return Send(HttpMethod.Post, "orders", content, []);
    }

    private Task<(int, string)> Call(HttpMethod method, string path, params (string Name, string Value)[] headers) => Send(method, path, null, headers);

    private async Task<(int, string)> Send(HttpMethod method, string path, HttpContent? content, (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        request.Headers.Add("X-Api-Key", "dev-storefront");
        foreach (var (name, value) in headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, value)) content?.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await http.SendAsync(request);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private async Task<(int, string)> Socket(string text)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(gateway.Host, gateway.Port);
        await using var stream = client.GetStream();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        try
        {
            await stream.WriteAsync(Encoding.Latin1.GetBytes(text), limit.Token);
            var buffer = new byte[4096];
            var read = await stream.ReadAsync(buffer, limit.Token);
            var answer = Encoding.Latin1.GetString(buffer, 0, read);
            return (answer.Length > 12 && int.TryParse(answer[9..12], out var status) ? status : 400, answer);
        }
        catch (OperationCanceledException)
        {
            return (408, "no answer within 5 s");
        }
    }

    /// <summary>A body of spaces that a client sends in chunks.</summary>
    private sealed class Endless(long left) : Stream
    {
        private long left = left;

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            var size = (int)Math.Min(count, left);
            Array.Fill(buffer, (byte)' ', offset, size);
            left -= size;
            return size;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
