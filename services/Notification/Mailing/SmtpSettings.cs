using System.Globalization;
using Shop.ServiceDefaults;

namespace Shop.Notification.Mailing;

/// <summary>The SMTP server that mails are handed to.</summary>
/// <param name="Host">Setting <c>Smtp:Host</c>; the name that the server's certificate is checked against.</param>
/// <param name="Port">Setting <c>Smtp:Port</c>; 587 unless set.</param>
/// <param name="User">Setting <c>Smtp:User</c>; null: no authentication.</param>
/// <param name="Password">Setting <c>Smtp:Password</c>.</param>
/// <param name="UseTls">Setting <c>Smtp:UseTls</c>; true unless set: without STARTTLS nothing is sent.</param>
/// <param name="Timeout">Setting <c>Smtp:TimeoutSeconds</c>; 30 unless set: how long one mail may take.</param>
public sealed record SmtpSettings(string Host, int Port, string? User, string? Password, bool UseTls, TimeSpan Timeout)
{
    private const int ImplicitTlsPort = 465;

    /// <summary>Keeps the password out of logs.</summary>
    public override string ToString() => $"{Host}:{Port}";

    /// <summary>The settings; null when <c>Smtp:Host</c> is not set.</summary>
    /// <exception cref="ConfigurationException">A setting is wrong.</exception>
    public static SmtpSettings? Read(IConfiguration configuration)
    {
        if (configuration["Smtp:Host"] is not { Length: > 0 } host) return null;
        var port = Number(configuration, "Smtp:Port", 587, 65535);
        if (port == ImplicitTlsPort)
        {
            throw new ConfigurationException(
                "Smtp:Port 465 wants TLS from the first byte, which is not supported: use 587, where TLS starts with STARTTLS.");
        }

        if (!bool.TryParse(configuration["Smtp:UseTls"] ?? "true", out var useTls))
            throw new ConfigurationException("Smtp:UseTls must be true or false.");
        var user = configuration["Smtp:User"] is { Length: > 0 } name ? name : null;
        if (user is not null && !useTls && host is not ("localhost" or "127.0.0.1" or "::1"))
            throw new ConfigurationException("Smtp:UseTls is false: Smtp:Password would cross the network in the clear.");

        return new SmtpSettings(
            host, port, user, configuration["Smtp:Password"], useTls,
            TimeSpan.FromSeconds(Number(configuration, "Smtp:TimeoutSeconds", 30, 600)));
    }

    private static int Number(IConfiguration configuration, string name, int otherwise, int highest)
    {
        if (configuration[name] is not { Length: > 0 } text) return otherwise;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= highest
            ? number
            : throw new ConfigurationException($"{name} must be a number from 1 to {highest}.");
    }
}
