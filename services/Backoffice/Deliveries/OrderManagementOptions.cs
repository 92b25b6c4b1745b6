namespace Shop.Backoffice.Deliveries;

/// <summary>The settings under <c>OrderManagement</c>: the system to which approved orders are handed on.</summary>
public sealed class OrderManagementOptions
{
    /// <summary>The secret of the development settings: outside Development nothing starts with it.</summary>
    public const string DevelopmentSecret = "dev-order-management-secret";

    /// <summary>
    /// Where each approved order is posted to. Nobody can name another: it comes from here alone, and a redirection is not followed.
    /// Without it nothing is sent, and approved orders can be pulled.
    /// </summary>
    public string? Url { get; set; }

    /// <summary>True lets the URL be http outside Development: for a network that nobody else can listen to.</summary>
    public bool AllowHttp { get; set; }

    /// <summary>What signs each request; two while one is being replaced by the other.</summary>
    public IReadOnlyList<string> Secrets { get; set; } = [];

    /// <summary>How long one request may take.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long to wait after the first failure; each further one doubles it.</summary>
    public TimeSpan FirstDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest wait between two attempts, which go on for as long as it takes.</summary>
    public TimeSpan LongestDelay { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How often to look for orders that were approved.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>What is wrong with the settings; null when nothing is.</summary>
    internal string? Mistake(bool isDevelopment)
    {
        if (Timeout <= TimeSpan.Zero || Interval <= TimeSpan.Zero || FirstDelay <= TimeSpan.Zero || LongestDelay < FirstDelay)
            return "OrderManagement: Timeout, Interval and FirstDelay must be positive, and LongestDelay no shorter than FirstDelay.";
        if (string.IsNullOrEmpty(Url)) return null;
        if (!Uri.TryCreate(Url, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.UserInfo.Length > 0)
            return "OrderManagement:Url must be an http or https URL without a user name, such as https://orders.example.com/webhooks/shop.";
        if (url.Scheme == "http" && !isDevelopment && !AllowHttp && !url.IsLoopback)
            return "OrderManagement:Url must be https: what is sent there holds names and addresses. OrderManagement:AllowHttp=true allows it all the same.";
        if (Secrets.Count is < 1 or > 2 || Secrets.Any(secret => secret.Length < ServiceDefaults.WebhookSignature.ShortestSecret))
            return $"OrderManagement:Secrets must be one secret that the order management system knows, or two ({ServiceDefaults.WebhookSignature.ShortestSecret} characters or more).";
        return !isDevelopment && Secrets.Contains(DevelopmentSecret)
            ? "OrderManagement:Secrets holds the development secret, which works in the Development environment only."
            : null;
    }
}
