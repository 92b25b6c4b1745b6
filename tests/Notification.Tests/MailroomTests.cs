using Shop.Notification.Letters;
using Shop.Notification.Mailing;
using Shop.ServiceDefaults.Messaging;
using Shop.Testing;

namespace Shop.Notification.Tests;

public sealed class MailroomTests
{
    private readonly LetterWriter letters = new(new Uri("https://shop.example"));
    private readonly Guid eventId = Guid.NewGuid();
    private TemporaryFolder folder = null!;
    private MailLog sent = null!;
    private StubMailer mailer = null!;
    private LogLines<Mailroom> log = null!;
    private Mailroom mailroom = null!;

    [SetUp]
    public void SetUp()
    {
        folder = new TemporaryFolder();
        sent = MailLog.Open(folder.Path);
        (mailer, log) = (new StubMailer(), new LogLines<Mailroom>());
        mailroom = new Mailroom(sent, letters, mailer, new MailMetrics(new TestMeters()), log);
    }

    [TearDown]
    public async Task TearDown()
    {
        await sent.DisposeAsync();
        folder.Dispose();
    }

    [Test]
    public async Task A_message_delivered_twice_mails_once_and_the_log_says_so()
    {
        var order = Orders.New();
        await mailroom.Send(LetterKind.OrderReceived, eventId, order, default);
        await mailroom.Send(LetterKind.OrderReceived, eventId, order, default);

        Assert.That(mailer.Taken, Has.Count.EqualTo(1));
        Assert.That(log.Lines, Has.One.StartsWith("Sent the order-received letter").And.One.StartsWith("No order-received letter"));
    }

    [Test]
    public async Task A_delivery_beside_one_that_is_being_sent_comes_back_later()
    {
        var order = Orders.New();
        var reached = new TaskCompletionSource();
        var goOn = new TaskCompletionSource();
        mailer.Before = async _ =>
        {
            reached.SetResult();
            await goOn.Task;
        };
        var first = mailroom.Send(LetterKind.OrderReceived, eventId, order, default);
        await reached.Task;

        Assert.That(() => mailroom.Send(LetterKind.OrderReceived, eventId, order, default), Throws.TypeOf<RetryLaterException>());
        goOn.SetResult();
        await first;
        await mailroom.Send(LetterKind.OrderReceived, eventId, order, default);
        Assert.That(mailer.Taken, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_mail_that_failed_is_sent_by_the_next_try()
    {
        var order = Orders.New();
        mailer.Before = _ => throw new IOException("away");
        Assert.That(() => mailroom.Send(LetterKind.Shipped, eventId, order, default), Throws.TypeOf<IOException>());

        mailer.Before = _ => Task.CompletedTask;
        await mailroom.Send(LetterKind.Shipped, eventId, order, default);
        Assert.That(mailer.Taken, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_mail_cut_off_by_a_crash_is_sent_again_under_the_same_Message_ID()
    {
        var order = Orders.New();
        var never = new TaskCompletionSource();
        mailer.Before = mail =>
        {
            mailer.Taken.Enqueue(mail);
            return never.Task;
        };
        _ = mailroom.Send(LetterKind.OrderReceived, eventId, order, default);
        await Eventually.True(() => mailer.Taken.Count == 1, "the server has the mail");
        await sent.DisposeAsync();

        sent = MailLog.Open(folder.Path);
        mailer.Before = _ => Task.CompletedTask;
        await new Mailroom(sent, letters, mailer, new MailMetrics(new TestMeters()), log).Send(LetterKind.OrderReceived, eventId, order, default);

        var from = new System.Net.Mail.MailAddress("orders@shop.example");
        var ids = mailer.Taken.Select(mail => mail.ToMessage(from).Headers["Message-ID"]).ToArray();
        Assert.That(ids, Is.EqualTo(new[] { $"<{eventId}.order-received@shop.example>", $"<{eventId}.order-received@shop.example>" }));
        Assert.That(log.Lines, Has.One.Contains("again"));
    }

    [Test]
    public async Task A_customer_whose_data_was_erased_is_not_written_to()
    {
        await mailroom.Send(LetterKind.Shipped, eventId, Orders.New(email: null, name: null), default);

        Assert.That(mailer.Taken, Is.Empty);
        Assert.That(log.Lines, Has.One.Contains("personal data was erased"));
    }

    [TestCase("eve@example.org, mallory@example.org")]
    [TestCase("eve@example.org\r\nBcc: all@example.org")]
    [TestCase("")]
    public void An_address_that_is_none_makes_the_message_a_dead_letter_that_does_not_repeat_it(string email)
    {
        var thrown = Assert.ThrowsAsync<UnprocessableMessageException>(
            () => mailroom.Send(LetterKind.OrderReceived, eventId, Orders.New(email: email), default))!;

        Assert.That(mailer.Taken, Is.Empty);
        Assert.That(thrown.Message, Does.Not.Contain("@"));
    }

    [Test]
    public async Task Nothing_personal_is_logged_or_recorded()
    {
        await mailroom.Send(LetterKind.OrderReceived, eventId, Orders.New(), default);
        await sent.DisposeAsync();

        var files = Directory.EnumerateFiles(folder.Path).Select(file => File.ReadAllText(file, System.Text.Encoding.Latin1));
        Assert.That(string.Concat([.. files, .. log.Lines]), Does.Not.Contain("ada@example.org").And.Not.Contain("Ada Example"));
        Assert.That(File.Exists(Path.Combine(folder.Path, "mail.db")));
    }
}
