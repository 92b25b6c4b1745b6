using System.Net.Mail;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Shop.Contracts;
using Shop.Notification.Letters;
using Shop.Notification.Mailing;
using Shop.ServiceDefaults.Messaging;
using Shop.Testing;

namespace Shop.Notification.Tests;

public sealed partial class SmtpMailerTests
{
    private SmtpServer trusted = null!;

    [OneTimeSetUp]
    public void TrustOneServer()
    {
        trusted = SmtpServer.Start(tls: true, authentication: true);
        // .NET reads SSL_CERT_FILE once, at the first use of certificates, and from the process's own environment, which
        // Environment.SetEnvironmentVariable leaves alone.
        Assert.That(SetEnvironment("SSL_CERT_FILE", trusted.CertificateFile, 1), Is.Zero);
    }

    [OneTimeTearDown]
    public async Task StopTrustedServer()
    {
        if (trusted is not null) await trusted.DisposeAsync();
    }

    [Test]
    public async Task A_real_server_receives_the_mail_as_it_was_written([Values] LetterKind kind, [Values("en", "de")] string locale)
    {
        await using var server = SmtpServer.Start();
        var mail = Mail(kind, locale);
        await Mailer(server).Send(mail, default);

        var received = server.Mails().Single();
        Assert.That(received.Defects, Is.Empty);
        Assert.That(received.From, Is.EqualTo("orders@tea.example"));
        Assert.That(received.To, Is.EqualTo(new[] { "ada@example.org" }));
        Assert.That(received.Types, Is.EqualTo(new[] { "multipart/alternative", "text/plain", "text/html" }));
        Assert.That(received.Headers["Subject"], Is.EqualTo(mail.Letter.Subject));
        Assert.That(received.Headers["Message-ID"], Is.EqualTo($"<{mail.EventId}.{kind.Name()}@tea.example>"));
        Assert.That(received.Headers["Auto-Submitted"], Is.EqualTo("auto-generated"));
        Assert.That(received.Headers["X-Shop-Order-Id"], Is.EqualTo(mail.OrderId.ToString()));
        Assert.That(received.Text!.ReplaceLineEndings("\n").TrimEnd(), Is.EqualTo(mail.Letter.Text.ReplaceLineEndings("\n").TrimEnd()));
        Assert.That(received.Html!.ReplaceLineEndings("\n").TrimEnd(), Is.EqualTo(mail.Letter.Html.ReplaceLineEndings("\n").TrimEnd()));
    }

    [Test]
    public async Task A_mail_goes_encrypted_and_signed_in_to_a_server_that_is_trusted()
    {
        var settings = Settings(trusted) with { UseTls = true, User = trusted.UserName, Password = trusted.Password };
        await new SmtpMailer(Sender, settings, TimeProvider.System).Send(Mail(), default);

        var received = trusted.Mails().Single();
        Assert.That(received.Tls, Is.True);
        Assert.That(received.User, Is.EqualTo(trusted.UserName));
    }

    [Test]
    public async Task A_server_that_nobody_vouches_for_gets_no_mail()
    {
        await using var server = SmtpServer.Start(tls: true);

        Assert.That(
            () => new SmtpMailer(Sender, Settings(server) with { UseTls = true }, TimeProvider.System).Send(Mail(), default),
            Throws.InstanceOf<SmtpException>().Or.TypeOf<RetryLaterException>().Or.InstanceOf<System.Security.Authentication.AuthenticationException>());
        Assert.That(server.Mails(), Is.Empty);
    }

    [Test]
    public async Task A_server_without_STARTTLS_gets_no_mail_when_TLS_is_wanted()
    {
        await using var server = SmtpServer.Start();

        Assert.That(
            () => new SmtpMailer(Sender, Settings(server) with { UseTls = true }, TimeProvider.System).Send(Mail(), default), Throws.InstanceOf<SmtpException>().Or.TypeOf<RetryLaterException>());
        Assert.That(server.Mails(), Is.Empty);
    }

    [Test]
    public async Task A_wrong_password_fails_and_is_worth_another_try()
    {
        await using var server = SmtpServer.Start(authentication: true);

        Assert.That(
            () => new SmtpMailer(Sender, Settings(server) with { User = server.UserName, Password = "wrong" }, TimeProvider.System).Send(Mail(), default),
            Throws.InstanceOf<SmtpException>());
        Assert.That(server.Mails(), Is.Empty);
    }

    [TestCase(SmtpMode.TempFail, typeof(RetryLaterException))]
    [TestCase(SmtpMode.Greylist, typeof(RetryLaterException))]
    [TestCase(SmtpMode.RejectData, typeof(SmtpException))]
    public async Task What_the_server_does_not_take_now_it_may_take_later(SmtpMode mode, Type thrown)
    {
        await using var server = SmtpServer.Start();
        server.Mode = mode;
        Assert.That(() => Mailer(server).Send(Mail(), default), Throws.TypeOf(thrown));
        Assert.That(server.Mails(), Is.Empty);

        server.Mode = SmtpMode.Normal;
        await Mailer(server).Send(Mail(), default);
        Assert.That(server.Mails(), Has.Count.EqualTo(1));
    }

    [TestCase(SmtpMode.TempFail)]
    [TestCase(SmtpMode.Greylist)]
    public async Task What_the_server_does_not_take_for_days_counts_as_failed(SmtpMode mode)
    {
        await using var server = SmtpServer.Start();
        server.Mode = mode;
        Assert.That(
            () => Mailer(server).Send(Mail() with { Since = DateTimeOffset.UtcNow - Sender.GiveUpAfter }, default), Throws.InstanceOf<SmtpException>());
    }

    [Test]
    public async Task A_recipient_that_is_refused_for_good_is_not_tried_again()
    {
        await using var server = SmtpServer.Start();
        server.Mode = SmtpMode.Reject;

        var thrown = Assert.ThrowsAsync<UnprocessableMessageException>(() => Mailer(server).Send(Mail(), default))!;
        Assert.That(thrown.Message, Does.Contain("550").And.Not.Contain("@"));
    }

    [Test]
    public async Task A_server_that_does_not_answer_is_given_up_in_time()
    {
        await using var server = SmtpServer.Start();
        server.Mode = SmtpMode.Slow;

        var hasty = Settings(server) with { Timeout = TimeSpan.FromMilliseconds(300) };
        Assert.That(() => new SmtpMailer(Sender, hasty, TimeProvider.System).Send(Mail(), default), Throws.TypeOf<TimeoutException>());
    }

    [Test]
    public async Task A_service_that_stops_does_not_wait_for_a_slow_server()
    {
        await using var server = SmtpServer.Start();
        server.Mode = SmtpMode.Slow;
        using var stop = new CancellationTokenSource();
        var sending = Mailer(server).Send(Mail(), stop.Token);
        await stop.CancelAsync();

        Assert.That(() => sending, Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public async Task A_mail_whose_acceptance_was_lost_goes_again_under_the_same_Message_ID()
    {
        await using var server = SmtpServer.Start();
        using var folder = new TemporaryFolder();
        await using var log = MailLog.Open(folder.Path);
        var mailroom = new Mailroom(log, new LetterWriter(Sender.StorefrontUrl), Mailer(server), new MailMetrics(new TestMeters()), new LogLines<Mailroom>());
        var (order, eventId) = (Orders.New(), Guid.NewGuid());
        server.Mode = SmtpMode.Drop;
        Assert.That(() => mailroom.Send(LetterKind.OrderReceived, eventId, order, default), Throws.InstanceOf<SmtpException>().Or.TypeOf<RetryLaterException>());

        server.Mode = SmtpMode.Normal;
        await mailroom.Send(LetterKind.OrderReceived, eventId, order, default);
        await mailroom.Send(LetterKind.OrderReceived, eventId, order, default);

        var ids = server.Mails().Select(mail => mail.Headers["Message-ID"]).ToArray();
        Assert.That(ids, Has.Length.EqualTo(2));
        Assert.That(ids.Distinct().Count(), Is.EqualTo(1));
    }

    [Test]
    public async Task Many_mails_at_once_all_arrive()
    {
        await using var server = SmtpServer.Start();
        var mailer = Mailer(server);
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => mailer.Send(Mail(), default)));

        Assert.That(server.Mails().Select(mail => mail.Headers["Message-ID"]).Distinct().Count(), Is.EqualTo(20));
    }

    [Test]
    public async Task A_server_that_can_be_reached_is_ready()
    {
        await using var server = SmtpServer.Start();

        Assert.That(() => Mailer(server).Probe(default), Throws.Nothing);
    }

    [Test]
    public void A_server_that_is_away_is_not_ready()
    {
        using var listener = new TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        var port = ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();

        var away = new SmtpMailer(Sender, new SmtpSettings("127.0.0.1", port, null, null, false, TimeSpan.FromSeconds(5)), TimeProvider.System);
        Assert.That(() => away.Probe(default), Throws.TypeOf<IOException>());
        Assert.That(() => away.Send(Mail(), default), Throws.TypeOf<RetryLaterException>());
    }

    private static MailSettings Sender { get; } = new()
    {
        From = new MailAddress("orders@tea.example", "Tea & Co"),
        StorefrontUrl = new Uri("https://tea.example"),
        Folder = "unused",
        DataDirectory = "unused",
    };

    private static SmtpSettings Settings(SmtpServer server) => new("127.0.0.1", server.Port, null, null, false, TimeSpan.FromSeconds(20));

    private static SmtpMailer Mailer(SmtpServer server) => new(Sender, Settings(server), TimeProvider.System);

    private static OutgoingMail Mail(LetterKind kind = LetterKind.OrderReceived, string locale = "en")
    {
        var order = Orders.New(locale).Shipped(new Package("JD014", "https://dhl.example/?id=JD014"));
        order = order with { Items = [new OrderItem("TEA", "Grüner Tee 🍵", 2, 1999), new OrderItem("DOT", ".", 1, 1)] };
        var letter = new LetterWriter(Sender.StorefrontUrl).Write(kind, order);
        return new OutgoingMail(kind, Guid.NewGuid(), order.OrderId, EmailAddress.Parse(order.Customer.Email)!, letter, DateTimeOffset.UtcNow);
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);
}
