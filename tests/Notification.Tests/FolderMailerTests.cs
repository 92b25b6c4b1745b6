using System.Net.Mail;
using Shop.Notification.Letters;
using Shop.Notification.Mailing;
using Shop.Testing;

namespace Shop.Notification.Tests;

public sealed class FolderMailerTests
{
    private TemporaryFolder folder = null!;
    private FolderMailer mailer = null!;

    [SetUp]
    public void SetUp()
    {
        folder = new TemporaryFolder();
        mailer = new FolderMailer(Settings(Path.Combine(folder.Path, "mails")));
    }

    [TearDown]
    public void TearDown() => folder.Dispose();

    [Test]
    public async Task Old_mails_are_deleted_and_young_ones_and_other_files_are_not()
    {
        var mails = Path.Combine(folder.Path, "mails");
        Assert.That(mailer.Prune(DateTimeOffset.UtcNow), Is.Zero, "there is no folder yet");
        var (old, young) = (Mail(LetterKind.Shipped, "en", "Tea"), Mail(LetterKind.Shipped, "en", "Tea"));
        await mailer.Send(old, default);
        await mailer.Send(young, default);
        foreach (var other in new[] { "letter.eml", "shipped-17.eml", "notes.txt" }) await File.WriteAllTextAsync(Path.Combine(mails, other), "");
        foreach (var file in Directory.EnumerateFiles(mails).Where(file => !file.Contains($"{young.EventId}", StringComparison.Ordinal)))
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddDays(-91));
        Assert.That(mailer.Prune(DateTimeOffset.UtcNow.AddDays(-90)), Is.EqualTo(1));
        Assert.That(
            Directory.EnumerateFiles(mails).Select(Path.GetFileName),
            Is.EquivalentTo(new[] { $"shipped-{young.EventId}.eml", "letter.eml", "shipped-17.eml", "notes.txt" }));
    }

    [Test]
    public async Task A_mail_becomes_a_file_that_reads_back_as_it_was_written(
        [Values] LetterKind kind, [Values("en", "de", "fr")] string locale)
    {
        var mail = Mail(kind, locale, "Grüner Tee 🍵\r\n.\r\n.dot");
        await mailer.Send(mail, default);

        var file = Directory.EnumerateFileSystemEntries(Path.Combine(folder.Path, "mails")).Single();
        Assert.That(Path.GetFileName(file), Is.EqualTo($"{kind.Name()}-{mail.EventId}.eml"));
        var read = new EmlFile(await File.ReadAllTextAsync(file));
        Assert.That(read.Subject.TrimEnd(), Is.EqualTo(mail.Letter.Subject));
        Assert.That(read.Text.TrimEnd(), Is.EqualTo(mail.Letter.Text.TrimEnd()));
        Assert.That(read.Html.TrimEnd(), Is.EqualTo(mail.Letter.Html.TrimEnd()));
        Assert.That(read.Types, Is.EqualTo(new[] { "text/plain; charset=utf-8", "text/html; charset=utf-8" }));
        Assert.That(read.Headers["content-type"], Does.StartWith("multipart/alternative;"));
        Assert.That(read.Headers["mime-version"], Is.EqualTo("1.0"));
        Assert.That(read.Headers["from"], Is.EqualTo("\"Tea & Co\" <orders@tea.example>").Or.EqualTo("Tea & Co <orders@tea.example>"));
        Assert.That(read.Headers["to"], Is.EqualTo("ada@example.org"));
        Assert.That(read.Headers["message-id"], Is.EqualTo($"<{mail.EventId}.{kind.Name()}@tea.example>"));
        Assert.That(read.Headers["auto-submitted"], Is.EqualTo("auto-generated"));
        Assert.That(read.Headers["x-shop-order-id"], Is.EqualTo(mail.OrderId.ToString()));
        Assert.That(DateTimeOffset.TryParse(read.Headers["date"], out var date), Is.True);
        Assert.That(date, Is.EqualTo(DateTimeOffset.UtcNow).Within(TimeSpan.FromMinutes(1)));
    }

    [Test]
    public async Task Every_line_is_ASCII_and_of_a_length_that_mail_may_have()
    {
        var mail = Mail(LetterKind.Shipped, "de", string.Concat(Enumerable.Repeat("Ü🍵", 100)));
        await mailer.Send(mail, default);

        var mime = await File.ReadAllBytesAsync(Directory.EnumerateFiles(Path.Combine(folder.Path, "mails")).Single());
        Assert.That(mime.All(character => character < 128), Is.True);
        Assert.That(System.Text.Encoding.ASCII.GetString(mime).Split("\r\n").Max(line => line.Length), Is.LessThanOrEqualTo(998));
    }

    [Test]
    public async Task The_same_mail_again_is_the_same_file()
    {
        var mail = Mail(LetterKind.OrderReceived, "en", "tea");
        await mailer.Send(mail, default);
        await mailer.Send(mail, default);

        Assert.That(Directory.EnumerateFileSystemEntries(Path.Combine(folder.Path, "mails")).Count(), Is.EqualTo(1));
    }

    [Test]
    public async Task A_folder_that_can_be_written_to_is_ready_and_stays_empty()
    {
        await mailer.Probe(default);

        Assert.That(Directory.EnumerateFileSystemEntries(Path.Combine(folder.Path, "mails")), Is.Empty);
    }

    [Test]
    public void A_folder_that_cannot_be_made_is_not_ready()
    {
        var file = Path.Combine(folder.Path, "file");
        File.WriteAllText(file, "");

        Assert.That(() => new FolderMailer(Settings(Path.Combine(file, "mails"))).Probe(default), Throws.InstanceOf<IOException>());
    }

    private static MailSettings Settings(string folder) => new()
    {
        From = new MailAddress("orders@tea.example", "Tea & Co"),
        StorefrontUrl = new Uri("https://tea.example"),
        Folder = folder,
        DataDirectory = folder,
    };

    private static OutgoingMail Mail(LetterKind kind, string locale, string item)
    {
        var order = Orders.New(locale).Shipped(new Contracts.Package("JD014", "https://dhl.example/?id=JD014"));
        order = order with { Items = [new Contracts.OrderItem("TEA", item, 1, 100)] };
        return new OutgoingMail(
            kind, Guid.NewGuid(), order.OrderId, EmailAddress.Parse(order.Customer.Email)!,
            new LetterWriter(new Uri("https://tea.example")).Write(kind, order), order.UpdatedAt);
    }
}
