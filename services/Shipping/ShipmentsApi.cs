using System.Net;
using System.Text.Json;
using Shop.Contracts;
using Shop.ServiceDefaults;

namespace Shop.Shipping;

/// <summary>The warehouse's side: a parcel has left.</summary>
public static class ShipmentsApi
{
    /// <summary>Maps <c>POST /shipments/{orderId}/shipped</c>.</summary>
    public static void MapShipments(this IEndpointRouteBuilder app) => app.MapPost("/shipments/{orderId:guid}/shipped", Ship);

    private static async Task<IResult> Ship(Guid orderId, HttpContext context, OrdersClient orders, TimeProvider clock, CancellationToken cancellation)
    {
        var key = context.Request.IdempotencyKey();
        var shipped = Checked(await JsonBody.Read(context.Request, ContractsJson.Default.ShipOrder, cancellation), orderId, clock.GetUtcNow());

        // A request of the warehouse is a flow of its own; with a key, the same request is the same flow.
        var request = key is null ? Guid.CreateVersion7() : NameBasedId.Of("request", orderId.ToString(), "shipped", key);
        AppendOutcome outcome;
        try
        {
            outcome = await orders.Append(
                orderId, shipped, Shipments.EventId("shipped", orderId, key ?? ""), new Cause(request, request), cancellation);
        }
        catch (OrdersUnavailableException)
        {
            throw ProblemException.Unavailable("The order service");
        }

        if (outcome is AppendOutcome.Refused refused) throw Refusal(refused);

        var written = (AppendOutcome.Written)outcome;
        if (written.IsReplay)
        {
            // The event stands there. Was it this one? With a key the caller says so; without, it is a parcel that left before.
            if (!IsOf(written.Order.Shipping, shipped))
            {
                throw key is null
                    ? new ProblemException(StatusCodes.Status409Conflict, "already-shipped", "The order has already been shipped, in other packages.")
                    {
                        Extensions = new Dictionary<string, object?>
                        {
                            ["orderId"] = orderId,
                            ["orderStatus"] = written.Order.Status,
                            ["revision"] = written.Order.Revision,
                            ["blockingEvent"] = "shipped",
                            ["allowedActions"] = written.Order.AllowedActions,
                        },
                    }
                    : Idempotency.KeyReused();
            }

            context.Response.Headers[Idempotency.ReplayedHeader] = "true";
        }

        context.Response.Headers.ETag = $"\"{written.Order.Revision}\"";
        return TypedResults.Json(written.Order, ContractsJson.Default.OrderView);
    }

    private static Shipped Checked(ShipOrder body, Guid orderId, DateTimeOffset now)
    {
        var fields = new Fields();
        var carrier = fields.Text("carrier", body.Carrier, 100);
        var service = fields.OptionalText("service", body.Service, 100);
        if (body.Packages is not { Count: >= 1 and <= 50 }) fields.Error("packages", "There must be from 1 to 50.");
        var packages = (body.Packages ?? []).Take(50).Select((package, i) =>
        {
            var item = fields.Required($"packages[{i}]", package) ?? new();
            var number = package is null ? "" : fields.Text($"packages[{i}].trackingNumber", item.TrackingNumber, 100);
            var url = fields.OptionalText($"packages[{i}].trackingUrl", item.TrackingUrl, 500);
            if (url is not null && !(Uri.TryCreate(url, UriKind.Absolute, out var parsed) && parsed.Scheme is "https" or "http"))
                fields.Error($"packages[{i}].trackingUrl", "It is not an http or https URL.");
            return new Package(number, url);
        }).ToList();
        fields.ThrowIfAny();
        return new Shipped(Shipments.IdOf(orderId), carrier, now, packages, service);
    }

    private static bool IsOf(ShippingView shipping, Shipped shipped) =>
        shipping.Carrier == shipped.Carrier && shipping.Service == shipped.Service && shipping.Packages is { } packages && packages.SequenceEqual(shipped.Packages);

    /// <summary>The Order Event Service's refusal, passed on as it is but for the trace id, which is this request's own.</summary>
    private static ProblemException Refusal(AppendOutcome.Refused refused)
    {
        var status = (HttpStatusCode)refused.Problem.GetProperty("status").GetInt32();
        var members = refused.Problem.EnumerateObject()
            .Where(member => member.Name is "orderId" or "orderStatus" or "revision" or "blockingEvent" or "allowedActions")
            .ToDictionary(member => member.Name, object? (member) => member.Value);
        return new((int)status, refused.Code, refused.Problem.GetProperty("title").GetString()!)
        {
            Extensions = members,
            RetryAfter = refused.Code == "shipment-not-prepared" && members.ContainsKey("blockingEvent") ? TimeSpan.FromSeconds(5) : null,
        };
    }
}
