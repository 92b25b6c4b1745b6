using Shop.Contracts;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Messaging;
using static Shop.Shipping.Tests.OrderBook;

namespace Shop.Shipping.Tests;

/// <summary>A paid order is claimed, packed and reported; what came first in its stream decides whether.</summary>
public sealed class PaymentCapturedTests : ConsumerFixture
{
    [Test]
    public async Task A_paid_order_is_claimed_packed_and_reported()
    {
        var id = await Orders.PlacePaid();
        Warehouse.OnPrepare = async parcel =>
        {
            await Stream(id, Created, Begun, Captured, Preparing);
            return new PreparedParcel("DHL", "express");
        };
        await Deliver(id);
        await Stream(id, Created, Begun, Captured, Preparing, Prepared);
        var parcel = Warehouse.Asked.Single();
        var order = await Orders.Read(id);
        Assert.Multiple(() =>
        {
            Assert.That(parcel.ShipmentId, Is.EqualTo(Shipments.IdOf(id)).And.EqualTo(order.Shipping.ShipmentId));
            Assert.That((parcel.OrderNumber, parcel.Address.Line1), Is.EqualTo((order.OrderNumber, "1 Example Street")));
            Assert.That(parcel.Items, Is.EqualTo(order.Items));
            Assert.That((order.Status, order.Shipping.Carrier, order.Shipping.Service), Is.EqualTo((OrderStatus.ShipmentPrepared, "DHL", "express")));
        });
    }

    [Test]
    public async Task What_it_writes_names_the_message_as_its_cause_and_shipping_as_its_agent()
    {
        var (id, message) = (await Orders.PlacePaid(), Guid.NewGuid());
        await Deliver(id, message);
        foreach (var recorded in (await Orders.Stream(id)).Skip(3))
        {
            Assert.That(recorded.Metadata.CausationId, Is.EqualTo(message));
            Assert.That(recorded.Metadata.Agent, Is.EqualTo(new Agent(AgentKind.Service, "shipping")));
        }
    }

    [Test]
    public async Task It_is_shipped_to_the_address_that_was_there_when_it_was_claimed()
    {
        var id = await Orders.PlacePaid();
        Wire.Before = asked =>
        {
            // At the last moment: the customer's change is in the stream before the marker is.
            if (asked == Preparing) Assert.That(Orders.Move(id, "2 Other Street").GetAwaiter().GetResult().Status, Is.EqualTo(200));
        };
        await Deliver(id);
        await Stream(id, Created, Begun, Captured, Moved, Preparing, Prepared);
        Assert.That(Warehouse.Asked.Single().Address.Line1, Is.EqualTo("2 Other Street"));
    }

    [Test]
    public async Task Once_it_is_claimed_neither_address_change_nor_cancellation_comes_through()
    {
        var id = await Orders.PlacePaid();
        Warehouse.OnPrepare = async _ =>
        {
            Assert.That((await Orders.Move(id, "2 Other Street")).Code, Is.EqualTo("shipping-address-locked"));
            Assert.That((await Orders.TryCancel(id)).Code, Is.EqualTo("order-not-cancellable"));
            return new PreparedParcel();
        };
        await Deliver(id);
        await Stream(id, Created, Begun, Captured, Preparing, Prepared);
    }

    [Test]
    public async Task An_order_cancelled_before_it_was_claimed_is_not_packed()
    {
        var id = await Orders.PlacePaid();
        await Orders.Cancel(id);
        await Deliver(id);
        await Stream(id, Created, Begun, Captured, Cancelled);
        Assert.That(Warehouse.Asked, Is.Empty);
    }

    [Test]
    public async Task An_order_cancelled_at_the_very_moment_of_the_claim_is_not_packed()
    {
        var id = await Orders.PlacePaid();
        Wire.Before = asked =>
        {
            if (asked == Preparing) Orders.Cancel(id).GetAwaiter().GetResult();
        };
        await Deliver(id);
        await Stream(id, Created, Begun, Captured, Cancelled);
        Assert.That(Warehouse.Asked, Is.Empty);
    }

    [Test]
    public async Task An_order_whose_money_goes_back_is_not_packed()
    {
        var id = await Orders.PlacePaid();
        await Orders.Write(id, new RefundRequested(Guid.NewGuid(), 4497, "out of stock"));
        await Deliver(id);
        await Stream(id, Created, Begun, Captured, "refund-requested");
        Assert.That(Warehouse.Asked, Is.Empty);
    }

    [Test]
    public async Task An_order_of_which_a_part_goes_back_is_packed()
    {
        var id = await Orders.PlacePaid();
        await Orders.Write(id, new RefundRequested(Guid.NewGuid(), 4496, "discount"));
        await Deliver(id);
        await Stream(id, Created, Begun, Captured, "refund-requested", Preparing, Prepared);
    }

    [Test]
    public async Task An_order_that_is_not_paid_is_not_packed()
    {
        var (unpaid, nobody) = (await Orders.Place(), Guid.NewGuid());
        await Deliver(unpaid);
        await Deliver(nobody);
        await Stream(unpaid, Created);
        Assert.That(Warehouse.Asked, Is.Empty);
    }

    [Test]
    public async Task A_duplicate_packs_nothing_and_writes_nothing()
    {
        var id = await Orders.PlacePaid();
        await Deliver(id);
        await Deliver(id);
        await Deliver(id, Guid.NewGuid());
        await Stream(id, Created, Begun, Captured, Preparing, Prepared);
        Assert.That(Warehouse.Asked, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_duplicate_after_it_was_shipped_changes_nothing()
    {
        var id = await Orders.PlacePrepared();
        await Orders.Write(id, new Shipped(Shipments.IdOf(id), "DHL", DateTimeOffset.UtcNow, [new Package("JJD01")]));
        await Deliver(id);
        await Stream(id, Created, Begun, Captured, Preparing, Prepared, HasShipped);
        Assert.That(Warehouse.Asked, Is.Empty);
    }

    [Test]
    public async Task Two_deliveries_at_once_are_one_shipment()
    {
        var id = await Orders.PlacePaid();
        var (both, asked) = (new TaskCompletionSource(), 0);
        Warehouse.OnPrepare = async _ =>
        {
            if (Interlocked.Increment(ref asked) == 2) both.SetResult();
            await both.Task;
            return new PreparedParcel("DHL");
        };
        await Task.WhenAll(Deliver(id), Deliver(id, Guid.NewGuid()));
        await Stream(id, Created, Begun, Captured, Preparing, Prepared);
        Assert.That(Warehouse.Asked.Select(parcel => parcel.ShipmentId).Distinct().Count(), Is.EqualTo(1), "under one id, by which the warehouse tells them");
    }

    [Test]
    public async Task While_the_warehouse_is_away_the_order_is_claimed_and_its_message_comes_back()
    {
        var id = await Orders.PlacePaid();
        Warehouse.OnPrepare = _ => throw new RetryLaterException("The warehouse did not answer.");
        Assert.That(async () => await Deliver(id), Throws.TypeOf<RetryLaterException>());
        await Stream(id, Created, Begun, Captured, Preparing);
        Warehouse.OnPrepare = _ => Task.FromResult(new PreparedParcel("DHL"));
        await Deliver(id);
        await Stream(id, Created, Begun, Captured, Preparing, Prepared);
    }

    [Test]
    public async Task While_the_order_service_is_away_nothing_is_packed_and_the_message_comes_back()
    {
        var id = await Orders.PlacePaid();
        Wire.Before = _ => throw new HttpRequestException("away");
        Assert.That(async () => await Deliver(id), Throws.TypeOf<OrdersUnavailableException>());
        Assert.That(Warehouse.Asked, Is.Empty);
        await Stream(id, Created, Begun, Captured);
    }

    [Test]
    public async Task The_delay_is_a_window_in_which_a_customer_can_cancel()
    {
        var id = await Orders.PlacePaid();
        Settings.PreparationDelay = TimeSpan.FromSeconds(1);
        Wire.After = async asked =>
        {
            if (asked == "read") await Orders.Cancel(id);
        };
        await Deliver(id);
        await Stream(id, Created, Begun, Captured, Cancelled);
        Assert.That(Warehouse.Asked, Is.Empty);
    }

    [Test]
    public async Task The_delay_is_counted_from_what_last_happened_to_the_order()
    {
        var id = await Orders.PlacePaid();
        Settings.PreparationDelay = TimeSpan.FromMilliseconds(500);
        await Shop.Testing.Eventually.True(
            async () => DateTimeOffset.UtcNow > (await Orders.Read(id)).UpdatedAt + Settings.PreparationDelay, "it was left alone for so long already");
        var reads = 0;
        Wire.Before = asked => reads += asked == "read" ? 1 : 0;
        await Deliver(id);
        await Stream(id, Created, Begun, Captured, Preparing, Prepared);
        Assert.That(reads, Is.EqualTo(1));
    }

    [Test]
    public async Task What_has_begun_is_not_delayed_again()
    {
        var id = await Orders.PlacePaid();
        await Orders.Write(id, new ShippingPreparationInProgress(Shipments.IdOf(id)));
        Settings.PreparationDelay = TimeSpan.FromHours(1);
        await Deliver(id);
        await Stream(id, Created, Begun, Captured, Preparing, Prepared);
    }
}
