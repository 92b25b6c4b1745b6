using Microsoft.Extensions.Configuration;
using Shop.Notification.Mailing;
using Shop.ServiceDefaults;

namespace Shop.Notification.Tests;

public sealed class SettingsTests
{
    [Test]
    public void Without_settings_mails_go_to_a_folder()
    {
        var mail = MailSettings.Read(Configuration());

        Assert.That(SmtpSettings.Read(Configuration()), Is.Null);
        Assert.That(mail.From.ToString(), Is.EqualTo("\"Shop\" <orders@shop.example>"));
        Assert.That(mail.DataDirectory, Is.EqualTo(Path.Combine(".shop", "notification")));
        Assert.That(mail.Folder, Is.EqualTo(Path.Combine(".shop", "notification", "mails")));
    }

    [Test]
    public void An_SMTP_server_is_spoken_to_with_TLS_unless_told_otherwise() =>
        Assert.That(
            SmtpSettings.Read(Configuration("Smtp:Host=mail.example")),
            Is.EqualTo(new SmtpSettings("mail.example", 587, null, null, true, TimeSpan.FromSeconds(30))));

    [TestCase("Smtp:Host=mail.example;Smtp:Port=0", "Smtp:Port")]
    [TestCase("Smtp:Host=mail.example;Smtp:Port=65536", "Smtp:Port")]
    [TestCase("Smtp:Host=mail.example;Smtp:Port=smtp", "Smtp:Port")]
    [TestCase("Smtp:Host=mail.example;Smtp:Port=465", "587")]
    [TestCase("Smtp:Host=mail.example;Smtp:UseTls=perhaps", "Smtp:UseTls")]
    [TestCase("Smtp:Host=mail.example;Smtp:User=u;Smtp:Password=p;Smtp:UseTls=false", "in the clear")]
    public void A_wrong_setting_of_the_server_is_named(string settings, string named) =>
        Assert.That(
            () => SmtpSettings.Read(Configuration(settings.Split(';'))),
            Throws.TypeOf<ConfigurationException>().With.Message.Contains(named));

    [TestCase("Mail:From=Shop")]
    [TestCase("Mail:From=a@shop.example, b@shop.example")]
    [TestCase("Mail:StorefrontUrl=shop.example")]
    [TestCase("Mail:StorefrontUrl=javascript:alert(1)")]
    [TestCase("Mail:StorefrontUrl=https://shop.example/?a=b")]
    [TestCase("Mail:GiveUpAfter=00:00:00")]
    [TestCase("Mail:GiveUpAfter=soon")]
    [TestCase("Mail:Retention=-1.00:00:00")]
    public void A_wrong_setting_of_the_mails_is_named(string setting) =>
        Assert.That(
            () => MailSettings.Read(Configuration(setting)),
            Throws.TypeOf<ConfigurationException>().With.Message.Contains(setting.Split('=')[0]));

    [Test]
    public void The_password_is_not_shown() =>
        Assert.That(
            SmtpSettings.Read(Configuration("Smtp:Host=mail.example", "Smtp:User=u", "Smtp:Password=secret"))!.ToString(),
            Is.EqualTo("mail.example:587"));

    private static IConfiguration Configuration(params string[] settings) => new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Select(setting => setting.Split('=', 2)).ToDictionary(pair => pair[0], pair => (string?)pair[1]))
        .Build();
}
