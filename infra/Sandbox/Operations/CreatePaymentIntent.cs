using System.Collections.Frozen;
using Shop.Sandbox.Http;
using Shop.Sandbox.Objects;

namespace Shop.Sandbox.Operations;

/// <summary>What <c>POST /v1/payment_intents</c> asks for, checked.</summary>
public sealed record CreatePaymentIntent
{
    private const long Largest = 99_999_999;

    private static readonly FrozenSet<string> Currencies = (
        "usd aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bif bmd bnd bob brl bsd bwp byn bzd cad cdf chf clp cny cop " +
        "crc cve czk djf dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gnf gtq gyd hkd hnl htg huf idr ils inr isk jmd jpy kes " +
        "kgs khr kmf krw kyd kzt lak lbp lkr lrd lsl mad mdl mga mkd mmk mnt mop mur mvr mwk mxn myr mzn nad ngn nio nok npr nzd " +
        "pab pen pgk php pkr pln pyg qar ron rsd rub rwf sar sbd scr sek sgd shp sle sos srd std szl thb tjs top try ttd twd tzs " +
        "uah ugx uyu uzs vnd vuv wst xaf xcd xof xpf yer zar zmw bhd jod kwd omr tnd").Split(' ').ToFrozenSet();

    public required long Amount { get; init; }
    public required string Currency { get; init; }
    public required string CaptureMethod { get; init; }
    public required string ConfirmationMethod { get; init; }
    public required IReadOnlyList<string> PaymentMethodTypes { get; init; }
    public required IReadOnlyDictionary<string, string> Metadata { get; init; }
    public required string? Description { get; init; }
    public required string? ReceiptEmail { get; init; }
    public required string? StatementDescriptorSuffix { get; init; }

    /// <summary>The card to use, when one was named.</summary>
    public required TestCard? Card { get; init; }

    /// <summary>How to confirm at once; null when it is only to be created.</summary>
    public required Confirmation? Confirm { get; init; }

    public static CreatePaymentIntent From(Parameters parameters)
    {
        var amount = parameters.Number("amount", 1, long.MaxValue)
            ?? throw StripeException.Invalid("amount", "Missing required param: amount.", "parameter_missing");
        var currency = (parameters.Text("currency")
            ?? throw StripeException.Invalid("currency", "Missing required param: currency.", "parameter_missing")).ToLowerInvariant();
        if (!Currencies.Contains(currency))
            throw StripeException.Invalid("currency", $"Invalid currency: {currency}.");
        if (amount > Largest)
            throw StripeException.Invalid("amount",
                $"Amount must be no more than {Largest} in the currency's minor unit.", "amount_too_large");
        if (amount < Least(currency))
            throw StripeException.Invalid("amount",
                $"Amount must be at least {Least(currency)} in the currency's minor unit.", "amount_too_small");

        var types = parameters.List("payment_method_types");
        if (types.FirstOrDefault(type => type != "card") is { } other)
            throw StripeException.Invalid("payment_method_types",
                $"The payment method type \"{other}\" is invalid. The sandbox knows card.");
        parameters.Ignore("automatic_payment_methods", "setup_future_usage");

        // Read also when it is not to be confirmed, so that what belongs to a confirmation is known and checked.
        var confirm = parameters.Flag("confirm");
        var confirmation = Confirmation.From(parameters);
        if (confirm && confirmation.Card is null)
        {
            throw StripeException.Invalid("payment_method",
                "You cannot confirm this PaymentIntent because it's missing a payment method.", "parameter_missing");
        }

        return new CreatePaymentIntent
        {
            Amount = amount,
            Currency = currency,
            CaptureMethod = parameters.OneOf("capture_method", "automatic", "automatic_async", "manual") ?? "automatic_async",
            ConfirmationMethod = parameters.OneOf("confirmation_method", "automatic", "manual") ?? "automatic",
            PaymentMethodTypes = types.Count > 0 ? types : ["card"],
            Metadata = parameters.Metadata(),
            Description = parameters.Text("description"),
            ReceiptEmail = parameters.Text("receipt_email"),
            StatementDescriptorSuffix = parameters.Text("statement_descriptor_suffix", 22),
            Card = confirmation.Card,
            Confirm = confirm ? confirmation : null,
        };
    }

    // Stripe's minimum charges, where they matter most; for other currencies any amount goes.
    private static long Least(string currency) => currency switch
    {
        "usd" or "eur" or "aud" or "cad" or "chf" or "nzd" or "sgd" or "brl" or "inr" or "jpy" => 50,
        "gbp" => 30,
        "dkk" => 250,
        "nok" or "sek" => 300,
        _ => 1,
    };
}
