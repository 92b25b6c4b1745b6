using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Shop.ServiceDefaults.Tests;

public sealed class CardNumbersTests
{
    [TestCase("4242424242424242", Description = "Visa")]
    [TestCase("5555555555554444", Description = "Mastercard")]
    [TestCase("2223003122003222", Description = "Mastercard, 2-series")]
    [TestCase("378282246310005", Description = "American Express")]
    [TestCase("6011111111111117", Description = "Discover")]
    [TestCase("3566002020360505", Description = "JCB")]
    [TestCase("30569309025904", Description = "Diners Club")]
    [TestCase("4242 4242 4242 4242")]
    [TestCase("4242-4242-4242-4242")]
    [TestCase("my card is 4242424242424242, thanks")]
    public void A_card_number_in_a_string_is_found(string text) => Assert.That(OccurIn($$"""{"note":"{{text}}"}"""));

    [TestCase("""{"4242424242424242":true}""", Description = "a name")]
    [TestCase("""{"a":[{"b":4242424242424242}]}""", Description = "a number")]
    [TestCase("""{"a":"4242\u00204242\u00204242\u00204242"}""", Description = "written with escapes")]
    public void A_card_number_anywhere_in_the_json_is_found(string json) => Assert.That(OccurIn(json));

    [TestCase("4242424242424241", Description = "wrong check digit")]
    [TestCase("1234567890123452", Description = "of no scheme")]
    [TestCase("42424242424242424242424242", Description = "longer than any")]
    [TestCase("4242 4242 4242", Description = "shorter than any")]
    [TestCase("2026-01-01T00:00:00Z")]
    [TestCase("pm_card_visa")]
    [TestCase("8d36dc46-8035-5863-9533-867dd35e442b", Description = "an id that holds digits like those of a card")]
    public void What_is_no_card_number_passes(string text) => Assert.That(OccurIn($$"""{"note":"{{text}}"}"""), Is.False);

    [Test]
    public void A_card_number_split_over_the_buffers_of_a_body_is_found()
    {
        var json = Encoding.UTF8.GetBytes("""{"note":"4242424242424242"}""");
        var first = new Segment(json.AsMemory(0, 15), 0);
        var last = first.Append(json.AsMemory(15));
        Assert.That(CardNumbers.OccurIn(new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length)));
    }

    [Test]
    public void Broken_json_is_said_to_be_broken() => Assert.That(() => OccurIn("{"), Throws.InstanceOf<JsonException>());

    private static bool OccurIn(string json) => CardNumbers.OccurIn(new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(json)));

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, long at) => (Memory, RunningIndex) = (memory, at);

        public Segment Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Segment(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
