using Shop.Sandbox.Http;
using Shop.Sandbox.Objects;

namespace Shop.Sandbox.Operations;

/// <summary>How a payment intent is to be confirmed.</summary>
/// <param name="Card">The card to use instead of the one it has, if any.</param>
/// <param name="PaymentMethod">The payment method's id as it was sent: a test token, or the id that the intent already has.</param>
/// <param name="NobodyThere">The buyer cannot be asked to authenticate: a card that wants it is declined.</param>
/// <param name="ReturnUrl">Where the buyer would come back to after authenticating.</param>
public sealed record Confirmation(TestCard? Card, string? PaymentMethod, bool NobodyThere, string? ReturnUrl)
{
    public static Confirmation From(Parameters parameters, PaymentIntent? intent = null)
    {
        parameters.Ignore("use_stripe_sdk", "mandate_data");
        var nobodyThere = parameters.Flag("error_on_requires_action") | parameters.Flag("off_session");
        var method = parameters.Text("payment_method");
        var card = method is null ? null
            : intent is not null && method == intent.PaymentMethod ? TestCard.Find(intent.Token!)
            : TestCard.Find(method) ?? throw StripeException.Missing("PaymentMethod", method, "payment_method", 400);
        return new Confirmation(card, method, nobodyThere, parameters.Text("return_url"));
    }
}
