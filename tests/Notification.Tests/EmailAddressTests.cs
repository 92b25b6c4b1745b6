using Shop.Notification.Mailing;

namespace Shop.Notification.Tests;

public sealed class EmailAddressTests
{
    [TestCase("ada@example.org", "ada@example.org")]
    [TestCase("ada.lovelace+tea@mail.example.co.uk", "ada.lovelace+tea@mail.example.co.uk")]
    [TestCase("o'neill@example.org", "o'neill@example.org")]
    [TestCase("ada@bücher.example", "ada@xn--bcher-kva.example")]
    public void A_plain_address_is_written_to(string text, string address) =>
        Assert.That(EmailAddress.Parse(text)?.ToString(), Is.EqualTo(address));

    [TestCase("a@example.org, b@example.org")]
    [TestCase("a@example.org;b@example.org")]
    [TestCase("a@example.org b@example.org")]
    [TestCase("\"Eve\" <eve@example.org>")]
    [TestCase("Eve\" <evil@example.org>, \"x")]
    [TestCase("eve@example.org\r\nBcc: all@example.org")]
    [TestCase("eve@example.org\n")]
    [TestCase("eve\0@example.org")]
    [TestCase("a@b@example.org")]
    [TestCase("eve@example.org(comment)")]
    [TestCase("eve@[127.0.0.1]")]
    [TestCase("eve@localhost")]
    [TestCase("eve@-example.org")]
    [TestCase("eve@example..org")]
    [TestCase(".eve@example.org")]
    [TestCase("jürgen@example.org")]
    [TestCase("@example.org")]
    [TestCase("eve@")]
    [TestCase("eve")]
    [TestCase(" eve@example.org")]
    [TestCase("")]
    [TestCase(null)]
    public void Anything_else_is_not(string? text) => Assert.That(EmailAddress.Parse(text), Is.Null);

    [Test]
    public void An_address_of_any_length_is_judged_at_once()
    {
        Assert.That(EmailAddress.Parse(new string('a', 65) + "@example.org"), Is.Null);
        Assert.That(EmailAddress.Parse("a@" + new string('b', 5_000_000) + ".org"), Is.Null);
        Assert.That(EmailAddress.Parse("a@" + string.Concat(Enumerable.Repeat("b.", 110)) + "org"), Is.Not.Null);
    }
}
