using Shop.ServiceDefaults.Messaging;
using Shop.Shipping;

namespace Shop.Histories.Tests;

/// <summary>A warehouse that packs a shipment once, and knows what it packed.</summary>
internal sealed class PackingTable(Scheduler scheduler) : IWarehouse
{
    public Dictionary<Guid, Parcel> Packed { get; } = [];

    /// <summary>What it was asked that it should never have been asked.</summary>
    public List<string> Complaints { get; } = [];

    public async Task<PreparedParcel> Prepare(Parcel parcel, CancellationToken cancellation)
    {
        if (!await scheduler.Pause("asks the warehouse to pack")) throw new RetryLaterException("The warehouse is away.");
        if (!Packed.TryAdd(parcel.ShipmentId, parcel) && Packed[parcel.ShipmentId].Address != parcel.Address)
            Complaints.Add($"shipment {parcel.OrderNumber} was packed for {Packed[parcel.ShipmentId].Address.Line1}, and then for {parcel.Address.Line1}");
        if (!await scheduler.Pause("hears that it is packed")) throw new RetryLaterException("The warehouse's answer was lost.");
        return new PreparedParcel("DHL");
    }
}
