using System.Text.Json;
using Shop.Contracts;
using Shop.ServiceDefaults;
using Shop.Testing;

namespace Shop.Benchmarks;

/// <summary>Placing and reading orders through the gateway, beside a bare proxy and a bare server.</summary>
internal static class HttpFigures
{
    public static async Task Measure(Plan plan, Table table)
    {
        using var folder = new TemporaryFolder();
        using var echo = await new ServiceProcess("tests/Benchmarks", Sub(folder, "echo"), ["floor=echo"]).Start();
        using var yarp = await new ServiceProcess("tests/Benchmarks", Sub(folder, "yarp"), ["floor=yarp", $"to={echo.Url}"]).Start();
        await using var shop = await RunningShop.Start();

        byte[][] floorPost = [HttpLoad.Post(yarp.Url, "/orders", SampleOrders.Json())];
        byte[][] ourPost = [shop.PlaceOrder];
        await HttpLoad.Run(yarp.Url, floorPost, 200, plan.WarmUp);
        await HttpLoad.Run(shop.Gateway.Url, ourPost, 201, plan.WarmUp);
        var processor = shop.Processor();
        var (posts, placed) = await Rounds(plan, yarp.Url, floorPost, 200, shop.Gateway.Url, ourPost, 201);
        table.Add("POST /orders through the gateway, durable", "/s", posts, 1 / 3.0);
        table.Note($"Processor time for each order placed: {shop.ProcessorSince(processor, placed)}.");

        byte[][] floorGet = [HttpLoad.Get(yarp.Url, $"/orders/{Guid.Empty}")];
        var fresh = await Orders(shop, prepared: false);
        await HttpLoad.Run(yarp.Url, floorGet, 200, plan.WarmUp / 2);
        await HttpLoad.Run(shop.Gateway.Url, fresh, 200, plan.WarmUp);
        processor = shop.Processor();
        var (gets, read) = await Rounds(plan, yarp.Url, floorGet, 200, shop.Gateway.Url, fresh, 200);
        table.Add("GET an order through the gateway (1 event)", "/s", gets, 0.5);
        table.Note($"Processor time for each order read: {shop.ProcessorSince(processor, read)}.");

        var prepared = await Orders(shop, prepared: true);
        await HttpLoad.Run(shop.Gateway.Url, prepared, 200, plan.WarmUp / 2);
        (gets, _) = await Rounds(plan, yarp.Url, floorGet, 200, shop.Gateway.Url, prepared, 200);
        table.Add("GET an order through the gateway (5 events: paid and prepared)", "/s", gets, 0.5);
    }

    private static async Task<(List<Round> Rounds, long Answers)> Rounds(
        Plan plan, Uri floor, byte[][] floorRequests, int floorStatus, Uri ours, byte[][] ourRequests, int ourStatus)
    {
        var rounds = new List<Round>();
        var answers = 0L;
        for (var i = 0; i < plan.Rounds; i++)
        {
            var bare = await HttpLoad.Run(floor, floorRequests, floorStatus, plan.HttpRound);
            var shop = await HttpLoad.Run(ours, ourRequests, ourStatus, plan.HttpRound);
            rounds.Add(new(bare.PerSecond, shop.PerSecond, bare.Errors + shop.Errors));
            answers += shop.Answers;
        }

        return (rounds, answers);
    }

    /// <summary>Requests that read some hundred orders.</summary>
    private static async Task<byte[][]> Orders(RunningShop shop, bool prepared)
    {
        using var http = new HttpClient { BaseAddress = shop.Orders.Url };
        http.DefaultRequestHeaders.Add(ServiceKey.Header, RunningShop.Service);
        var orders = new OrdersClient(http, new ServiceName("bench"), TimeProvider.System);
        using var connection = new HttpConnection(shop.Gateway.Url);
        await connection.Open();
        var requests = new byte[200][];
        for (var i = 0; i < requests.Length; i++)
        {
            var id = await Place(connection, shop.PlaceOrder);
            if (prepared)
            {
                OrderEvent[] events =
                [
                    new PaymentAuthInProgress(1), new PaymentCaptured(1, 4497, "EUR", "pi_1"),
                    new ShippingPreparationInProgress(id), new ShippingPrepared(id),
                ];
                foreach (var next in events)
                {
                    if (await orders.Append(id, next, Guid.NewGuid(), new Cause(id, id), default) is not AppendOutcome.Written)
                        throw new InvalidOperationException($"{next} was refused.");
                }
            }

            requests[i] = HttpLoad.Get(shop.Gateway.Url, $"/api/v1/orders/{id}", ("X-Api-Key", RunningShop.Storefront));
        }

        return requests;
    }

    /// <summary>Places an order; its id.</summary>
    public static async Task<Guid> Place(HttpConnection connection, byte[] request)
    {
        if (await connection.Send(request) != 201) throw new InvalidOperationException("An order was not placed.");
        var body = connection.Answer[(connection.Answer.IndexOf("\r\n\r\n"u8) + 4)..];
        return JsonSerializer.Deserialize<JsonElement>(body).GetProperty("orderId").GetGuid();
    }

    private static string Sub(TemporaryFolder folder, string name) => Directory.CreateDirectory(Path.Combine(folder.Path, name)).FullName;
}
