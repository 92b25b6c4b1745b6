using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Shop.Contracts.Messages;

namespace Shop.Contracts.Tests;

/// <summary>
/// What was ever written must be read for ever. <c>approved/</c> holds the JSON of every version of every event and message; a
/// change of a form shows here. To approve a new file, run the tests with <c>SHOP_APPROVE=1</c> and look at the difference.
/// </summary>
public sealed class ApprovedJsonTests
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static IEnumerable<EventType> Types => EventTypes.All;

    private static IEnumerable<EventType> PublishedTypes => EventTypes.All.Where(type => type.Exchange is not null);

    [TestCaseSource(nameof(Types))]
    public void An_event_is_stored_as_approved(EventType type)
    {
        var sample = Samples.Events.Single(sample => sample.GetType() == type.Json.Type);
        IsApproved($"events/{type.Name}.v{type.Version}.json", EventTypes.Serialize(sample));
    }

    [TestCaseSource(nameof(Types))]
    public void What_was_approved_is_still_read(EventType type)
    {
        var approved = File.ReadAllBytes(Approved($"events/{type.Name}.v{type.Version}.json"));
        var read = EventTypes.Deserialize(type.StoredName, approved);
        Assert.That(JsonNode.DeepEquals(JsonNode.Parse(EventTypes.Serialize(read)), JsonNode.Parse(approved)), Is.True);
    }

    [TestCaseSource(nameof(PublishedTypes))]
    public void A_message_is_published_as_approved(EventType type)
    {
        var message = Message.Of(Samples.Recorded(Samples.Events.Single(sample => sample.GetType() == type.Json.Type)))!;
        Assert.That(message.GetType(), Is.EqualTo(type.MessageJson!.Type));
        IsApproved($"messages/{type.Name}.v{type.Version}.json", JsonSerializer.SerializeToUtf8Bytes(message, type.MessageJson));
    }

    [Test]
    public void Metadata_is_stored_as_approved() => IsApproved(
        "metadata.json", JsonSerializer.SerializeToUtf8Bytes(Samples.Recorded(Samples.Events[0]).Metadata, ContractsJson.Default.EventMetadata));

    [Test]
    public void Whether_an_event_is_published_follows_from_its_type()
    {
        foreach (var sample in Samples.Events)
            Assert.That(Message.Of(Samples.Recorded(sample)) is null, Is.EqualTo(EventTypes.Of(sample).Exchange is null), sample.GetType().Name);
    }

    [Test]
    public void No_message_holds_anything_personal()
    {
        foreach (var sample in Samples.Events.Where(sample => EventTypes.Of(sample).Exchange is not null))
        {
            var text = Encoding.UTF8.GetString(JsonSerializer.SerializeToUtf8Bytes(Message.Of(Samples.Recorded(sample))!, EventTypes.Of(sample).MessageJson!));
            foreach (var secret in new[] { "Ada", "ada@", "Example Street", "10115", "+49", "pm_card", "called us", "known customer", "stolen card" })
                Assert.That(text, Does.Not.Contain(secret), EventTypes.Of(sample).Name);
        }
    }

    [Test]
    public void An_event_travels_over_http_and_back()
    {
        foreach (var sample in Samples.Events)
        {
            var sent = JsonSerializer.SerializeToUtf8Bytes(EventEnvelope.Of(Samples.Recorded(sample)), ContractsJson.Default.EventEnvelope);
            var received = JsonSerializer.Deserialize(sent, ContractsJson.Default.EventEnvelope)!.ToRecorded();
            Assert.That(EventTypes.Serialize(received.Event), Is.EqualTo(EventTypes.Serialize(sample)));
            Assert.That(received.Metadata, Is.EqualTo(Samples.Recorded(sample).Metadata));
        }
    }

    [TestCase("payment-refund-in-progress/v1", """{"refundId":"0b9c7a52-53a4-4f0c-9c39-2a51c9c1a002","amount":1000,"currency":"EUR","cause":"order-cancelled"}""")]
    public void What_was_written_before_a_member_was_added_is_still_read(string storedName, string data) =>
        Assert.That(JsonNode.DeepEquals(JsonNode.Parse(EventTypes.Serialize(EventTypes.Deserialize(storedName, Encoding.UTF8.GetBytes(data)))), JsonNode.Parse(data)), Is.True);

    [TestCase("order-created/v9", "{}")]
    [TestCase("no-such-event/v1", "{}")]
    [TestCase("payment-captured/v1", "{}")]
    [TestCase("payment-captured/v1", "null")]
    [TestCase("payment-captured/v1", "{")]
    [TestCase("payment-auth-failed/v1", """{"attempt":1,"reason":"because","retryable":true}""")]
    [TestCase("payment-auth-failed/v1", """{"attempt":1,"reason":0,"retryable":true}""")]
    public void What_cannot_be_read_is_not_guessed(string storedName, string data) =>
        Assert.That(() => EventTypes.Deserialize(storedName, Encoding.UTF8.GetBytes(data)), Throws.TypeOf<UnreadableEventException>());

    private static void IsApproved(string name, byte[] json)
    {
        var readable = JsonSerializer.Serialize(JsonNode.Parse(json), Readable) + "\n";
        if (Environment.GetEnvironmentVariable("SHOP_APPROVE") == "1")
        {
            var source = Path.Combine(Samples.SourceFolder(), "approved", name);
            Directory.CreateDirectory(Path.GetDirectoryName(source)!);
            File.WriteAllText(source, readable);
            return;
        }

        Assert.That(File.Exists(Approved(name)), Is.True, $"approved/{name} is missing: run with SHOP_APPROVE=1, and look at what it writes");
        Assert.That(readable, Is.EqualTo(File.ReadAllText(Approved(name))));
    }

    private static string Approved(string name) => Path.Combine(AppContext.BaseDirectory, "approved", name);
}
