using System.Net.Http.Headers;
using Microsoft.Extensions.Options;
using Shop.ServiceDefaults;

namespace Shop.Payment.Provider;

/// <summary>The settings under <c>Payment:Provider</c>.</summary>
public sealed class ProviderOptions
{
    /// <summary>Where the provider is: Stripe's URL, or the sandbox's.</summary>
    public string Url { get; set; } = "";

    /// <summary>The shop's secret key at the provider.</summary>
    public string Key { get; set; } = "";

    /// <summary>How long one try may take.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How often a try is repeated at once, before the message is left for later.</summary>
    public int QuickTries { get; set; } = 2;

    /// <summary>How long a provider that keeps failing is left alone.</summary>
    public TimeSpan BreakDuration { get; set; } = TimeSpan.FromSeconds(10);
}

/// <summary>Registration of the payment provider.</summary>
public static class ProviderRegistration
{
    /// <summary>Adds the provider that the settings name.</summary>
    public static IHostApplicationBuilder AddPaymentProvider(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptions<ProviderOptions>().BindConfiguration("Payment:Provider")
            .Validate(
                options => Uri.TryCreate(options.Url, UriKind.Absolute, out _),
                "Payment:Provider:Url is not set: it must be the payment provider's URL, such as http://127.0.0.1:8090.")
            .Validate(options => options.Key.Length > 0, "Payment:Provider:Key is not set: it must be the shop's secret key at the payment provider.")
            .Validate(
                options => options.Timeout > TimeSpan.Zero && options.BreakDuration >= TimeSpan.FromSeconds(0.5) && options.QuickTries >= 1,
                "Payment:Provider: Timeout must be positive, BreakDuration at least 0.5 s, QuickTries at least 1.")
            .ValidateOnStart();
        builder.Services.AddHttpClient("provider", (services, http) =>
        {
            var options = services.GetRequiredService<IOptions<ProviderOptions>>().Value;
            http.BaseAddress = new Uri(options.Url.TrimEnd('/') + "/");
            http.Timeout = Timeout.InfiniteTimeSpan;
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", options.Key);
        });
        builder.Services.AddSingleton<BreakerGauge>();
        builder.Services.AddSingleton<IPaymentProvider>(services => new StripeProvider(new StripeClient(
            services.GetRequiredService<IHttpClientFactory>().CreateClient("provider"),
            services.GetRequiredService<IOptions<ProviderOptions>>().Value,
            services.GetRequiredService<TimeProvider>(),
            services.GetRequiredService<BreakerGauge>(),
            services.GetRequiredService<ILogger<StripeClient>>())));
        return builder;
    }
}
