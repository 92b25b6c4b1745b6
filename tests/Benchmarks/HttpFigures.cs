using System.Globalization;
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
        byte[][] floorGet = [HttpLoad.Get(yarp.Url, $"/orders/{Guid.Empty}")];
        await Compare("POST /orders through the gateway, durable", floorPost, [shop.PlaceOrder], 201, 1 / 3.0);
        await Compare("GET an order through the gateway (1 event)", floorGet, await Orders(shop, prepared: false), 200, 0.5);
        await Compare("GET an order through the gateway (5 events: paid and prepared)", floorGet, await Orders(shop, prepared: true), 200, 0.5);

        async Task Compare(string figure, byte[][] floorRequests, byte[][] requests, int status, double toReach)
        {
            await HttpLoad.WarmUp(plan, yarp.Url, floorRequests, 200);
            await HttpLoad.WarmUp(plan, shop.Gateway.Url, requests, status);
            var rounds = new List<Round>();
            var (floorAnswers, answers) = (0L, 0L);
            var (floorBefore, before) = (RunningShop.Processor(yarp) + RunningShop.Processor(echo), shop.Processor());
            for (var i = 0; i < plan.Rounds; i++)
            {
                var floor = await HttpLoad.Run(yarp.Url, floorRequests, 200, plan.HttpRound);
                var ours = await HttpLoad.Run(shop.Gateway.Url, requests, status, plan.HttpRound);
                rounds.Add(new(floor.PerSecond, ours.PerSecond, floor.Errors + ours.Errors));
                (floorAnswers, answers) = (floorAnswers + floor.Answers, answers + ours.Answers);
            }

            // What it takes of the processor is not disturbed by what else the machine does.
            var floorUsed = (RunningShop.Processor(yarp) + RunningShop.Processor(echo) - floorBefore) / floorAnswers;
            var used = shop.Processor().Aggregate(TimeSpan.Zero, (sum, process) => sum + process.Value - before[process.Key]) / answers;
            table.Add(figure, "/s", rounds, toReach);
            table.Note(string.Create(
                CultureInfo.InvariantCulture,
                $"{figure}: processor time for each {floorUsed.TotalMicroseconds:0} µs at the floor, {used.TotalMicroseconds:0} µs in the shop " +
                $"(ratio {floorUsed / used:0.00}; {shop.ProcessorSince(before, answers)})."));
        }
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
