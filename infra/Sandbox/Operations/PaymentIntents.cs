using System.Text.Json.Nodes;
using Shop.Sandbox.Http;
using Shop.Sandbox.Objects;
using Shop.Sandbox.Storage;

namespace Shop.Sandbox.Operations;

/// <summary>
/// What happens to a payment intent: created, confirmed (which asks the bank), captured, canceled. Each is one transaction, and
/// refuses before it writes.
/// </summary>
internal sealed class PaymentIntents(TimeSpan authorizationLifetime)
{
    public Answer Create(Books books, CreatePaymentIntent create, List<string> expand)
    {
        var id = Ids.New("pi");
        var intent = new PaymentIntent
        {
            Id = id,
            Created = books.Seconds,
            Amount = create.Amount,
            Currency = create.Currency,
            Status = create.Card is null ? PaymentIntentStatus.RequiresPaymentMethod : PaymentIntentStatus.RequiresConfirmation,
            CaptureMethod = create.CaptureMethod,
            ConfirmationMethod = create.ConfirmationMethod,
            ClientSecret = Ids.New($"{id}_secret"),
            Metadata = create.Metadata,
            PaymentMethodTypes = create.PaymentMethodTypes,
            Description = create.Description,
            ReceiptEmail = create.ReceiptEmail,
            StatementDescriptorSuffix = create.StatementDescriptorSuffix,
            PaymentMethod = create.Card is null ? null : Ids.New("pm"),
            Token = create.Card?.Token,
        };
        books.Add(intent);
        return create.Confirm is { } confirm ? Attempt(books, intent, confirm, expand) : Shown(books, intent, expand);
    }

    public Answer Confirm(Books books, string id, Confirmation confirmation, List<string> expand)
    {
        var intent = Find(books, id);
        if (intent.Status is not (PaymentIntentStatus.RequiresPaymentMethod or PaymentIntentStatus.RequiresConfirmation
            or PaymentIntentStatus.RequiresAction))
        {
            throw Unexpected(intent,
                $"This PaymentIntent's status is {intent.Status} and it can no longer be confirmed. Only a PaymentIntent with " +
                "one of the following statuses may be confirmed: requires_confirmation, requires_action, requires_payment_method.");
        }

        if (confirmation.Card is { } card)
        {
            if (confirmation.PaymentMethod != intent.PaymentMethod)
                intent = intent with { PaymentMethod = Ids.New("pm"), Token = card.Token };
        }
        else if (intent.PaymentMethod is null)
        {
            throw Unexpected(intent,
                "You cannot confirm this PaymentIntent because it's missing a payment method. You can either update the " +
                "PaymentIntent with a payment method and then confirm it again, or confirm it again directly with a payment method.");
        }

        return Attempt(books, intent, confirmation, expand);
    }

    public static Answer Capture(Books books, string id, long? amount, List<string> expand)
    {
        var intent = Find(books, id);
        if (intent.Status != PaymentIntentStatus.RequiresCapture)
        {
            throw Unexpected(intent,
                $"This PaymentIntent could not be captured because it has a status of {intent.Status}. Only a PaymentIntent " +
                "with one of the following statuses may be captured: requires_capture.");
        }

        var charge = books.FindCharge(intent.LatestCharge!)!;
        if (intent.CaptureBefore <= books.Seconds)
        {
            throw new StripeException(400, "invalid_request_error", "charge_expired_for_capture",
                "This PaymentIntent could not be captured because its authorization has expired.")
            { PaymentIntent = intent.ToJson(), Charge = charge.Id };
        }

        var captured = amount ?? intent.AmountCapturable;
        if (captured > intent.AmountCapturable)
        {
            throw new StripeException(400, "invalid_request_error", "amount_too_large",
                $"The amount_to_capture ({captured}) is greater than the amount that can be captured ({intent.AmountCapturable}).",
                "amount_to_capture")
            { PaymentIntent = intent.ToJson() };
        }

        books.Save(charge with { Captured = true, AmountCaptured = captured, CaptureBefore = null });
        books.Record("capture", intent, charge.Id, captured);
        if (captured < charge.Amount) books.Record("void", intent, charge.Id, charge.Amount - captured);
        intent = intent with
        {
            Status = PaymentIntentStatus.Succeeded,
            AmountReceived = captured,
            AmountCapturable = 0,
            CaptureBefore = null,
        };
        books.Save(intent);
        return Shown(books, intent, expand);
    }

    public static Answer Cancel(Books books, string id, string? reason, List<string> expand)
    {
        var intent = Find(books, id);
        if (intent.Status is PaymentIntentStatus.Canceled or PaymentIntentStatus.Succeeded)
        {
            throw Unexpected(intent,
                $"You cannot cancel this PaymentIntent because it has a status of {intent.Status}. Only a PaymentIntent with " +
                "one of the following statuses may be canceled: requires_payment_method, requires_capture, requires_confirmation, " +
                "requires_action, processing.");
        }

        return Shown(books, Release(books, intent, reason), expand);
    }

    /// <summary>Cancels an authorization whose time is over, as the provider does by itself.</summary>
    public static void Lapse(Books books, string id)
    {
        if (books.FindIntent(id) is { Status: PaymentIntentStatus.RequiresCapture } intent && intent.CaptureBefore <= books.Seconds)
            Release(books, intent, "automatic");
    }

    private static PaymentIntent Release(Books books, PaymentIntent intent, string? reason)
    {
        if (intent.Status == PaymentIntentStatus.RequiresCapture)
        {
            var charge = books.FindCharge(intent.LatestCharge!)!;
            books.Save(charge with { Released = true, CaptureBefore = null });
            books.Record("void", intent, charge.Id, charge.Amount);
            if (charge.Review is { } review) Reviews.Close(books, review, "canceled");
        }

        intent = intent with
        {
            Status = PaymentIntentStatus.Canceled,
            CancellationReason = reason,
            CanceledAt = books.Seconds,
            AmountCapturable = 0,
            CaptureBefore = null,
            Review = null,
        };
        books.Save(intent);
        return intent;
    }

    private Answer Attempt(Books books, PaymentIntent intent, Confirmation confirmation, List<string> expand)
    {
        var card = TestCard.Find(intent.Token!)!;
        if (card.RequiresAuthentication)
        {
            if (!confirmation.NobodyThere)
            {
                intent = intent with
                {
                    Status = PaymentIntentStatus.RequiresAction,
                    ReturnUrl = confirmation.ReturnUrl,
                    LastPaymentError = null,
                };
                books.Save(intent);
                return Shown(books, intent, expand);
            }

            card = card.WithoutAuthentication();
        }

        var charge = new Charge
        {
            Id = Ids.New("ch"),
            Created = books.Seconds,
            PaymentIntent = intent.Id,
            Amount = intent.Amount,
            Currency = intent.Currency,
            Metadata = intent.Metadata,
            Description = intent.Description,
            PaymentMethod = intent.PaymentMethod!,
            Brand = card.Brand,
            Last4 = card.Last4,
            Outcome = card.Outcome,
            Paid = card.Decline is null,
            RefundCourse = card.RefundCourse,
        };
        return card.Decline is { } decline ? Declined(books, intent, charge, decline) : Authorized(books, intent, charge, card, expand);
    }

    private static Answer Declined(Books books, PaymentIntent intent, Charge charge, Decline decline)
    {
        books.Add(charge with { FailureCode = decline.Code, FailureMessage = decline.Message });
        books.Record("decline", intent, charge.Id, charge.Amount);
        var error = new CardError(decline.Code, decline.DeclineCode, decline.Message, charge.Id,
            new PaymentMethod(charge.PaymentMethod, charge.Created, charge.Brand, charge.Last4));
        intent = intent with
        {
            Status = PaymentIntentStatus.RequiresPaymentMethod,
            LatestCharge = charge.Id,
            LastPaymentError = error,
            PaymentMethod = null,
            Token = null,
        };
        books.Save(intent);
        var json = error.ToJson();
        json["payment_intent"] = intent.ToJson();
        return Answer.Of(402, new JsonObject { ["error"] = json });
    }

    private Answer Authorized(Books books, PaymentIntent intent, Charge charge, TestCard card, List<string> expand)
    {
        var review = card.Risky ? Ids.New("prv") : null;
        var manual = intent.CaptureMethod == "manual";
        long? captureBefore = manual ? (books.Now + authorizationLifetime).ToUnixTimeSeconds() : null;
        books.Add(charge with
        {
            Review = review,
            CaptureBefore = captureBefore,
            Captured = !manual,
            AmountCaptured = manual ? 0 : charge.Amount,
        });
        books.Record("authorization", intent, charge.Id, charge.Amount);
        if (!manual) books.Record("capture", intent, charge.Id, charge.Amount);
        if (review is not null)
            books.Add(new Review { Id = review, Created = books.Seconds, Charge = charge.Id, PaymentIntent = intent.Id });
        intent = intent with
        {
            Status = manual ? PaymentIntentStatus.RequiresCapture : PaymentIntentStatus.Succeeded,
            LatestCharge = charge.Id,
            LastPaymentError = null,
            ReturnUrl = null,
            Review = review,
            AmountCapturable = manual ? charge.Amount : 0,
            AmountReceived = manual ? 0 : charge.Amount,
            CaptureBefore = captureBefore,
        };
        books.Save(intent);
        return Shown(books, intent, expand);
    }

    private static PaymentIntent Find(Books books, string id) =>
        books.FindIntent(id) ?? throw StripeException.Missing("payment_intent", id, "intent");

    private static Answer Shown(Books books, PaymentIntent intent, List<string> expand) => Answer.Ok(intent.ToJson().Expand(expand, books));

    private static StripeException Unexpected(PaymentIntent intent, string message) =>
        new(400, "invalid_request_error", "payment_intent_unexpected_state", message) { PaymentIntent = intent.ToJson() };
}
