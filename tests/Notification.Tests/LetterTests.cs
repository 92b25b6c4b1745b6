using System.Text.RegularExpressions;
using Shop.Contracts;
using Shop.Notification.Letters;

namespace Shop.Notification.Tests;

public sealed partial class LetterTests
{
    private static readonly LetterWriter Writer = new(new Uri("https://tea.example/shop/"));

    [TestCase("en", "We have received your order 2026-7F3K9Q", "Thank you for your order")]
    [TestCase("de", "Wir haben Ihre Bestellung 2026-7F3K9Q erhalten", "Vielen Dank für Ihre Bestellung")]
    [TestCase("fr", "Nous avons bien reçu votre commande 2026-7F3K9Q", "Merci pour votre commande")]
    public void An_order_received_is_thanked_for_in_its_language(string locale, string subject, string headline)
    {
        var letter = Writer.Write(LetterKind.OrderReceived, Orders.New(locale));

        Assert.That(letter.Subject, Is.EqualTo(subject));
        Assert.That(letter.Html, Does.Contain($">{headline}</h1>").And.Contain($"<html lang=\"{locale}\">"));
    }

    [TestCase("de-AT", "Guten Tag Ada Example,")]
    [TestCase("de_CH", "Guten Tag Ada Example,")]
    [TestCase("DE", "Guten Tag Ada Example,")]
    [TestCase("tlh", "Hello Ada Example,")]
    [TestCase("", "Hello Ada Example,")]
    [TestCase("den", "Hello Ada Example,")]
    public void A_language_without_letters_of_its_own_gets_English(string locale, string greeting) =>
        Assert.That(Writer.Write(LetterKind.OrderReceived, Orders.New(locale)).Text, Does.StartWith(greeting));

    [Test]
    public void Every_letter_shows_the_order_its_items_its_totals_and_the_way_to_it(
        [Values] LetterKind kind, [Values("en", "de", "fr")] string locale)
    {
        var order = Orders.New(locale);
        var letter = Writer.Write(kind, order);
        string Money(long amount) => Wording.Of(locale).Numbers.Money(amount, "EUR");

        foreach (var form in (string[])[letter.Text, Visible(letter.Html)])
        {
            Assert.That(form, Does.Contain("2026-7F3K9Q").And.Contain("Green tea").And.Contain("Cup"));
            Assert.That(form, Does.Contain(Money(1999)).And.Contain(Money(3998)).And.Contain(Money(127_448)).And.Contain(Money(127_947)));
        }

        Assert.That(letter.Text, Does.Contain($"https://tea.example/shop/orders/{order.OrderId}"));
        Assert.That(letter.Html, Does.Contain($"href=\"https://tea.example/shop/orders/{order.OrderId}\""));
        Assert.That(letter.Subject, Does.Contain("2026-7F3K9Q"));
    }

    [Test]
    public void Every_line_of_a_letter_ends_in_CRLF([Values] LetterKind kind)
    {
        var letter = Writer.Write(kind, Orders.New("de").Shipped(new Package("X1")));

        Assert.That(BareLineEnd().IsMatch(letter.Text), Is.False);
        Assert.That(BareLineEnd().IsMatch(letter.Html), Is.False);
    }

    [Test]
    public void A_failed_payment_is_told_with_the_way_to_pay_again()
    {
        var letter = Writer.Write(LetterKind.PaymentFailed, Orders.New().Attempted(AttemptStatus.Failed));

        Assert.That(letter.Text, Does.Contain("Please choose a payment method again").And.Contain("Choose a payment method:"));
        Assert.That(letter.Html, Does.Contain(">Choose a payment method</a>"));
    }

    [Test]
    public void A_failed_payment_that_cannot_be_tried_again_says_so()
    {
        var order = Orders.New("de").Attempted(AttemptStatus.Failed) with { AllowedActions = [OrderAction.Cancel] };
        var letter = Writer.Write(LetterKind.PaymentFailed, order);

        Assert.That(letter.Text, Does.Contain("Ein weiterer Versuch ist für diese Bestellung nicht möglich"));
        Assert.That(letter.Html, Does.Not.Contain("Zahlungsart wählen"));
    }

    [Test]
    public void An_order_cancelled_before_it_was_charged_says_that_nothing_was_charged() =>
        Assert.That(
            Writer.Write(LetterKind.OrderCancelled, Orders.New().Attempted(AttemptStatus.Failed).Cancelled()).Text,
            Does.Contain("You have not been charged.").And.Not.Contain("refund"));

    [TestCase(AttemptStatus.Open)]
    [TestCase(AttemptStatus.Review)]
    public void An_order_cancelled_while_it_is_being_charged_promises_nothing_that_may_be_untrue(AttemptStatus status) =>
        Assert.That(
            Writer.Write(LetterKind.OrderCancelled, Orders.New().Attempted(status).Cancelled()).Text,
            Does.Contain("should it still be charged, we refund it in full").And.Not.Contain("You have not been charged"));

    [Test]
    public void An_order_cancelled_after_it_was_charged_says_what_is_refunded() =>
        Assert.That(
            Writer.Write(LetterKind.OrderCancelled, Orders.New("de").Paid().Cancelled()).Text,
            Does.Contain("Wir erstatten 1.279,47\u00A0€ auf dem Zahlungsweg"));

    [Test]
    public void A_cancelled_order_that_was_refunded_says_so()
    {
        var order = Orders.New().Paid().Cancelled();
        order = order with { Payment = order.Payment with { Refunded = order.Payment.Captured } };

        Assert.That(Writer.Write(LetterKind.OrderCancelled, order).Text, Does.Contain("We have refunded €1,279.47"));
    }

    [Test]
    public void What_staff_refunded_before_the_cancellation_is_not_promised_twice()
    {
        var order = Orders.New().Paid().Cancelled();
        order = order with
        {
            Payment = order.Payment with
            {
                Refunded = 27_947,
                Refunds = [new RefundView(Guid.NewGuid(), 27_947, RefundStatus.Refunded, RefundCause.RefundRequested)],
            },
        };

        Assert.That(Writer.Write(LetterKind.OrderCancelled, order).Text, Does.Contain("We are refunding €1,000.00"));
    }

    [Test]
    public void An_order_received_that_was_cancelled_meanwhile_does_not_promise_a_parcel() =>
        Assert.That(
            Writer.Write(LetterKind.OrderReceived, Orders.New().Cancelled()).Text,
            Does.Contain("cancelled in the meantime").And.Not.Contain("on its way"));

    [Test]
    public void A_shipped_order_shows_every_parcel_and_where_to_follow_it()
    {
        var order = Orders.New().Shipped(new Package("JD014", "https://dhl.example/?a=1&b=\"2\""), new Package("JD015"));
        var letter = Writer.Write(LetterKind.Shipped, order);

        Assert.That(letter.Text, Does.Contain("to DHL in 2 parcels")
            .And.Contain("Tracking number: JD014\r\nhttps://dhl.example/?a=1&b=%222%22\r\n").And.Contain("Tracking number: JD015\r\n"));
        Assert.That(letter.Html, Does.Contain("href=\"https://dhl.example/?a=1&amp;b=%222%22\"").And.Contain("JD015"));
    }

    [TestCase("javascript:alert(1)")]
    [TestCase("data:text/html,<script>alert(1)</script>")]
    [TestCase("ftp://files.example/x")]
    [TestCase("//dhl.example/x")]
    [TestCase("/x")]
    [TestCase("https://dhl.example@evil.example/")]
    [TestCase("https://dhl.example/\r\nBcc: eve@evil.example")]
    [TestCase("")]
    public void A_tracking_link_that_is_no_plain_web_address_is_left_out(string link)
    {
        var letter = Writer.Write(LetterKind.Shipped, Orders.New().Shipped(new Package("JD014", link)));

        Assert.That(Regex.Matches(letter.Html, "<a "), Has.Count.EqualTo(1), "the link to the order alone");
        Assert.That(letter.Text, Does.Contain("Tracking number: JD014\r\n\r\n"));
    }

    [Test]
    public void Hostile_text_stays_text([Values] LetterKind kind)
    {
        const string hostile = "</td><script>alert('x')</script><img src=\"x\" onerror=alert(1)>&lt;{{7*7}}";
        var letter = Writer.Write(kind, Hostile(hostile));

        Assert.That(letter.Html, Does.Not.Contain("<script").And.Not.Contain("<img").And.Contain("&lt;script&gt;"));
        Assert.That(Visible(letter.Html), Does.Contain(hostile));
    }

    [Test]
    public void Text_that_turns_or_breaks_lines_cannot_rewrite_a_letter([Values] LetterKind kind)
    {
        var letter = Writer.Write(kind, Hostile("a\r\n\r\nb\0\u001B\u2028c\u202Ed\u2066e\uFEFF"));

        Assert.That(letter.Text, Does.Contain("a b c").And.Not.Contain("\r\nb"));
        foreach (var form in (string[])[letter.Subject, letter.Text, letter.Html])
            Assert.That(form, Does.Not.Match("[\0\u001B\u2028\u202E\u2066\uFEFF]"));
        Assert.That(letter.Subject, Does.Not.Match("[\r\n]"));
    }

    [TestCase("Grüner Tee 🍵 抹茶")]
    [TestCase("شاي أخضر")]
    [TestCase("family 👨‍👩‍👧")]
    public void Text_of_every_script_is_kept(string name)
    {
        var letter = Writer.Write(LetterKind.OrderReceived, Hostile(name));

        Assert.That(letter.Text, Does.Contain(name));
        Assert.That(Visible(letter.Html), Does.Contain(name));
    }

    [Test]
    public void Half_a_character_does_no_harm() =>
        Assert.That(Writer.Write(LetterKind.OrderReceived, Hostile("tea \uD83C!")).Text, Does.Contain("tea !"));

    [Test]
    public void Text_without_end_is_cut()
    {
        var letter = Writer.Write(LetterKind.OrderReceived, Hostile(string.Concat(Enumerable.Repeat("🍵", 5000))));

        Assert.That(letter.Text, Does.Contain("🍵…"));
        Assert.That(letter.Text, Has.Length.LessThan(4000));
        Assert.That(letter.Text, Does.Not.Contain('\uFFFD'));
    }

    [TestCase("Dr. María-José O'Neill", "Hello Dr. María-José O'Neill,")]
    [TestCase("李小龍", "Hello 李小龍,")]
    [TestCase("You won! https://evil.example", "Hello,")]
    [TestCase("Claim at evil.example", "Hello,")]
    [TestCase("<b>Ada</b>", "Hello,")]
    [TestCase("", "Hello,")]
    [TestCase(null, "Hello,")]
    public void Only_a_name_is_greeted_by_name(string? name, string greeting) =>
        Assert.That(Writer.Write(LetterKind.OrderReceived, Orders.New(name: name)).Text, Does.StartWith(greeting + "\r\n"));

    [Test]
    public void Tax_is_shown_when_there_is_any()
    {
        var taxed = Orders.New() with { Totals = new OrderTotals(100, 20, 30, 150) };

        Assert.That(Writer.Write(LetterKind.OrderReceived, taxed).Text, Does.Contain("Tax: €0.30"));
        Assert.That(Writer.Write(LetterKind.OrderReceived, Orders.New()).Text, Does.Not.Contain("Tax"));
    }

    [Test]
    public void A_letter_shows_where_the_order_goes_unless_it_goes_nowhere([Values] LetterKind kind)
    {
        var letter = Writer.Write(kind, Orders.New());

        foreach (var form in (string[])[letter.Text, letter.Html])
            Assert.That(form.Contains("10115 Berlin"), Is.EqualTo(kind != LetterKind.OrderCancelled));
    }

    [Test]
    public void An_erased_address_leaves_no_gap()
    {
        var order = Orders.New();
        var letter = Writer.Write(LetterKind.OrderReceived, order with { Shipping = order.Shipping with { Address = null } });

        Assert.That(letter.Text + letter.Html, Does.Not.Contain("Ships to"));
    }

    [Test]
    public void A_letter_loads_nothing([Values] LetterKind kind) =>
        Assert.That(
            Writer.Write(kind, Orders.New().Shipped(new Package("X"))).Html,
            Does.Not.Match("(?i)src=|url\\(|<link|<script|<iframe|<form|@import"));

    private static OrderView Hostile(string text)
    {
        var order = Orders.New(name: text) with { OrderNumber = $"1{text}"[..Math.Min(10, text.Length + 1)] };
        return order with
        {
            Items = [new OrderItem(text, text, 1, 100)],
            Metadata = new Dictionary<string, string> { [text] = text },
            Shipping = order.Shipping with
            {
                Carrier = text,
                Packages = [new Package(text, text)],
                Address = new Address(text, text, text, text, text, text, text, text),
            },
            Cancellation = new CancellationView(order.CreatedAt, text),
        };
    }

    private static string Visible(string html) => System.Net.WebUtility.HtmlDecode(Regex.Replace(html, "<[^>]*>", ""));

    [GeneratedRegex("(?<!\r)\n|\r(?!\n)")]
    private static partial Regex BareLineEnd();
}
