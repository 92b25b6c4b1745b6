using Shop.Notification.Letters;

namespace Shop.Notification.Tests;

public sealed class MoneyTests
{
    [TestCase("en", 4497, "EUR", "€44.97")]
    [TestCase("en", 5, "EUR", "€0.05")]
    [TestCase("en", 123456789, "USD", "$1,234,567.89")]
    [TestCase("en", 4497, "CHF", "CHF\u00A044.97")]
    [TestCase("en", 4497, "JPY", "¥4,497")]
    [TestCase("en", 4497, "KWD", "KWD\u00A04.497")]
    [TestCase("en", 12, "KWD", "KWD\u00A00.012")]
    [TestCase("en", -4497, "EUR", "-€44.97")]
    [TestCase("de", 4497, "EUR", "44,97\u00A0€")]
    [TestCase("de", 123456789, "EUR", "1.234.567,89\u00A0€")]
    [TestCase("de", 4497, "CHF", "44,97\u00A0CHF")]
    [TestCase("de", 0, "JPY", "0\u00A0¥")]
    [TestCase("fr", 123456, "EUR", "1\u202F234,56\u00A0€")]
    public void Money_is_written_as_the_language_and_the_currency_have_it(string language, long amount, string currency, string written) =>
        Assert.That(Wording.Of(language).Numbers.Money(amount, currency), Is.EqualTo(written));

    [Test]
    public void The_largest_amounts_are_written_too()
    {
        Assert.That(Wording.Of("en").Numbers.Money(long.MaxValue, "JPY"), Is.EqualTo("¥9,223,372,036,854,775,807"));
        Assert.That(Wording.Of("en").Numbers.Money(long.MinValue, "JPY"), Is.EqualTo("-¥9,223,372,036,854,775,808"));
    }
}
