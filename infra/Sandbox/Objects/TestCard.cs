using System.Collections.Frozen;

namespace Shop.Sandbox.Objects;

/// <summary>What goes wrong around a card of the sandbox's own, beside what its bank says.</summary>
public enum Fault
{
    None,

    /// <summary>The bank takes its time; then all is well.</summary>
    Slow,

    /// <summary>The work is done and recorded at once, but the answer is held back for longer than a caller waits.</summary>
    Timeout,

    /// <summary>The first request fails with a 500 before anything was begun; the same request again goes through.</summary>
    ErrorOnce,

    /// <summary>The work is done, and a 500 is kept as its answer: the same key gets that 500 for as long as the key lives.</summary>
    ErrorKept,

    /// <summary>The work is done and recorded, then the connection is dropped without an answer.</summary>
    LostReply,
}

/// <summary>Why a card's bank, or the fraud check, says no.</summary>
public sealed record Decline(string Code, string? DeclineCode, string Message, ChargeOutcome Outcome);

/// <summary>
/// A card for tests and how it behaves. The tokens are Stripe's (https://docs.stripe.com/testing); those that begin with
/// <c>pm_sandbox_</c> are this sandbox's own.
/// </summary>
public sealed record TestCard(string Token, string Brand, string Last4)
{
    /// <summary>Set when every charge is refused.</summary>
    public Decline? Decline { get; private init; }

    /// <summary>The fraud check finds it risky: authorized, with an open review.</summary>
    public bool Risky { get; private init; }

    /// <summary>The card's holder has to authenticate the payment.</summary>
    public bool RequiresAuthentication { get; private init; }

    public RefundCourse RefundCourse { get; private init; }

    public Fault Fault { get; private init; }

    private static readonly Decline AuthenticationRequired = Refused("authentication_required", "authentication_required",
        "Your card was declined. This transaction requires authentication.", "authentication_required");

    private static readonly FrozenDictionary<string, TestCard> Cards = All().ToFrozenDictionary(card => card.Token);

    /// <summary>The card of that token; null when there is none.</summary>
    public static TestCard? Find(string token) => Cards.GetValueOrDefault(token);

    /// <summary>What the fraud check and the bank say when it is charged.</summary>
    public ChargeOutcome Outcome => Decline?.Outcome ?? (Risky
        ? new("manual_review", "approved_by_network", "elevated_risk_level", "elevated",
            "Stripe evaluated this payment as having elevated risk, and placed it in your manual review queue.")
        : new("authorized", "approved_by_network", null, "normal", "Payment complete."));

    /// <summary>The same card when nobody is there to authenticate: its bank refuses.</summary>
    public TestCard WithoutAuthentication() => this with { Decline = AuthenticationRequired };

    private static IEnumerable<TestCard> All()
    {
        yield return new("pm_card_visa", "visa", "4242");
        yield return new("pm_card_visa_debit", "visa", "5556");
        yield return new("pm_card_mastercard", "mastercard", "4444");
        yield return new("pm_card_mastercard_debit", "mastercard", "8210");
        yield return new("pm_card_amex", "amex", "8431");
        yield return new("pm_card_discover", "discover", "9424");

        foreach (var prefix in new[] { "pm_card_visa_chargeDeclined", "pm_card_chargeDeclined" })
        {
            yield return Declined(prefix, "0002", "card_declined", "generic_decline", "Your card was declined.", "generic_decline");
            yield return Declined($"{prefix}InsufficientFunds", "9995", "card_declined", "insufficient_funds",
                "Your card has insufficient funds.", "insufficient_funds");
            yield return Declined($"{prefix}LostCard", "9987", "card_declined", "lost_card", "Your card was declined.", "lost_card");
            yield return Declined($"{prefix}StolenCard", "9979", "card_declined", "stolen_card", "Your card was declined.", "stolen_card");
            yield return Declined($"{prefix}ExpiredCard", "0069", "expired_card", null, "Your card has expired.", "expired_card");
            yield return Declined($"{prefix}IncorrectCvc", "0127", "incorrect_cvc", null,
                "Your card's security code is incorrect.", "incorrect_cvc");
            yield return Declined($"{prefix}ProcessingError", "0119", "processing_error", null,
                "An error occurred while processing your card. Try again in a little bit.", "processing_error");
        }

        yield return Blocked("pm_card_radarBlock", "0019");
        yield return Blocked("pm_card_chargeDeclinedFraudulent", "0019");
        yield return Blocked("pm_card_riskLevelHighest", "4954");
        yield return new("pm_card_riskLevelElevated", "visa", "9235") { Risky = true };
        yield return new("pm_card_authenticationRequired", "visa", "3184") { RequiresAuthentication = true };
        yield return new("pm_card_pendingRefund", "visa", "7726") { RefundCourse = RefundCourse.SucceedsLater };
        yield return new("pm_card_refundFail", "visa", "5126") { RefundCourse = RefundCourse.FailsLater };

        yield return new("pm_sandbox_slow", "visa", "4242") { Fault = Fault.Slow };
        yield return new("pm_sandbox_timeout", "visa", "4242") { Fault = Fault.Timeout };
        yield return new("pm_sandbox_500_once", "visa", "4242") { Fault = Fault.ErrorOnce };
        yield return new("pm_sandbox_500_kept", "visa", "4242") { Fault = Fault.ErrorKept };
        yield return new("pm_sandbox_lost_reply", "visa", "4242") { Fault = Fault.LostReply };
        yield return new("pm_sandbox_refund_fails_once", "visa", "4242") { RefundCourse = RefundCourse.FirstFailsLater };
    }

    private static TestCard Declined(string token, string last4, string code, string? declineCode, string message, string reason) =>
        new(token, "visa", last4) { Decline = Refused(code, declineCode, message, reason) };

    private static Decline Refused(string code, string? declineCode, string message, string reason) =>
        new(code, declineCode, message, new("issuer_declined", "declined_by_network", reason, "normal",
            "The bank declined the payment."));

    private static TestCard Blocked(string token, string last4) => new(token, "visa", last4)
    {
        Decline = new("card_declined", "fraudulent", "Your card was declined.",
            new("blocked", "not_sent_to_network", "highest_risk_level", "highest", "Stripe blocked this payment as too risky.")),
    };
}
