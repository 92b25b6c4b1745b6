using System.Globalization;
using System.Net.Mail;
using Shop.ServiceDefaults;

namespace Shop.Notification.Mailing;

/// <summary>Who the mails are from, where their links lead, and where the service keeps what it has sent.</summary>
public sealed record MailSettings
{
    /// <summary>Setting <c>Mail:From</c>.</summary>
    public required MailAddress From { get; init; }

    /// <summary>Setting <c>Mail:StorefrontUrl</c>.</summary>
    public required Uri StorefrontUrl { get; init; }

    /// <summary>Setting <c>Mail:Folder</c>: where mails are put as files when there is no SMTP server.</summary>
    public required string Folder { get; init; }

    /// <summary>Setting <c>DataDirectory</c>: the folder of the mail log.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>Setting <c>Mail:GiveUpAfter</c>: for so long a mail server may say that it does not take a mail now.</summary>
    public TimeSpan GiveUpAfter { get; init; } = TimeSpan.FromDays(5);

    /// <summary>Setting <c>Mail:Retention</c>: how long a mail is known to have been sent, and its file kept.</summary>
    public TimeSpan Retention { get; init; } = TimeSpan.FromDays(90);

    /// <summary>Reads the settings; each has a default.</summary>
    /// <exception cref="ConfigurationException">A setting is wrong.</exception>
    public static MailSettings Read(IConfiguration configuration)
    {
        var data = configuration["DataDirectory"] is { Length: > 0 } directory ? directory : Path.Combine(".shop", "notification");
        return new MailSettings
        {
            From = ReadFrom(configuration["Mail:From"] ?? "Shop <orders@shop.example>"),
            StorefrontUrl = ReadStorefront(configuration["Mail:StorefrontUrl"] ?? "https://shop.example"),
            Folder = configuration["Mail:Folder"] is { Length: > 0 } folder ? folder : Path.Combine(data, "mails"),
            DataDirectory = data,
            GiveUpAfter = ReadTime(configuration, "GiveUpAfter", TimeSpan.FromDays(5)),
            Retention = ReadTime(configuration, "Retention", TimeSpan.FromDays(90)),
        };
    }

    private static TimeSpan ReadTime(IConfiguration configuration, string name, TimeSpan otherwise) => configuration[$"Mail:{name}"] switch
    {
        null or "" => otherwise,
        var text when TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var time) && time > TimeSpan.Zero => time,
        _ => throw new ConfigurationException($"Mail:{name} must be more than nothing (d.hh:mm:ss)."),
    };

    // Not MailAddress.TryCreate, which takes a list of addresses for its last one.
    private static MailAddress ReadFrom(string text)
    {
        var open = text.IndexOf('<', StringComparison.Ordinal);
        var name = open < 0 ? "" : text[..open].Trim();
        var address = open < 0 ? text : text.EndsWith('>') ? text[(open + 1)..^1] : "";
        return EmailAddress.Parse(address) is { } known && !name.Any(mark => char.IsControl(mark) || mark is '"' or '@' or '\\')
            ? new MailAddress(known.Address, name)
            : throw new ConfigurationException("Mail:From is not an e-mail address: it must be like Shop <orders@shop.example>.");
    }

    private static Uri ReadStorefront(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url is { Query: "", Fragment: "" }
            ? url
            : throw new ConfigurationException(
                "Mail:StorefrontUrl is not the storefront's http or https URL, such as https://shop.example.");
}
