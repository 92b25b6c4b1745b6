using System.Text.Json;
using Shop.Contracts;

namespace Shop.Backoffice.Tests;

/// <summary>The journal: what it holds, its export, and whether it is as it was written.</summary>
public sealed class JournalTests
{
    private const int Events = 2500;
    private const string Unlocked = "DROP TRIGGER rows_are_not_changed; DROP TRIGGER rows_are_not_removed; ";

    private Histories histories = null!;
    private ReadingShop shop = null!;

    [SetUp]
    public async Task Start()
    {
        histories = new Histories(31);
        shop = await ReadingShop.Start();
        shop.Log.Add(histories.Grow(Events));
    }

    [TearDown]
    public async Task Stop() => await shop.DisposeAsync();

    [Test]
    public async Task It_holds_every_event_and_is_asked_for_some()
    {
        await Written();
        var all = await Read("");
        Assert.That(all, Is.EqualTo(histories.Log.Select(recorded => recorded.Position)));
        var one = histories.Log[100];
        var entry = (await shop.Get("journal?after=100&limit=1")).Body.GetProperty("entries")[0];
        Assert.Multiple(() =>
        {
            Assert.That(entry.GetProperty("entityId").GetGuid(), Is.EqualTo(one.OrderId));
            Assert.That(entry.GetProperty("revision").GetInt64(), Is.EqualTo(one.Revision));
            Assert.That(entry.GetProperty("agent").GetString(), Is.EqualTo(one.Metadata.Agent.ToString()));
            Assert.That(entry.GetProperty("eventType").GetString(), Is.EqualTo(EventTypes.Of(one.Event).StoredName));
            Assert.That(entry.GetProperty("timeOccurred").GetDateTimeOffset(), Is.EqualTo(one.Metadata.TimeOccurred));
            Assert.That(entry.GetProperty("timeObserved").GetDateTimeOffset(), Is.EqualTo(one.Metadata.TimeObserved));
            Assert.That(entry.GetProperty("data").GetRawText(), Is.EqualTo(System.Text.Encoding.UTF8.GetString(EventTypes.Serialize(one.Event))));
        });
        await Finds($"&order={one.OrderId}", recorded => recorded.OrderId == one.OrderId);
        await Finds("&type=payment-captured", recorded => recorded.Event is PaymentCaptured);
        await Finds("&type=payment-captured/v1", recorded => recorded.Event is PaymentCaptured);
        await Finds("&type=nothing-of-the-kind", _ => false);
        await Finds("&agent=staff/agent-1", recorded => recorded.Metadata.Agent == new Agent(AgentKind.Staff, "agent-1"));
        await Finds("&from=2026-01-02&to=2026-01-03", recorded => recorded.Metadata.TimeObserved.Day == 2);

        async Task Finds(string filter, Func<RecordedEvent, bool> wanted) =>
            Assert.That(await Read(filter), Is.EqualTo(histories.Log.Where(wanted).Select(recorded => recorded.Position)), filter);
    }

    [Test]
    public async Task It_is_exported_whole_or_in_part_as_lines_of_json_or_csv()
    {
        await Written();
        var json = (await Export("")).TrimEnd('\n').Split('\n').Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.That(json.Select(line => line.GetProperty("position").GetInt64()), Is.EqualTo(histories.Log.Select(recorded => recorded.Position)));
        var csv = (await Export("?format=csv")).TrimEnd().Split("\r\n");
        Assert.That(csv[0], Is.EqualTo("position,entity_id,revision,agent,event_type,time_occurred,time_observed,data,hash"));
        Assert.That(csv, Has.Length.EqualTo(Events + 1));
        var data = csv[1][(csv[1].IndexOf(",\"{", StringComparison.Ordinal) + 2)..csv[1].LastIndexOf("\",", StringComparison.Ordinal)].Replace("\"\"", "\"", StringComparison.Ordinal);
        Assert.That(data, Is.EqualTo(json[0].GetProperty("data").GetRawText()));
        var part = await Export("?type=shipped&after=1000");
        Assert.That(part.Count(character => character == '\n'), Is.EqualTo(histories.Log.Count(recorded => recorded.Event is Shipped && recorded.Position > 1000)));
    }

    [Test]
    public async Task Untouched_it_is_intact()
    {
        await Written();
        var head = await Verify();
        Assert.That((head.IsIntact, head.Rows, head.LastPosition), Is.EqualTo((true, (long)Events, (long)Events)));
        Assert.That((await Verify($"?position={Events}&hash={head.Head}")).IsIntact, Is.True);
        Assert.That(() => shop.Tamper("journal", "UPDATE event_journal SET agent = 'staff/me' WHERE position = 5"), Throws.Exception.With.Message.Contains("append-only"));
    }

    [TestCase("UPDATE event_journal SET agent = 'staff/me' WHERE position = 1000", 1000, "changed")]
    [TestCase("UPDATE event_journal SET data = replace(data, 'a', 'b') WHERE position = 1", 1, "changed")]
    [TestCase("UPDATE event_journal SET hash = NULL WHERE position = 7", 7, "changed")]
    [TestCase("DELETE FROM event_journal WHERE position = 1000", 1001, "removed")]
    [TestCase("DELETE FROM event_journal WHERE position = 1", 2, "removed")]
    [TestCase("DELETE FROM event_journal WHERE position > 2400", 2500, "removed")]
    [TestCase("DELETE FROM event_journal", 2500, "removed")]
    [TestCase("UPDATE event_journal SET position = -1 WHERE position = 40; UPDATE event_journal SET position = 40 WHERE position = 41; UPDATE event_journal SET position = 41 WHERE position = -1", 40, "changed")]
    public async Task A_row_that_was_changed_removed_or_put_elsewhere_is_found(string sql, long position, string kind)
    {
        await Written();
        await shop.Restart(meanwhile: () => shop.Tamper("journal", Unlocked + sql));
        var found = await Verify();
        Assert.That((found.IsIntact, found.Break!.Position, found.Break.Kind), Is.EqualTo((false, (long?)position, kind)), found.Break.Message);
    }

    [Test]
    public async Task One_that_was_written_anew_from_another_history_is_found_by_whoever_kept_the_head()
    {
        await Written();
        var head = (await Verify()).Head;
        await using var other = await ReadingShop.Start();
        other.Log.Add(new Histories(32).Grow(Events));
        await other.Knows(Events);
        var anew = (await other.Get($"journal/verify?position={Events}&hash={head}")).Body.Deserialize(ContractsJson.Default.JournalVerification)!;
        Assert.That((anew.IsIntact, anew.Break?.Kind), Is.EqualTo((false, "rewritten")));
    }

    [Test]
    public async Task Without_the_chain_it_says_so_and_is_built_anew_when_the_setting_changes()
    {
        await Written();
        await shop.Restart(["Journal:HashChain=false"]);
        await Written();
        Assert.That((await Verify()).Break?.Kind, Is.EqualTo("not-chained"));
        await shop.Restart();
        await Written();
        Assert.That((await Verify()).IsIntact, Is.True);
    }

    private Task Written() => shop.Projection("journal", one => one.GetProperty("state").GetString() == "live" && one.GetProperty("position").GetInt64() == Events, "is written");

    private async Task<JournalVerification> Verify(string query = "") => (await shop.Get($"journal/verify{query}")).Body.Deserialize(ContractsJson.Default.JournalVerification)!;

    private Task<string> Export(string query) => shop.Backoffice.Client.GetStringAsync($"/admin/journal/export{query}");

    private async Task<List<long>> Read(string filter)
    {
        var read = new List<long>();
        for (var after = 0L; (await shop.Get($"journal?limit=700&after={after}{filter}")).Body.Deserialize(ContractsJson.Default.JournalPage) is { Entries.Count: > 0 } page; after = page.Next)
            read.AddRange(page.Entries.Select(entry => entry.Position));
        return read;
    }
}
