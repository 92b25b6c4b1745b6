using Shop.Sandbox.Http;
using Shop.Sandbox.Objects;
using Shop.Sandbox.Storage;

namespace Shop.Sandbox.Operations;

/// <summary>Gives money back, never more than was captured.</summary>
internal sealed class Refunds(TimeSpan delay)
{
    public Answer Create(Books books, CreateRefund create, List<string> expand)
    {
        var charge = ChargeOf(books, create);
        if (!charge.Captured)
        {
            throw StripeException.Invalid(create.PaymentIntent is null ? "charge" : "payment_intent",
                $"This PaymentIntent ({charge.PaymentIntent}) does not have a successful charge to refund.");
        }

        var left = charge.AmountCaptured - books.RefundedOf(charge.Id);
        if (left <= 0)
        {
            throw new StripeException(400, "invalid_request_error", "charge_already_refunded",
                $"Charge {charge.Id} has already been refunded.")
            { Charge = charge.Id };
        }

        var amount = create.Amount ?? left;
        if (amount > left)
        {
            throw new StripeException(400, "invalid_request_error", null,
                $"Refund amount ({amount}) is greater than unrefunded amount on charge ({left}).", "amount")
            { Charge = charge.Id };
        }

        var refund = new Refund
        {
            Id = Ids.New("re"),
            Created = books.Seconds,
            Charge = charge.Id,
            PaymentIntent = charge.PaymentIntent,
            Amount = amount,
            Currency = charge.Currency,
            Metadata = create.Metadata,
            Reason = create.Reason,
            Course = Course(books, charge),
            SettlesAt = (books.Now + delay).ToUnixTimeMilliseconds(),
        };
        books.Add(refund);
        var intent = books.FindIntent(charge.PaymentIntent)!;
        books.Record("refund", intent, refund.Id, amount);
        if (charge.Review is { } review)
        {
            Reviews.Close(books, review, "refunded");
            books.Save(intent with { Review = null });
        }

        return Answer.Ok(refund.ToJson(books.Now).Expand(expand, books));
    }

    private static RefundCourse Course(Books books, Charge charge) => charge.RefundCourse switch
    {
        RefundCourse.FirstFailsLater => books.RefundsOf(charge.Id).Count == 0 ? RefundCourse.FailsLater : RefundCourse.Succeeds,
        var course => course,
    };

    private static Charge ChargeOf(Books books, CreateRefund create)
    {
        if (create.PaymentIntent is not { } id)
        {
            return books.FindCharge(create.Charge!) ?? throw StripeException.Missing("charge", create.Charge!, "charge");
        }

        var intent = books.FindIntent(id) ?? throw StripeException.Missing("payment_intent", id, "payment_intent");
        if (intent.LatestCharge is not { } latest)
            throw StripeException.Invalid("payment_intent", $"This PaymentIntent ({id}) does not have a successful charge to refund.");
        return books.FindCharge(latest)!;
    }
}

/// <summary>What <c>POST /v1/refunds</c> asks for, checked.</summary>
internal sealed record CreateRefund(
    string? PaymentIntent, string? Charge, long? Amount, string? Reason, IReadOnlyDictionary<string, string> Metadata)
{
    public static CreateRefund From(Parameters parameters)
    {
        var create = new CreateRefund(
            parameters.Text("payment_intent"),
            parameters.Text("charge"),
            parameters.Number("amount", 1, long.MaxValue),
            parameters.OneOf("reason", "duplicate", "fraudulent", "requested_by_customer"),
            parameters.Metadata());
        if (create is { PaymentIntent: null, Charge: null })
            throw StripeException.Invalid("payment_intent",
                "One of the following params should be provided for this request: payment_intent or charge.",
                "parameter_missing");
        if (create is { PaymentIntent: not null, Charge: not null })
            throw StripeException.Invalid("charge", "You may only specify one of these parameters: charge, payment_intent.");
        return create;
    }
}
