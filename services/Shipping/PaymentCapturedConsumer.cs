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
        if (options.Value.PreparationDelay > TimeSpan.Zero) await Task.Delay(options.Value.PreparationDelay, clock, cancellation);

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
}
