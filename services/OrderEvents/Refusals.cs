using Microsoft.AspNetCore.Http;
using Shop.ServiceDefaults;

namespace Shop.OrderEvents;

/// <summary>How a refused command is answered: what stands in the way, where the order is, and what may be done instead.</summary>
public static class Refusals
{
    /// <summary>404 when there is no order, else 409.</summary>
    public static ProblemException Of(Order? order, Decision decision)
    {
        var code = decision.RefusalCode!;
        if (order is null) return NotFound();
        return new(StatusCodes.Status409Conflict, code, Title(code))
        {
            Extensions = Facts(order, decision.BlockingEvent),
            RetryAfter = code == "shipment-not-prepared" && decision.BlockingEvent is not null ? TimeSpan.FromSeconds(5) : null,
        };
    }

    /// <summary>404.</summary>
    public static ProblemException NotFound() => ProblemException.NotFound("order-not-found", "There is no such order.");

    /// <summary>412: the order has changed since the caller looked.</summary>
    public static ProblemException StaleRevision(Order order, long expected) =>
        new(StatusCodes.Status412PreconditionFailed, "revision-mismatch", "The order has changed since you read it.",
            $"You expected revision {expected}; it is at revision {order.Revision}.")
        {
            Extensions = Facts(order, blockingEvent: null),
        };

    private static Dictionary<string, object?> Facts(Order order, string? blockingEvent)
    {
        var view = order.ToView();
        var facts = new Dictionary<string, object?>
        {
            ["orderId"] = view.OrderId,
            ["orderStatus"] = view.Status,
            ["revision"] = view.Revision,
            ["allowedActions"] = view.AllowedActions,
        };
        if (blockingEvent is not null) facts["blockingEvent"] = blockingEvent;
        return facts;
    }

    private static string Title(string code) => code switch
    {
        "order-cancelled" => "The order is cancelled.",
        "order-already-cancelled" => "The order is already cancelled.",
        "order-not-cancellable" => "The order can no longer be cancelled: its shipment is being prepared.",
        "order-already-exists" => "The order already exists.",
        "payment-update-not-allowed" => "The payment method can not be changed now.",
        "attempts-exhausted" => "The order can not be paid any more: all attempts are used up.",
        "shipping-address-locked" => "The shipping address can no longer be changed: the shipment is being prepared.",
        "shipment-not-prepared" => "The shipment is not prepared yet.",
        "already-shipped" => "The order has already been shipped, in other packages.",
        "review-already-decided" => "The review has been decided otherwise.",
        "payment-not-under-review" => "The payment is not under review.",
        "payment-not-captured" => "The order has not been paid.",
        "refund-exceeds-captured" => "There is not so much left to refund.",
        _ => "The order's history does not allow this.",
    };
}
