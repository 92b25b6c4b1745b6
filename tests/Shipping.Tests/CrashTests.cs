using Shop.Testing;
using static Shop.Shipping.Tests.OrderBook;

namespace Shop.Shipping.Tests;

/// <summary>Cut off at each step, the delivery that follows ends in the same stream, with one shipment.</summary>
public sealed class CrashTests : ConsumerFixture
{
    [TestCase(Preparing, false, 0, TestName = "Cut_off_before_the_claim_was_sent")]
    [TestCase(Preparing, true, 0, TestName = "Cut_off_when_the_claim_was_written")]
    [TestCase(Prepared, false, 1, TestName = "Cut_off_when_it_was_packed")]
    [TestCase(Prepared, true, 1, TestName = "Cut_off_when_the_outcome_was_written")]
    public async Task Cut_off(string step, bool isDone, int packed)
    {
        var id = await Orders.PlacePaid();
        if (isDone)
            Wire.After = asked => asked == step ? throw new CrashException() : Task.CompletedTask;
        else
            Wire.Before = asked => _ = asked == step ? throw new CrashException() : 0;
        Assert.That(async () => await Deliver(id), Throws.TypeOf<CrashException>());
        Assert.That((await Orders.Names(id)).Contains(step), Is.EqualTo(isDone));
        Assert.That(Warehouse.Asked, Has.Count.EqualTo(packed));

        (Wire.Before, Wire.After) = (_ => { }, _ => Task.CompletedTask);
        await Deliver(id);
        await Stream(id, Created, Begun, Captured, Preparing, Prepared);
        Assert.That(Warehouse.Asked.Select(parcel => parcel.ShipmentId).Distinct(), Is.EqualTo(new[] { Shipments.IdOf(id) }));
    }

    [Test]
    public async Task Cut_off_while_it_was_being_packed()
    {
        var id = await Orders.PlacePaid();
        Warehouse.OnPrepare = _ => throw new CrashException();
        Assert.That(async () => await Deliver(id), Throws.TypeOf<CrashException>());
        Warehouse.OnPrepare = _ => Task.FromResult(new PreparedParcel("DHL"));
        await Deliver(id);
        await Stream(id, Created, Begun, Captured, Preparing, Prepared);
        Assert.That(Warehouse.Asked.Select(parcel => (parcel.ShipmentId, parcel.Address)).Distinct().Count(), Is.EqualTo(1), "the same parcel, to the same address");
    }

    [Test]
    public async Task A_claim_whose_answer_is_lost_is_repeated_and_is_one()
    {
        var id = await Orders.PlacePaid();
        var lost = false;
        Wire.After = asked =>
        {
            if (asked != Preparing || lost) return Task.CompletedTask;
            lost = true;
            throw new HttpRequestException("the answer is lost");
        };
        await Deliver(id);
        await Stream(id, Created, Begun, Captured, Preparing, Prepared);
    }

    [Test]
    public async Task Killed_while_the_warehouse_packs_the_service_goes_on_after_its_restart()
    {
        using var folder = new TemporaryFolder();
        await using var warehouse = await RunningWarehouse.Start();
        using var shipping = new ServiceProcess(
            "services/Shipping", folder.Path,
            [$"DataDirectory={folder.Path}/shipping", $"Orders:Url={Orders.Url}", $"Shipping:WarehouseUrl={warehouse.Url}", "Messaging:RetryDelays:0=1"]);
        var packing = new TaskCompletionSource();
        warehouse.OnRequest = async _ => await packing.Task;
        await shipping.Start();
        var id = await Orders.PlacePaid();
        await Eventually.True(() => warehouse.Keys.Contains($"{Shipments.IdOf(id)}"), "the warehouse is packing");
        shipping.Kill();
        await Stream(id, Created, Begun, Captured, Preparing);

        packing.SetResult();
        await shipping.Start();
        await Eventually.True(async () => (await Orders.Names(id)).Contains(Prepared), "it is prepared");
        await Stream(id, Created, Begun, Captured, Preparing, Prepared);
        Assert.That(warehouse.Keys.Distinct(), Is.EqualTo(new[] { $"{Shipments.IdOf(id)}" }));
        Assert.That(shipping.Log, Does.Not.Contain("Example Street").And.Not.Contain("Ada Example"));
    }
}
