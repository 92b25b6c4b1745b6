using System.Net;
using System.Net.Http.Headers;
using Shop.Backoffice.Deliveries;
using Shop.Contracts;
using Shop.ServiceDefaults;

namespace Shop.Deliveries.Tests;

/// <summary>What reaches the order management system, whatever happens to it and to the shop.</summary>
public sealed class DeliveryTests
{
    private static readonly TimeSpan AMoment = TimeSpan.FromSeconds(2);

    private DeliveringShop shop = null!;

    [SetUp]
    public void Start() => shop = new DeliveringShop();

    [TearDown]
    public async Task Stop() => await shop.DisposeAsync();

    [Test]
    public async Task An_approved_order_is_delivered_once_signed_and_under_its_key_and_its_revocation_after_it()
    {
        var order = shop.Approve();
        shop.Revoke(order);
        shop.Approve();
        await shop.Run(AMoment);
        Assert.That(shop.System.Requests, Has.Count.EqualTo(3));
        var ofOrder = shop.System.Requests.Where(request => request.Approval.OrderId == order).ToList();
        Assert.Multiple(() =>
        {
            Assert.That(ofOrder.Select(request => request.Approval.Kind), Is.EqualTo(new[] { ApprovalKind.Approved, ApprovalKind.Revoked }));
            Assert.That(ofOrder[0].Approval.Order!.Totals.Total, Is.EqualTo(3998));
            Assert.That(ofOrder[1].Approval.Reason, Is.EqualTo("changed my mind"));
            Assert.That(shop.System.Requests.Select(request => request.Key), Is.Unique);
            Assert.That(shop.System.Requests.All(request => WebhookSignature.Verify(
                request.Signature, [DeliveringShop.Secret], shop.Clock.Now, TimeSpan.FromMinutes(5), request.Body)), Is.True);
            Assert.That(shop.All.Select(delivery => (delivery.State, delivery.Attempts)), Is.EqualTo(Enumerable.Repeat((DeliveryState.Delivered, 1), 3)));
        });
    }

    [Test]
    public async Task A_system_that_is_down_for_an_hour_loses_nothing_and_is_not_stormed()
    {
        shop.System.Answer = _ => throw new HttpRequestException(HttpRequestError.ConnectionError);
        var orders = new List<Guid>();
        for (var minute = 0; minute < 60; minute++)
        {
            orders.Add(shop.Approve());
            if (minute % 10 == 9) shop.Revoke(orders[minute - 5]);
            await shop.Run(TimeSpan.FromMinutes(1));
        }

        Assert.Multiple(() =>
        {
            Assert.That(shop.Store.Pending, Is.EqualTo(66));
            Assert.That(shop.System.Requests, Has.Count.InRange(60, 200), "one at a time, and less and less often");
            Assert.That(shop.Process.Trouble, Is.EqualTo("It cannot be reached (ConnectionError)."));
            Assert.That(shop.All[0].LastError, Is.EqualTo("It cannot be reached (ConnectionError)."));
        });

        var (before, taken) = (shop.System.Requests.Count, new List<Approval>());
        shop.System.Answer = request =>
        {
            lock (taken) taken.Add(request.Approval);
            return new HttpResponseMessage(HttpStatusCode.OK);
        };
        await shop.Run(TimeSpan.FromMinutes(6));
        Assert.Multiple(() =>
        {
            Assert.That(shop.Store.Pending, Is.Zero);
            Assert.That(shop.Process.Trouble, Is.Null);
            Assert.That(taken.Select(approval => approval.Sequence).Order(), Is.EqualTo(shop.Approvals.Select(approval => approval.Sequence)), "each once");
            foreach (var of in taken.GroupBy(approval => approval.OrderId)) Assert.That(of.Select(approval => approval.Sequence), Is.Ordered, "each order in sequence");
            Assert.That(shop.System.Requests, Has.Count.EqualTo(before + 66));
        });
    }

    [Test]
    public async Task An_order_that_is_refused_holds_up_its_own_revocation_and_nobody_elses()
    {
        var refused = shop.Approve();
        shop.Revoke(refused);
        var other = shop.Approve();
        shop.System.Answer = request => new HttpResponseMessage(request.Approval.OrderId == refused ? HttpStatusCode.UnprocessableEntity : HttpStatusCode.NoContent);
        await shop.Run(TimeSpan.FromMinutes(10));
        Assert.Multiple(() =>
        {
            Assert.That(shop.All.Select(delivery => (delivery.OrderId, delivery.State)), Is.EqualTo(new[]
            {
                (refused, DeliveryState.Pending), (refused, DeliveryState.Pending), (other, DeliveryState.Delivered),
            }));
            Assert.That(shop.All[0].Attempts, Is.InRange(5, 15));
            Assert.That(shop.All[1].Attempts, Is.Zero);
            Assert.That(shop.Store.Find(shop.All[0].Id)!.Attempts[0], Has.Property("Status").EqualTo(422).And.Property("Error").EqualTo("It answered 422."));
        });

        shop.System.Answer = _ => new HttpResponseMessage(HttpStatusCode.OK);
        await shop.Store.Redeliver(shop.All[0].Id, shop.Clock.Now);
        await shop.Run(AMoment);
        Assert.That(shop.Store.Pending, Is.Zero);
        Assert.That(shop.System.Requests.TakeLast(2).Select(request => request.Approval.Kind), Is.EqualTo(new[] { ApprovalKind.Approved, ApprovalKind.Revoked }));
    }

    [Test]
    public async Task After_a_crash_it_goes_on_and_repeats_what_was_not_recorded_under_the_same_key()
    {
        shop.Approve();
        await shop.Run(AMoment);
        shop.Approve();
        // Taken, but the process ends before the answer is there.
        using var crash = new CancellationTokenSource();
        shop.System.Answer = _ =>
        {
            crash.Cancel();
            throw new OperationCanceledException(crash.Token);
        };
        Assert.That(async () => await shop.Process.Step(crash.Token), Throws.InstanceOf<OperationCanceledException>());
        await shop.Restart();
        shop.System.Answer = _ => new HttpResponseMessage(HttpStatusCode.OK);
        shop.Approve();
        await shop.Run(AMoment);

        var requests = shop.System.Requests;
        Assert.That(requests.Select(request => request.Approval.Sequence), Is.EqualTo(new long[] { 5, 10, 10, 15 }).Or.EqualTo(new long[] { 5, 10, 15, 10 }));
        Assert.That(requests.Where(request => request.Approval.Sequence == 10).Select(request => request.Key).Distinct().Count(), Is.EqualTo(1));
        Assert.That(requests.Where(request => request.Approval.Sequence == 10).Select(request => Convert.ToHexString(request.Body)).Distinct().Count(), Is.EqualTo(1));
        Assert.That(shop.All.Select(delivery => delivery.State), Is.All.EqualTo(DeliveryState.Delivered));
    }

    [Test]
    public async Task What_was_delivered_is_delivered_again_when_somebody_asks_for_it()
    {
        shop.Approve();
        await shop.Run(AMoment);
        Assert.That(await shop.Store.Redeliver(shop.All[0].Id, shop.Clock.Now), Is.True);
        Assert.That(await shop.Store.Redeliver(Guid.NewGuid(), shop.Clock.Now), Is.False);
        await shop.Run(AMoment);
        Assert.That(shop.System.Requests.Select(request => request.Key), Is.EqualTo(Enumerable.Repeat(shop.All[0].Id.ToString(), 2)));
        Assert.That(shop.Store.Find(shop.All[0].Id)!.Attempts, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task A_system_that_asks_to_be_left_alone_is()
    {
        shop.Approve();
        shop.Approve();
        shop.System.Answer = _ => new HttpResponseMessage(HttpStatusCode.TooManyRequests) { Headers = { RetryAfter = new RetryConditionHeaderValue(TimeSpan.FromMinutes(2)) } };
        await shop.Run(AMoment);
        var asked = shop.System.Requests.Count;
        await shop.Run(TimeSpan.FromSeconds(110));
        Assert.That(shop.System.Requests, Has.Count.EqualTo(asked));
        shop.System.Answer = _ => new HttpResponseMessage(HttpStatusCode.OK);
        await shop.Run(TimeSpan.FromSeconds(20));
        Assert.That(shop.Store.Pending, Is.Zero);
    }

    [Test]
    public async Task When_an_older_copy_of_the_log_was_put_back_nothing_is_taken_for_delivered()
    {
        shop.Approve();
        shop.Approve();
        await shop.Run(AMoment);
        var gone = shop.Approvals[^1];
        shop.Approvals.Remove(gone);
        shop.Approvals.Add(gone with { Sequence = 17, OrderId = Guid.NewGuid() });
        await shop.Run(AMoment);
        Assert.That(shop.System.Requests, Has.Count.EqualTo(2));
        Assert.That(shop.Process.Trouble, Does.Contain("an older copy of the log was put back"));
    }

    [TestCase("ftp://oms.example", "Url must be an http or https URL")]
    [TestCase("/webhooks", "Url must be an http or https URL")]
    [TestCase("https://user:secret@oms.example/", "without a user name")]
    [TestCase("http://oms.example/webhooks", "Url must be https")]
    public void A_url_that_it_must_not_send_to_is_refused_at_the_start(string url, string mistake) =>
        Assert.That(new OrderManagementOptions { Url = url, Secrets = [DeliveringShop.Secret] }.Mistake(isDevelopment: false), Does.Contain(mistake));

    [Test]
    public void A_secret_that_is_missing_short_or_the_developments_is_refused_at_the_start()
    {
        Assert.Multiple(() =>
        {
            foreach (var secrets in (string[][])[[], ["short"], [DeliveringShop.Secret, "short"], [OrderManagementOptions.DevelopmentSecret]])
                Assert.That(With(secrets).Mistake(isDevelopment: false), Does.Contain("OrderManagement:Secrets"), string.Join(",", secrets));
            Assert.That(With([DeliveringShop.Secret]).Mistake(isDevelopment: false), Is.Null);
            Assert.That(With([OrderManagementOptions.DevelopmentSecret]).Mistake(isDevelopment: true), Is.Null);
            Assert.That(new OrderManagementOptions().Mistake(isDevelopment: false), Is.Null, "nothing is to be sent");
        });

        static OrderManagementOptions With(string[] secrets) => new() { Url = "https://oms.example/webhooks", Secrets = secrets };
    }
}
