using Microsoft.Data.Sqlite;
using Shop.Contracts;
using Shop.OrderEvents.Store;
using Shop.ServiceDefaults;
using Shop.Testing;

namespace Shop.OrderEvents.Tests;

/// <summary>The embedded store: the suite, and what only a file on this machine can suffer.</summary>
public sealed class SqliteEventStoreTests : EventStoreSuite
{
    private TemporaryFolder folder = null!;

    private string Database => Path.Combine(folder.Path, "events.db");

    protected override Task<IEventStore> Open()
    {
        folder = new TemporaryFolder();
        return Task.FromResult<IEventStore>(SqliteEventStore.Open(Database));
    }

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    [Test]
    public void A_second_process_gets_a_clear_error() =>
        Assert.That(() => SqliteEventStore.Open(Database), Throws.TypeOf<ConfigurationException>().With.Message.Contains("in use by another process"));

    [Test]
    public async Task What_was_appended_is_there_after_a_restart()
    {
        var stream = Stream();
        await Appended(stream, -1, Event("kept"));
        await Store.DisposeAsync();
        await using var reopened = SqliteEventStore.Open(Database);
        Assert.That(await reopened.ReadStream(stream, default), Has.Count.EqualTo(1));
        Assert.That(await reopened.LastPosition(default), Is.EqualTo(1));
    }

    [Test]
    public async Task Events_can_be_neither_changed_nor_removed()
    {
        await Appended(Stream(), -1, Event("kept"));
        Assert.That(() => Edit("UPDATE events SET type = 'other/v1'"), Throws.TypeOf<SqliteException>().With.Message.Contains("append-only"));
        Assert.That(() => Edit("DELETE FROM events"), Throws.TypeOf<SqliteException>().With.Message.Contains("append-only"));
    }

    [TestCase("UPDATE events SET data = '{}' WHERE position = 2")]
    [TestCase("UPDATE events SET type = 'forged/v1' WHERE position = 2")]
    [TestCase("UPDATE events SET metadata = 'x' WHERE position = 2")]
    [TestCase("UPDATE events SET revision = 7 WHERE position = 2")]
    [TestCase("UPDATE events SET stream = 'order-other' WHERE position = 2")]
    public async Task An_event_that_was_edited_by_hand_is_not_answered(string edit)
    {
        var stream = await ThreeEvents();
        Edit("DROP TRIGGER events_are_not_changed; " + edit);
        Assert.That(async () => await Store.ReadAll(0, 10, default), Throws.TypeOf<EventStoreCorruptException>());
        Assert.That(async () => await Store.ReadStream(stream, default), Throws.TypeOf<EventStoreCorruptException>());
    }

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    public async Task A_store_from_which_an_event_was_removed_does_not_open(int position)
    {
        await ThreeEvents();
        await Store.DisposeAsync();
        Edit($"DROP TRIGGER events_are_not_removed; DELETE FROM events WHERE position = {position}");
        Assert.That(() => SqliteEventStore.Open(Database), Throws.TypeOf<ConfigurationException>().With.Message.Contains("damaged"));
    }

    [Test]
    public async Task A_torn_file_does_not_open()
    {
        for (var i = 0; i < 200; i++) await Appended(Stream(), -1, Event(new string('x', 400)));
        await Store.DisposeAsync();
        await using (var file = File.OpenWrite(Database)) file.SetLength(file.Length / 2);
        Assert.That(() => SqliteEventStore.Open(Database), Throws.TypeOf<ConfigurationException>().With.Message.Contains("events.db"));
    }

    [Test]
    public async Task A_file_that_is_no_database_does_not_open()
    {
        await Store.DisposeAsync();
        File.Delete(Database + "-wal");
        await File.WriteAllTextAsync(Database, "not a database, and long enough to be taken for one at a first glance" + new string('.', 4096));
        Assert.That(() => SqliteEventStore.Open(Database), Throws.TypeOf<ConfigurationException>().With.Message.Contains("events.db"));
    }

    [Test]
    public async Task Concurrent_appends_share_flushes_and_keep_the_positions_gapless()
    {
        await Task.WhenAll(Enumerable.Range(0, 500).Select(_ => Appended(Stream(), -1, Event("e"))));
        var all = await Store.ReadAll(0, 1000, default);
        Assert.That(all.Select(e => e.Position), Is.EqualTo(Enumerable.Range(1, 500).Select(i => (long)i)));
    }

    [Test]
    public async Task The_position_at_which_the_log_stood_at_a_time_is_found()
    {
        var streams = new OrderStreams(Store);
        var recorded = new List<RecordedEvent>();
        for (var minute = 0; minute < 7; minute++)
        {
            var metadata = new EventMetadata(
                new Agent(AgentKind.Customer, "test"), Given.Noon, Given.Noon.AddMinutes(minute), Guid.NewGuid(), Guid.NewGuid());
            recorded.Add((await streams.Append(Guid.NewGuid(), -1, Guid.NewGuid(), Given.Created, metadata, default))!);
        }

        for (var minute = 1; minute <= 7; minute++)
        {
            var behind = await streams.ReadAll(await streams.PositionBefore(Given.Noon.AddMinutes(minute), default), 10, default);
            Assert.That(behind.Select(e => e.EventId), Is.EqualTo(recorded.Skip(minute).Select(e => e.EventId)), $"from minute {minute} on");
        }
    }

    [Test]
    public async Task An_empty_log_stood_at_its_beginning_at_any_time() =>
        Assert.That(await new OrderStreams(Store).PositionBefore(Given.Noon, default), Is.Zero);

    private async Task<string> ThreeEvents()
    {
        var stream = Stream();
        await Appended(stream, -1, Event("1"), Event("2"), Event("3"));
        return stream;
    }

    private void Edit(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Database};Pooling=false");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
