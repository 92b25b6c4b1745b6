using System.Text.Json;
using Shop.Contracts;
using Shop.OrderEvents.Store;
using Shop.ServiceDefaults;

namespace Shop.OrderEvents;

/// <summary><c>GET /orders/{id}/stream</c>: the order after each of its events, first those that the caller has not seen.</summary>
public static class OrderStream
{
    /// <summary>Each event's <c>id</c> is the revision; a reader that comes back resumes by <c>Last-Event-ID</c>.</summary>
    public static async Task Follow(
        Guid orderId, HttpContext context, OrderStreams streams, OrderChanges changes, CancellationToken cancellation)
    {
        await OrdersApi.Existing(streams, orderId, cancellation);
        var seen = long.TryParse(context.Request.Headers["Last-Event-ID"], out var last) ? last : -1;
        await ServerSentEvents.Write(context.Response, Events(), cancellation);

        async IAsyncEnumerable<ServerSentEvent> Events()
        {
            using var watch = changes.Watch(orderId);
            while (true)
            {
                var changed = watch.Changed;
                Order? order = null;
                foreach (var recorded in await streams.Read(orderId, cancellation))
                {
                    order = Order.Evolve(order, recorded);
                    if (recorded.Revision <= seen || OrderViews.IsForStaffOnly(recorded.Event)) continue;
                    seen = recorded.Revision;
                    yield return new ServerSentEvent(
                        recorded.Revision, EventTypes.Of(recorded.Event).Name,
                        JsonSerializer.SerializeToUtf8Bytes(order.ToView(), ContractsJson.Default.OrderView));
                }

                await changed.WaitAsync(cancellation);
            }
        }
    }
}
