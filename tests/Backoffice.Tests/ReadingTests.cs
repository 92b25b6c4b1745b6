using System.Text.Json;
using Shop.Contracts;
using Shop.OrderEvents;

namespace Shop.Backoffice.Tests;

/// <summary>What operators read, over a log of random histories that is the same for all of these tests.</summary>
public sealed class ReadingTests
{
    private const int Events = 1500;

    private readonly Histories histories = new(21);
    private ReadingShop shop = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        shop = await ReadingShop.Start();
        shop.Log.Add(histories.Grow(Events));
        await shop.Knows(Events);
    }

    [OneTimeTearDown]
    public async Task Stop() => await shop.DisposeAsync();

    [Test]
    public async Task The_order_list_says_of_each_order_what_the_order_itself_says()
    {
        var listed = await AllOrders("");
        Assert.That(listed, Has.Count.EqualTo(histories.Orders.Count));
        foreach (var order in listed)
        {
            var view = histories.Orders[order.OrderId].ToView();
            Assert.That(
                (order.Status, order.PaymentStatus, order.Captured, order.Refunded, order.Revision, order.Total, order.OrderNumber, order.CustomerId, order.Email, order.CreatedAt, order.UpdatedAt),
                Is.EqualTo((view.Status, view.Payment.Status, view.Payment.Captured, view.Payment.Refunded, view.Revision, view.Totals.Total, view.OrderNumber, view.Customer.Id, view.Customer.Email, view.CreatedAt, view.UpdatedAt)));
        }

        Assert.That(listed.Select(order => order.Status).Distinct().Count(), Is.GreaterThanOrEqualTo(7), "the histories go everywhere");
    }

    [TestCase("-created")]
    [TestCase("created")]
    [TestCase("-updated")]
    [TestCase("updated")]
    [TestCase("-total")]
    [TestCase("total")]
    public async Task Pages_hold_every_order_once_and_in_order(string sort)
    {
        var listed = await AllOrders($"&sort={sort}", limit: 7);
        var key = (Func<OrderSummary, long>)(sort.TrimStart('-') switch { "total" => order => order.Total, "created" => order => order.CreatedAt.UtcTicks, _ => order => order.UpdatedAt.UtcTicks });
        Assert.That(listed.Select(order => order.OrderId), Is.EquivalentTo(histories.Orders.Keys));
        Assert.That(listed.Select(key), sort.StartsWith('-') ? Is.Ordered.Descending : Is.Ordered);
    }

    [Test]
    public async Task Orders_are_found_by_what_is_known_of_them()
    {
        var views = histories.Orders.Values.Select(order => order.ToView()).ToList();
        var one = views.First(view => view.Shipping.Packages is not null);
        await Finds("status=paid,cancelled", views.Where(view => view.Status is OrderStatus.Paid or OrderStatus.Cancelled));
        await Finds("paymentStatus=partially-refunded", views.Where(view => view.Payment.Status == PaymentStatus.PartiallyRefunded));
        await Finds("customer=c-3&status=cancelled", views.Where(view => view is { Customer.Id: "c-3", Status: OrderStatus.Cancelled }));
        await Finds("email=ADA7@example.org", views.Where(view => view.Customer.Email == "ada7@example.org"));
        await Finds($"number={one.OrderNumber.ToLowerInvariant()}", views.Where(view => view.OrderNumber == one.OrderNumber));
        await Finds($"q={one.Shipping.Packages![0].TrackingNumber}+dhl+sku", views.Where(view =>
            view.Shipping.Packages?.Any(package => package.TrackingNumber.StartsWith(one.Shipping.Packages[0].TrackingNumber, StringComparison.Ordinal)) == true));
        await Finds("q=bremen", views.Where(view => histories.Log.Any(recorded => recorded.OrderId == view.OrderId && recorded.Event is ShippingAddressUpdated)));
        await Finds("q=%25", []);
        await Finds("q=%27%20OR%201%3D1%20--", []);
        var from = Histories.Noon.AddHours(10);
        await Finds("from=2026-01-01T22:00:00Z&to=2026-01-02T00:00:00%2B00:00", views.Where(view => view.CreatedAt >= from && view.CreatedAt < from.AddHours(2)));
        await Finds("from=2026-01-01T22:00:00+00:00&to=2026-01-02", views.Where(view => view.CreatedAt >= from && view.CreatedAt < from.AddHours(2)));
        await Finds("from=2031-01-01", []);

        async Task Finds(string query, IEnumerable<OrderView> expected) =>
            Assert.That((await AllOrders($"&{query}")).Select(order => order.OrderId), Is.EquivalentTo(expected.Select(view => view.OrderId)), query);
    }

    [TestCase("orders?status=payed", "status")]
    [TestCase("orders?paymentStatus=1", "paymentStatus")]
    [TestCase("orders?from=yesterday", "from")]
    [TestCase("orders?from=2026-02-01&to=2026-01-01", "to")]
    [TestCase("orders?limit=0", "limit")]
    [TestCase("orders?limit=1001", "limit")]
    [TestCase("orders?limit=ten", "limit")]
    [TestCase("orders?limit=5&limit=6", "limit")]
    [TestCase("orders?sort=status", "sort")]
    [TestCase("orders?cursor=zzz", "cursor")]
    [TestCase("orders?cursor=bnVsbA", "cursor")]
    [TestCase("orders?cursor=WyItdG90YWwiLCJ4IiwieSJd&sort=-total", "cursor")]
    [TestCase("orders?stauts=paid", "stauts")]
    [TestCase("orders?q=a+b+c+d+e+f+g+h+i", "q")]
    [TestCase("orders?q=%00", "q")]
    [TestCase("customers/c-3/orders?limit=x", "limit")]
    [TestCase("approved-orders?after=-1", "after")]
    [TestCase("statistics?from=2020-01-01&to=2026-01-01", "to")]
    [TestCase("statistics?from=x", "from")]
    [TestCase("journal?order=17", "order")]
    [TestCase("journal?after=99999999999999999999", "after")]
    [TestCase("journal/export?format=xml", "format")]
    [TestCase("journal/verify?position=3", "hash")]
    [TestCase("events?from=-1", "from")]
    [TestCase("events?limit=0", "limit")]
    [TestCase("events/stream?type=order-eaten", "type")]
    [TestCase("events/stream?from=x", "from")]
    [TestCase("events/socket?order=x", "order")]
    [TestCase("orders/5f3f7e57-35a4-4b80-b4dc-20ae77a7a1c1?revision=-1", "revision")]
    [TestCase("orders/5f3f7e57-35a4-4b80-b4dc-20ae77a7a1c1?revision=1&at=2026-01-01", "at")]
    [TestCase("orders/5f3f7e57-35a4-4b80-b4dc-20ae77a7a1c1/diff?from=3&to=2", "to")]
    public async Task Bad_input_is_a_400_that_names_the_parameter(string path, string parameter)
    {
        var answer = await shop.Get(path);
        Assert.That((answer.Status, answer.Code), Is.EqualTo((400, "validation-failed")), answer.Text);
        Assert.That(answer.Body.GetProperty("errors").EnumerateObject().Select(error => error.Name), Is.EqualTo(new[] { parameter }), answer.Text);
    }

    [Test]
    public async Task A_cursor_of_another_order_of_the_list_is_refused()
    {
        var next = (await shop.Get("orders?limit=1")).Body.GetProperty("next").GetString();
        Assert.That((await shop.Get($"orders?limit=1&cursor={next}&sort=total")).Status, Is.EqualTo(400));
    }

    [Test]
    public async Task Beyond_the_end_there_is_nothing_and_no_next()
    {
        var last = (await AllOrders(""))[^1];
        var beyond = new ServiceDefaults.Cursor("-created", "0001-01-01T00:00:00.0000000Z", last.OrderId.ToString());
        Assert.That((await shop.Get($"orders?cursor={beyond}")).Text, Is.EqualTo("""{"orders":[]}"""));
        Assert.That((await shop.Get("journal?after=1000000")).Text, Is.EqualTo("""{"entries":[],"next":1000000}"""));
        Assert.That((await shop.Get("approved-orders?after=1000000")).Text, Is.EqualTo("""{"approvals":[],"next":1000000,"acknowledged":0}"""));
        Assert.That((await shop.Get("events?from=1000000")).Text, Is.EqualTo("""{"events":[],"next":1000000}"""));
    }

    [Test]
    public async Task A_customers_orders_and_what_they_come_to()
    {
        var expected = histories.Orders.Values.Select(order => order.ToView()).Where(view => view.Customer.Id == "c-5").ToList();
        var page = (await shop.Get("customers/c-5/orders?limit=1000")).Body.Deserialize(ContractsJson.Default.CustomerOrdersPage)!;
        Assert.That(page.Orders.Select(order => (order.OrderId, order.Status)), Is.EquivalentTo(expected.Select(view => (view.OrderId, view.Status))));
        Assert.That(page.Totals, Is.EqualTo(expected.GroupBy(view => view.Currency).OrderBy(group => group.Key).Select(group => new CustomerTotals(
            group.Key, group.Count(), group.Sum(view => view.Totals.Total), group.Sum(view => view.Payment.Captured), group.Sum(view => view.Payment.Refunded)))));
        var unknown = await shop.Get("customers/nobody/orders");
        Assert.That((unknown.Status, unknown.Code), Is.EqualTo((404, "customer-not-found")));
    }

    [Test]
    public async Task Approved_is_what_was_captured_before_it_was_cancelled_and_revoked_what_was_cancelled_after()
    {
        var expected = new List<(long, Guid, ApprovalKind)>();
        foreach (var recorded in histories.Log)
        {
            var before = histories.Log.Where(earlier => earlier.OrderId == recorded.OrderId && earlier.Position < recorded.Position).Select(earlier => earlier.Event).ToList();
            if (recorded.Event is PaymentCaptured && !before.OfType<OrderCancelled>().Any()) expected.Add((recorded.Position, recorded.OrderId, ApprovalKind.Approved));
            if (recorded.Event is OrderCancelled && before.OfType<PaymentCaptured>().Any()) expected.Add((recorded.Position, recorded.OrderId, ApprovalKind.Revoked));
        }

        var read = new List<Approval>();
        for (var after = 0L; (await shop.Get($"approved-orders?limit=9&after={after}")).Body.Deserialize(ContractsJson.Default.ApprovalPage) is { Approvals.Count: > 0 } page; after = page.Next)
            read.AddRange(page.Approvals);
        Assert.That(read.Select(row => (row.Sequence, row.OrderId, row.Kind)), Is.EqualTo(expected));
        Assert.That(read.Where(row => row.Kind == ApprovalKind.Approved).Select(row => row.Order!.OrderNumber), Is.EqualTo(
            expected.Where(row => row.Item3 == ApprovalKind.Approved).Select(row => histories.Orders[row.Item2].Placed.OrderNumber)));
        Assert.That(read.Where(row => row.Kind == ApprovalKind.Revoked).Select(row => row.Reason), Is.Not.Empty.And.All.EqualTo("changed my mind"));
    }

    [Test]
    public async Task Statistics_add_up_to_what_happened()
    {
        var view = (await shop.Get("statistics?from=2026-01-01&to=2026-01-31")).Body.Deserialize(ContractsJson.Default.StatisticsView)!;
        var orders = histories.Orders.Values.Select(order => order.ToView()).ToList();
        Assert.That(view.Sales, Is.EqualTo(orders.GroupBy(order => order.Currency).OrderBy(group => group.Key).Select(group => new Sales(
            group.Key, group.Count(), group.Sum(order => order.Totals.Total), group.Count(order => order.Payment.Captured > 0), group.Sum(order => order.Payment.Captured),
            group.Sum(order => order.Payment.Refunds.Count(refund => refund.Status == RefundStatus.Refunded)), group.Sum(order => order.Payment.Refunded)))));
        long Reached<T>() where T : OrderEvent => histories.Log.Where(recorded => recorded.Event is T).Select(recorded => recorded.OrderId).Distinct().Count();
        Assert.That(view.Funnel, Is.EqualTo(new Funnel(
            orders.Count, Reached<PaymentAuthInProgress>(), Reached<PaymentAuthPendingReview>(), Reached<PaymentAuthFailed>(), Reached<PaymentCaptured>(),
            Reached<ShippingPreparationInProgress>(), Reached<ShippingPrepared>(), Reached<Shipped>(), Reached<OrderCancelled>(), Reached<PaymentRefunded>())));
        var first = histories.Log.Count(recorded => recorded.Event is OrderCreated && recorded.Metadata.TimeObserved < Histories.Noon.AddHours(1));
        Assert.That((view.Hours[0].Hour, view.Hours[0].Funnel.Placed), Is.EqualTo((Histories.Noon, (long)first)));
        Assert.That(view.Hours.Select(hour => hour.Hour), Is.Ordered.And.Unique);
    }

    private async Task<List<OrderSummary>> AllOrders(string filter, int limit = 100)
    {
        var all = new List<OrderSummary>();
        for (string? cursor = ""; cursor is not null;)
        {
            var answer = await shop.Get($"orders?limit={limit}{filter}{(cursor.Length > 0 ? $"&cursor={cursor}" : "")}");
            Assert.That(answer.Status, Is.EqualTo(200), answer.Text);
            var page = answer.Body.Deserialize(ContractsJson.Default.OrderPage)!;
            all.AddRange(page.Orders);
            cursor = page.Next;
        }

        return all;
    }
}
