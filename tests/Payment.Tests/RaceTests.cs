using Shop.Contracts;
using Shop.Payment.Provider;
using Shop.ServiceDefaults.Messaging;
using Shop.Testing;

namespace Shop.Payment.Tests;

/// <summary>What happens between two steps: a provider that acts at the worst moment, and the real Order Event Service.</summary>
public sealed class RaceTests
{
    private const string Created = "order-created", Begun = "payment-auth-in-progress", Captured = "payment-captured", Failed = "payment-auth-failed",
        Voided = "payment-auth-voided", Cancelled = "order-cancelled", Review = "payment-auth-pending-review", Refunding = "payment-refund-in-progress",
        Refunded = "payment-refunded", RefundAsked = "refund-requested";

    private OrderBook orders = null!;
    private ScriptedProvider provider = null!;
    private PaymentProcess process = null!;

    [OneTimeSetUp]
    public async Task Open() => orders = await OrderBook.Open();

    [SetUp]
    public void Script()
    {
        provider = new ScriptedProvider();
        process = Handlers.Of(orders, provider);
    }

    [OneTimeTearDown]
    public async Task Close() => await orders.DisposeAsync();

    [Test]
    public async Task Cancelled_between_the_look_and_the_capture_it_is_refunded_once_though_two_handlers_try()
    {
        var id = await orders.Place();
        provider.OnCapture = async () =>
        {
            await orders.Cancel(id);
            return Settlement.Captured;
        };
        var (both, first) = (new TaskCompletionSource(), new TaskCompletionSource());
        var asked = 0;
        provider.OnRefund = async () =>
        {
            first.TrySetResult();
            if (Interlocked.Increment(ref asked) == 2) both.SetResult();
            await both.Task;
            return new ProviderRefund("re_1");
        };
        var created = process.OrderCreated(id);
        await first.Task.WaitAsync(TimeSpan.FromSeconds(30));
        var cancelled = process.Continue(id);
        await Task.WhenAll(created, cancelled).WaitAsync(TimeSpan.FromSeconds(30));
        await Stream(id, Created, Begun, Cancelled, Captured, Refunding, Refunded);
        Assert.That(
            provider.Calls.Where(call => call.StartsWith("refund", StringComparison.Ordinal)).Distinct().Count(), Is.EqualTo(1),
            "both under one refund id: at the provider that is once");
    }

    [Test]
    public async Task Cancelled_before_the_look_it_is_voided_and_never_captured()
    {
        var id = await orders.Place();
        provider.OnAuthorize = async () =>
        {
            await orders.Cancel(id);
            return new Authorization.Authorized(ScriptedProvider.PaymentId);
        };
        await process.OrderCreated(id);
        await process.Continue(id);
        await Stream(id, Created, Begun, Cancelled, Voided);
        Assert.That(provider.Calls, Is.EqualTo(new[] { "authorize 1", "void pi_1" }));
    }

    [Test]
    public async Task A_void_that_comes_too_late_is_a_capture_and_a_refund()
    {
        var id = await orders.Place();
        provider.OnAuthorize = async () =>
        {
            await orders.Cancel(id);
            return new Authorization.Authorized(ScriptedProvider.PaymentId);
        };
        provider.OnVoid = () => Task.FromResult(Settlement.Captured);
        await process.OrderCreated(id);
        await Stream(id, Created, Begun, Cancelled, Captured, Refunding, Refunded);
    }

    [Test]
    public async Task A_decline_of_an_order_that_was_cancelled_meanwhile_is_still_written()
    {
        var id = await orders.Place();
        provider.OnAuthorize = async () =>
        {
            await orders.Cancel(id);
            return new Authorization.Declined(PaymentFailureReason.Declined, Retryable: true, "generic_decline");
        };
        await process.OrderCreated(id);
        await process.Continue(id);
        await Stream(id, Created, Begun, Cancelled, Failed);
        Assert.That(provider.Calls, Is.EqualTo(new[] { "authorize 1" }));
    }

    [Test]
    public async Task A_review_of_an_order_that_was_cancelled_meanwhile_is_voided()
    {
        var id = await orders.Place();
        provider.OnAuthorize = async () =>
        {
            await orders.Cancel(id);
            return new Authorization.UnderReview(ScriptedProvider.PaymentId, "elevated", DateTimeOffset.UtcNow.AddDays(7));
        };
        await process.OrderCreated(id);
        await Stream(id, Created, Begun, Cancelled, Voided);
        Assert.That(provider.Calls, Is.EqualTo(new[] { "authorize 1", "void pi_1" }));
    }

    [Test]
    public async Task An_authorization_that_lapsed_before_its_capture_can_be_paid_again()
    {
        var id = await orders.Place();
        provider.OnCapture = () => Task.FromResult(Settlement.Voided);
        await process.OrderCreated(id);
        await Stream(id, Created, Begun, Failed);
        Assert.That(await orders.Last<PaymentAuthFailed>(id), Is.EqualTo(new PaymentAuthFailed(1, PaymentFailureReason.AuthorizationExpired, Retryable: true)));
        provider.OnCapture = () => Task.FromResult(Settlement.Captured);
        Assert.That((await orders.Pay(id, "pm_card_mastercard")).Status, Is.EqualTo(200));
        await process.Continue(id);
        await Stream(id, Created, Begun, Failed, "payment-updated", Begun, Captured);
    }

    [Test]
    public async Task A_declined_review_that_was_captured_at_the_provider_is_not_called_failed()
    {
        var id = await orders.Place();
        provider.OnAuthorize = () => Task.FromResult<Authorization>(
            new Authorization.UnderReview(ScriptedProvider.PaymentId, "elevated", DateTimeOffset.UtcNow.AddDays(7)));
        await process.OrderCreated(id);
        await orders.Write(id, new PaymentReviewDeclined(1, "grace"));
        provider.OnVoid = () => Task.FromResult(Settlement.Captured);
        Assert.That(
            async () => await process.Continue(id),
            Throws.TypeOf<UnprocessableMessageException>().With.Property("Reason").EqualTo("captured-though-declined"));
        await Stream(id, Created, Begun, Review, "payment-review-declined");
    }

    [Test]
    public async Task Order_cancelled_delivered_before_order_created_charges_nothing()
    {
        var id = await orders.Place();
        await orders.Cancel(id);
        await process.Continue(id);
        await process.OrderCreated(id);
        await Stream(id, Created, Cancelled);
        Assert.That(provider.Calls, Is.Empty, "the marker was refused");
    }

    [Test]
    public async Task A_message_about_an_order_that_is_not_there_comes_back_later()
    {
        var nobody = Guid.NewGuid();
        Assert.That(async () => await process.Continue(nobody), Throws.TypeOf<RetryLaterException>());
        await process.OrderCreated(nobody);
        Assert.That(provider.Calls, Is.Empty);
    }

    [Test]
    public async Task Two_deliveries_of_order_created_at_once_capture_once()
    {
        var id = await orders.Place();
        var (both, asked) = (new TaskCompletionSource(), 0);
        provider.OnAuthorize = async () =>
        {
            if (Interlocked.Increment(ref asked) == 2) both.SetResult();
            await both.Task;
            return new Authorization.Authorized(ScriptedProvider.PaymentId);
        };
        await Task.WhenAll(process.OrderCreated(id), process.OrderCreated(id)).WaitAsync(TimeSpan.FromSeconds(30));
        await Stream(id, Created, Begun, Captured);
        Assert.That(provider.Requests.Select(request => request with { MayExist = false }).Distinct().Count(), Is.EqualTo(1), "one and the same request");
        Assert.That(provider.Requests.Count(request => !request.MayExist), Is.EqualTo(1), "who wrote the marker need not look first");
    }

    [Test]
    public async Task A_try_behind_one_that_broke_off_looks_first_and_charges_the_method_of_the_marker()
    {
        var id = await orders.Place("pm_card_mastercard");
        provider.OnAuthorize = () => throw new RetryLaterException("away");
        Assert.That(async () => await process.OrderCreated(id), Throws.TypeOf<RetryLaterException>());
        Assert.That((await orders.Pay(id, "pm_card_visa")).Code, Is.EqualTo("payment-update-not-allowed"));
        provider.OnAuthorize = () => Task.FromResult<Authorization>(new Authorization.Authorized(ScriptedProvider.PaymentId));
        await process.OrderCreated(id);
        await Stream(id, Created, Begun, Captured);
        Assert.That(provider.Requests.Select(request => (request.MayExist, request.MethodToken)), Is.EqualTo(new[]
        {
            (false, "pm_card_mastercard"), (true, "pm_card_mastercard"),
        }));
    }

    [Test]
    public async Task Two_refunds_that_are_due_are_made_one_after_the_other()
    {
        var id = await orders.Place();
        await process.OrderCreated(id);
        var (one, other) = (Guid.NewGuid(), Guid.NewGuid());
        await orders.Write(id, new RefundRequested(one, 1000, "damaged"));
        await orders.Write(id, new RefundRequested(other, 500, "late"));
        await process.Continue(id);
        await Stream(id, Created, Begun, Captured, RefundAsked, RefundAsked, Refunding, Refunded, Refunding, Refunded);
        Assert.That(provider.Calls.Skip(2), Is.EqualTo(new[] { $"refund {one} 1000", $"refund {other} 500" }));
    }

    [Test]
    public async Task A_customer_who_cancels_within_the_delay_is_never_charged()
    {
        var id = await orders.Place();
        var waiting = Handlers.Of(orders, provider, TimeSpan.FromSeconds(2)).OrderCreated(id);
        await orders.Cancel(id);
        Assert.That(waiting.IsCompleted, Is.False);
        await waiting;
        await Stream(id, Created, Cancelled);
        Assert.That(provider.Calls, Is.Empty);
    }

    [Test]
    public async Task The_delay_counts_from_the_order_and_not_from_its_message()
    {
        var id = await orders.Place();
        await Handlers.Of(orders, provider, TimeSpan.FromMinutes(30), new Later(TimeSpan.FromHours(1))).OrderCreated(id).WaitAsync(TimeSpan.FromSeconds(30));
        await Stream(id, Created, Begun, Captured);
    }

    [Test]
    public async Task An_attempt_that_has_begun_is_not_delayed_again()
    {
        var id = await orders.Place();
        await orders.Write(id, new PaymentAuthInProgress(1));
        await Handlers.Of(orders, provider, TimeSpan.FromHours(1)).OrderCreated(id).WaitAsync(TimeSpan.FromSeconds(30));
        await Stream(id, Created, Begun, Captured);
    }

    [Test]
    public async Task At_the_provider_two_deliveries_of_order_created_use_one_key()
    {
        await using var sandbox = await Provider.Open();
        var calls = new StripeCalls();
        using var http = StripeCalls.ClientOf(sandbox.Url, calls);
        var stripe = Handlers.Of(orders, StripeCalls.ProviderOf(http));
        var id = await orders.Place("pm_sandbox_slow");
        var first = stripe.OrderCreated(id);
        await orders.Becomes(id, Created, Begun);
        // The second is told that the first is at it, and comes back until there is something to find.
        await Task.WhenAll(first, Eventually.True(async () => await Completes(stripe.OrderCreated(id)), "the duplicate completes"));
        await Stream(id, Created, Begun, Captured);
        Assert.That(calls.KeysOf("/v1/payment_intents").Distinct(), Is.EqualTo(new[] { $"{id}:authorize:1" }));
        Assert.That(await sandbox.Ledger(id), Is.EqualTo(Money.Taken));
    }

    private static async Task<bool> Completes(Task handler)
    {
        try
        {
            await handler;
            return true;
        }
        catch (RetryLaterException)
        {
            return false;
        }
    }

    private async Task Stream(Guid id, params string[] names) => Assert.That(await orders.Names(id), Is.EqualTo(names));

    private sealed class Later(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + by;
    }
}
