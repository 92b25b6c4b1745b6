namespace Shop.Sandbox;

/// <summary>How the stand-in behaves; settings under <c>Sandbox</c>.</summary>
public sealed class SandboxOptions
{
    /// <summary>The key of the development settings: outside Development nothing starts with it.</summary>
    public const string DevelopmentKey = "sk_test_shop_sandbox";

    /// <summary>
    /// The secret key that a caller shows, as at Stripe: <c>Authorization: Bearer</c>, or Basic with the key as the user name.
    /// </summary>
    public string Key { get; set; } = "";

    /// <summary>What every answer under <c>/v1</c> takes at least.</summary>
    public TimeSpan Latency { get; set; } = TimeSpan.Zero;

    /// <summary>How long the bank behind <c>pm_sandbox_slow</c> thinks before it authorizes.</summary>
    public TimeSpan SlowDelay { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>How long the answer for <c>pm_sandbox_timeout</c> is held back. The work is done at once.</summary>
    public TimeSpan TimeoutDelay { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>When a refund of <c>pm_card_pendingRefund</c> succeeds, and one of <c>pm_card_refundFail</c> or the first of <c>pm_sandbox_refund_fails_once</c> fails.</summary>
    public TimeSpan RefundDelay { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long an authorization can be captured. Afterwards it lapses and the payment intent is canceled.</summary>
    public TimeSpan AuthorizationLifetime { get; set; } = TimeSpan.FromDays(7);

    internal bool IsSane =>
        Latency >= TimeSpan.Zero && SlowDelay >= TimeSpan.Zero && TimeoutDelay >= TimeSpan.Zero && RefundDelay >= TimeSpan.Zero
        && AuthorizationLifetime > TimeSpan.Zero;
}
