using System.Text.Json.Nodes;

namespace Shop.Sandbox.Objects;

/// <summary>A refusal on its way to the caller, in the form of Stripe's errors.</summary>
public sealed class StripeException(int status, string type, string? code, string message, string? param = null) : Exception(message)
{
    public int Status { get; } = status;

    /// <summary>The payment intent that the error is about, whole, as Stripe does.</summary>
    public JsonObject? PaymentIntent { get; init; }

    public string? Charge { get; init; }

    /// <summary>400: a parameter is missing or wrong; says which.</summary>
    public static StripeException Invalid(string? param, string message, string? code = null) =>
        new(400, "invalid_request_error", code, message, param);

    /// <summary>There is no such object: 404 when its id is in the address, 400 when it is a parameter.</summary>
    public static StripeException Missing(string kind, string id, string param = "id", int status = 404) =>
        new(status, "invalid_request_error", "resource_missing", $"No such {kind}: '{id}'", param);

    /// <summary>500: it is the provider's fault.</summary>
    public static StripeException Api(int status, string message) => new(status, "api_error", null, message);

    /// <summary>The answer's body.</summary>
    public JsonObject ToJson()
    {
        var error = new JsonObject();
        if (code is not null)
        {
            error["code"] = code;
            error["doc_url"] = $"https://stripe.com/docs/error-codes/{code.Replace('_', '-')}";
        }

        error["message"] = Message;
        if (param is not null) error["param"] = param;
        if (Charge is not null) error["charge"] = Charge;
        if (PaymentIntent is not null) error["payment_intent"] = PaymentIntent;
        error["type"] = type;
        return new JsonObject { ["error"] = error };
    }
}
