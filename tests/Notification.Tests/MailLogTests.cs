using Shop.Notification.Letters;
using Shop.Notification.Mailing;
using Shop.Testing;

namespace Shop.Notification.Tests;

public sealed class MailLogTests
{
    private readonly MailKey mail = new(Guid.NewGuid(), LetterKind.Shipped, Guid.NewGuid());
    private TemporaryFolder folder = null!;

    [SetUp]
    public void SetUp() => folder = new TemporaryFolder();

    [TearDown]
    public void TearDown() => folder.Dispose();

    [Test]
    public async Task A_mail_that_was_sent_is_not_granted_again_nor_after_a_restart()
    {
        await using (var log = MailLog.Open(folder.Path))
        {
            Assert.That(await log.TryClaim(mail), Is.EqualTo(Claim.Granted));
            await log.Sent(mail);
            Assert.That(await log.TryClaim(mail), Is.EqualTo(Claim.AlreadySent));
            Assert.That(await log.TryClaim(mail), Is.EqualTo(Claim.AlreadySent));
        }

        await using var next = MailLog.Open(folder.Path);
        Assert.That(await next.TryClaim(mail), Is.EqualTo(Claim.AlreadySent));
    }

    [Test]
    public async Task A_claim_is_granted_to_one_of_many()
    {
        await using var log = MailLog.Open(folder.Path);
        var claims = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(() => log.TryClaim(mail))));

        Assert.That(claims.Count(claim => claim == Claim.Granted), Is.EqualTo(1));
        Assert.That(claims.Count(claim => claim == Claim.InFlight), Is.EqualTo(49));
    }

    [Test]
    public async Task A_claim_that_was_given_back_is_granted_anew()
    {
        await using var log = MailLog.Open(folder.Path);
        await log.TryClaim(mail);
        await log.Release(mail);

        Assert.That(await log.TryClaim(mail), Is.EqualTo(Claim.Granted));
    }

    [Test]
    public async Task A_claim_whose_process_died_is_granted_again()
    {
        await using (var log = MailLog.Open(folder.Path)) await log.TryClaim(mail);

        await using var next = MailLog.Open(folder.Path);
        Assert.That(await next.TryClaim(mail), Is.EqualTo(Claim.GrantedAgain));
        Assert.That(await next.TryClaim(mail), Is.EqualTo(Claim.InFlight));
    }

    [Test]
    public async Task Another_order_kind_or_event_is_another_mail()
    {
        await using var log = MailLog.Open(folder.Path);
        await log.TryClaim(mail);
        await log.Sent(mail);

        Assert.That(await log.TryClaim(mail with { OrderId = Guid.NewGuid() }), Is.EqualTo(Claim.Granted));
        Assert.That(await log.TryClaim(mail with { Kind = LetterKind.OrderCancelled }), Is.EqualTo(Claim.Granted));
        Assert.That(await log.TryClaim(mail with { EventId = Guid.NewGuid() }), Is.EqualTo(Claim.Granted));
    }
}
