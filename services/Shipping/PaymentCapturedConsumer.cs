using MassTransit;
using Microsoft.Extensions.Options;
using Shop.Contracts;
using Shop.Contracts.Messages;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Messaging;

namespace Shop.Shipping;

/// <summary>A paid order is prepared for shipment: marker, warehouse, outcome.</summary>
public sealed class PaymentCapturedConsumer(OrdersClient orders, IWarehouse warehouse, IOptions<ShippingOptions> options, TimeProvider clock)
    : IConsumer<Contracts.Messages.PaymentCaptured>
{
    public async Task Consume(ConsumeContext<Contracts.Messages.PaymentCaptured> context)
    {
        var (orderId, cause, cancellation) = (context.Message.OrderId, context.Cause(), context.CancellationToken);
        await LeaveTime(orderId, cancellation);
        var shipmentId = Shipments.IdOf(orderId);
        var marked = await orders.Append(
            orderId, new ShippingPreparationInProgress(shipmentId), Shipments.EventId("shipping-preparation-in-progress", orderId), cause, cancellation);
        if (marked is not AppendOutcome.Written { Order: var order }) return; // cancelled or refunded before the marker: nothing is to be shipped

        // The order was read behind the marker, so this is the last address that any update could have set.
        if (order.Shipping is { Status: ShippingStatus.InProgress, Address: { } address })
        {
            var parcel = await warehouse.Prepare(new Parcel(shipmentId, order.OrderNumber, address, order.Items), cancellation);
            await orders.Append(
                orderId, new ShippingPrepared(shipmentId, parcel.Carrier, parcel.Service), Shipments.EventId("shipping-prepared", orderId), cause, cancellation);
        }
    }

    /// <summary>
    /// Waits until the order was left alone for <see cref="ShippingOptions.PreparationDelay"/>: counted from what last happened to it,
    /// not from now, so that messages which waited in the queue meanwhile do not wait once more. What has begun goes on.
    /// </summary>
    private async Task LeaveTime(Guid orderId, CancellationToken cancellation)
    {
        var delay = options.Value.PreparationDelay;
        if (delay <= TimeSpan.Zero || await orders.Find(orderId, cancellation) is not { Shipping.Status: ShippingStatus.Pending } order) return;
        var left = order.UpdatedAt + delay - clock.GetUtcNow();
        if (left > TimeSpan.Zero) await Task.Delay(left < delay ? left : delay, clock, cancellation);
    }
}
