using Shop.Notification.Letters;
using Shop.Notification.Mailing;
using Shop.Testing;

namespace Shop.Notification.Tests;

public sealed class MailLogTests
{
    private readonly MailKey mail = new(Guid.NewGuid(), LetterKind.Shipped, Guid.NewGuid());
    private TemporaryFolder folder = null!;

    private sealed class SettableClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = DateTimeOffset.UtcNow;

        public override DateTimeOffset GetUtcNow() => Now;
    }

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
    public async Task Old_mails_are_forgotten_and_young_ones_are_not()
    {
        var clock = new SettableClock();
        await using var log = MailLog.Open(folder.Path, clock);
        var old = Enumerable.Range(0, 1500).Select(_ => mail with { EventId = Guid.NewGuid() }).ToList();
        await Task.WhenAll(old.Select(async one =>
        {
            await log.TryClaim(one);
            await log.Sent(one);
        }));
        clock.Now += TimeSpan.FromDays(60);
        await log.TryClaim(mail);
        await log.Sent(mail);
        Assert.That(await log.Prune(clock.Now.AddDays(-90)), Is.Zero);
        clock.Now += TimeSpan.FromDays(31);
        Assert.That(await log.Prune(clock.Now.AddDays(-90)), Is.EqualTo(old.Count));
        Assert.That(await log.TryClaim(mail), Is.EqualTo(Claim.AlreadySent));
        Assert.That(await log.TryClaim(old[0]), Is.EqualTo(Claim.Granted));
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
