using System.Text.Json.Nodes;

namespace Shop.Sandbox.Objects;

/// <summary>What the card's bank, or the fraud check before it, said: <c>type</c> is what a caller decides by.</summary>
public sealed record ChargeOutcome(string Type, string NetworkStatus, string? Reason, string RiskLevel, string SellerMessage)
{
    public JsonObject ToJson() => new()
    {
        ["advice_code"] = null,
        ["network_advice_code"] = null,
        ["network_decline_code"] = null,
        ["network_status"] = NetworkStatus,
        ["reason"] = Reason,
        ["risk_level"] = RiskLevel,
        ["seller_message"] = SellerMessage,
        ["type"] = Type,
    };
}
