using System.Text;
using Shop.Sandbox.Http;
using Shop.Sandbox.Objects;
using Shop.Sandbox.Operations;
using Shop.Sandbox.Storage;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Sqlite;

namespace Shop.Sandbox;

/// <summary>The payment provider's stand-in: remembers every payment, and speaks the part of Stripe's API that the shop uses.</summary>
public static class SandboxService
{
    public static WebApplication Build(string[] args)
    {
        var builder = ServiceHost.CreateBuilder("sandbox", args, serviceKey: false);

        builder.Services.AddOptions<SandboxOptions>().BindConfiguration("Sandbox")
            .Validate(options => options.Key.Length >= 8,
                "Sandbox:Key is not set: it must be the secret key that callers show (8 characters or more).")
            .Validate(options => options.Key != SandboxOptions.DevelopmentKey || builder.Environment.IsDevelopment(),
                "Sandbox:Key is the development key, which works in the Development environment only.")
            .Validate(options => options.IsSane, "Sandbox: delays must not be negative, and AuthorizationLifetime must be positive.")
            .ValidateOnStart();
        builder.Services.AddSecretKey();

        // Safe against the end of the process, not against a power cut: a provider's disk is not in the shop's machine, so its
        // stand-in does not make the shop's disk flush either.
        builder.Services.AddSingleton(_ => SqliteDatabase.Open(
            Path.Combine(builder.Configuration["DataDirectory"] ?? "./.shop/sandbox", "sandbox.db"), Schema.Sql, powerLossSafe: false));
        builder.Services.AddSingleton<IdempotencyKeys>();
        builder.Services.AddSingleton<Faults>();
        builder.Services.AddSingleton<Requests>();
        builder.Services.AddHostedService<Housekeeping>();

        var app = builder.Build();
        app.Use(NameRequest);
        app.UseServiceDefaults();
        app.MapStripeApi();
        app.MapControlApi();
        return app;
    }

    private static Task NameRequest(HttpContext http, RequestDelegate next)
    {
        http.Response.Headers["Request-Id"] = Ids.New("req");
        Echo("Stripe-Version");
        Echo("Idempotency-Key");
        return next(http);

        // A header that is not ASCII can be received but not sent.
        void Echo(string header)
        {
            var value = http.Request.Headers[header].ToString();
            if (value.Length > 0 && Ascii.IsValid(value)) http.Response.Headers[header] = value;
        }
    }
}
