namespace Shop.Producer;

/// <summary>The payment provider's test cards, by what becomes of a payment (https://docs.stripe.com/testing).</summary>
internal static class Cards
{
    public const string UnderReview = "pm_card_riskLevelElevated";

    public static readonly IReadOnlyList<string> Authorised = ["pm_card_visa", "pm_card_mastercard", "pm_card_amex", "pm_card_discover"];

    /// <summary>The customer may pay again.</summary>
    public static readonly IReadOnlyList<string> Declined =
    [
        "pm_card_visa_chargeDeclined", "pm_card_visa_chargeDeclinedInsufficientFunds", "pm_card_chargeDeclinedExpiredCard", "pm_card_chargeDeclinedIncorrectCvc",
    ];

    /// <summary>The customer may not.</summary>
    public static readonly IReadOnlyList<string> DeclinedForGood =
        ["pm_card_visa_chargeDeclinedLostCard", "pm_card_visa_chargeDeclinedStolenCard", "pm_card_radarBlock"];
}
