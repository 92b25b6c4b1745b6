using System.Net.ServerSentEvents;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Shop.Contracts;
using Shop.ServiceDefaults;

namespace Shop.Backoffice.Tests;

/// <summary>The log as operators follow it.</summary>
public sealed class EventTests
{
    private readonly CancellationTokenSource deadline = new(TimeSpan.FromSeconds(60));
    private readonly Histories histories = new(41);
    private ReadingShop shop = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        shop = await ReadingShop.Start();
        shop.Log.Add(histories.Grow(1200));
        await shop.Knows(1200);
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        await shop.DisposeAsync();
        deadline.Dispose();
    }

    [Test, Order(1)]
    public async Task A_stream_begins_where_it_is_asked_to_resumes_and_goes_on_with_what_happens()
    {
        var read = await Follow("?from=1100", null, 100);
        Assert.That(read.Select(one => one.Position), Is.EqualTo(Enumerable.Range(1101, 100)));
        var resumed = Follow("?from=3", "1198", 4);
        shop.Log.Add(histories.Grow(2));
        Assert.That((await resumed).Select(one => one.Position), Is.EqualTo(new[] { 1199, 1200, 1201, 1202 }));
    }

    [Test, Order(2)]
    public async Task A_stream_is_filtered_by_types_and_by_order()
    {
        var captured = histories.Log.Where(recorded => recorded.Event is PaymentCaptured or Shipped).Take(20).ToList();
        var read = await Follow("?from=0&type=payment-captured,shipped", null, captured.Count);
        Assert.That(read.Select(one => one.EventId), Is.EqualTo(captured.Select(recorded => recorded.EventId)));
        var order = captured[5].OrderId;
        var all = histories.Log.Where(recorded => recorded.OrderId == order).ToList();
        Assert.That((await Follow($"?from=0&order={order}", null, all.Count)).Select(one => one.EventId), Is.EqualTo(all.Select(recorded => recorded.EventId)));
    }

    [Test, Order(3)]
    public async Task Without_a_word_about_where_it_begins_with_what_happens_next()
    {
        using var socket = await Connect("?type=order-created");
        shop.Log.Add(histories.Grow(30));
        var seen = await Receive(socket);
        Assert.That((seen.Type, seen.Position), Is.EqualTo(("order-created", histories.Log.First(recorded => recorded.Position > 1202 && recorded.Event is OrderCreated).Position)));
    }

    [Test, Order(4)]
    public async Task A_web_socket_says_the_same_and_takes_its_leave()
    {
        using var socket = await Connect("?from=10");
        for (var position = 11; position < 40; position++) Assert.That((await Receive(socket)).Position, Is.EqualTo(position));
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, deadline.Token);
        while (socket.State != WebSocketState.Closed) await socket.ReceiveAsync(new byte[64 * 1024], deadline.Token);
        Assert.That(socket.CloseStatus, Is.EqualTo(WebSocketCloseStatus.NormalClosure));
    }

    [Test]
    public async Task What_is_no_web_socket_is_told_so()
    {
        var answer = await shop.Get("events/socket");
        Assert.That((answer.Status, answer.Code), Is.EqualTo((426, "upgrade-required")));
    }

    private async Task<List<EventEnvelope>> Follow(string query, string? lastEventId, int count)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/admin/events/stream{query}");
        if (lastEventId is not null) request.Headers.Add("Last-Event-ID", lastEventId);
        using var response = await shop.Backoffice.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, deadline.Token);
        Assert.That(response.Content.Headers.ContentType?.MediaType, Is.EqualTo("text/event-stream"));
        var read = new List<EventEnvelope>();
        await foreach (var item in SseParser.Create(await response.Content.ReadAsStreamAsync(deadline.Token)).EnumerateAsync(deadline.Token))
        {
            if (item.EventType == "heartbeat") continue;
            var envelope = JsonSerializer.Deserialize(item.Data, ContractsJson.Default.EventEnvelope)!;
            Assert.That((item.EventId, item.EventType), Is.EqualTo(($"{envelope.Position}", envelope.Type)));
            read.Add(envelope);
            if (read.Count == count) break;
        }

        return read;
    }

    private async Task<ClientWebSocket> Connect(string query)
    {
        var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader(ServiceKey.Header, ServiceKey.DevelopmentKey);
        await socket.ConnectAsync(new UriBuilder(new Uri(shop.Backoffice.Url, $"/admin/events/socket{query}")) { Scheme = "ws" }.Uri, deadline.Token);
        return socket;
    }

    private async Task<EventEnvelope> Receive(ClientWebSocket socket)
    {
        var message = new ArraySegment<byte>(new byte[64 * 1024]);
        var length = 0;
        WebSocketReceiveResult part;
        do
        {
            part = await socket.ReceiveAsync(message[length..], deadline.Token);
            length += part.Count;
        }
        while (!part.EndOfMessage);
        return JsonSerializer.Deserialize(Encoding.UTF8.GetString(message[..length]), ContractsJson.Default.EventEnvelope)!;
    }
}
