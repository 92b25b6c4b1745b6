using System.Collections.Concurrent;

namespace Shop.Shipping.Tests;

/// <summary>A warehouse that does what the test says, at the very moment that it is asked.</summary>
internal sealed class ScriptedWarehouse : IWarehouse
{
    public Func<Parcel, Task<PreparedParcel>> OnPrepare { get; set; } = _ => Task.FromResult(new PreparedParcel("DHL", "express"));

    /// <summary>What it was asked to pack, in order.</summary>
    public ConcurrentQueue<Parcel> Asked { get; } = [];

    public Task<PreparedParcel> Prepare(Parcel parcel, CancellationToken cancellation)
    {
        Asked.Enqueue(parcel);
        return OnPrepare(parcel);
    }
}
