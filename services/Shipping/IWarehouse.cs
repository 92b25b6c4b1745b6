using Shop.Contracts;

namespace Shop.Shipping;

/// <summary>Where parcels are packed. Asking twice for the same shipment packs it once.</summary>
public interface IWarehouse
{
    /// <summary>Has a parcel packed; completes when it stands ready for the carrier.</summary>
    Task<PreparedParcel> Prepare(Parcel parcel, CancellationToken cancellation);
}

/// <summary>What is to be packed, and where it goes.</summary>
public sealed record Parcel(Guid ShipmentId, string OrderNumber, Address Address, IReadOnlyList<OrderItem> Items);

/// <summary>Who will carry it, as far as that is known.</summary>
public sealed record PreparedParcel(string? Carrier = null, string? Service = null);
