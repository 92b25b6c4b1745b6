using Shop.ServiceDefaults.Sqlite;
using Shop.Testing;

namespace Shop.ServiceDefaults.Tests;

public sealed class SqliteDatabaseTests
{
    private const string Schema = "CREATE TABLE numbers(n INTEGER PRIMARY KEY)";

    private TemporaryFolder folder = null!;
    private SqliteDatabase database = null!;

    private string File => Path.Combine(folder.Path, "test.db");

    [SetUp]
    public void Open()
    {
        folder = new TemporaryFolder();
        database = SqliteDatabase.Open(File, Schema);
    }

    [TearDown]
    public async Task Close()
    {
        await database.DisposeAsync();
        folder.Dispose();
    }

    [Test]
    public async Task Writes_that_meet_share_a_transaction_and_are_all_kept()
    {
        // While the first holds the writer, the others queue up behind it and are done as one group.
        using var release = new ManualResetEventSlim();
        var first = database.Write(_ => release.Wait());
        var rest = Enumerable.Range(0, 300).Select(n => database.Write(session =>
        {
            session.Execute("INSERT INTO numbers VALUES($n)", ("$n", n));
            return session.Scalar<long>("SELECT count(*) FROM numbers");
        })).ToList();
        // Nobody outside sees any of it before the group is committed.
        var seen = database.Write(_ => Count());
        release.Set();
        await first;
        Assert.That(await seen, Is.Zero);
        Assert.That(await Task.WhenAll(rest), Is.EqualTo(Enumerable.Range(1, 300)));
        Assert.That(Count(), Is.EqualTo(300));
    }

    [Test]
    public async Task Work_that_throws_is_undone_and_its_neighbours_are_not()
    {
        using var release = new ManualResetEventSlim();
        var first = database.Write(_ => release.Wait());
        var before = database.Write(session => session.Execute("INSERT INTO numbers VALUES(1)"));
        var failing = database.Write(session =>
        {
            session.Execute("INSERT INTO numbers VALUES(2)");
            throw new InvalidOperationException("no");
        });
        var after = database.Write(session => session.Execute("INSERT INTO numbers VALUES(3)"));
        release.Set();
        await Task.WhenAll(first, before, after);
        Assert.That(async () => await failing, Throws.InvalidOperationException.With.Message.EqualTo("no"));
        Assert.That(database.Read(session => session.Query("SELECT n FROM numbers ORDER BY n", row => row.GetInt32(0))), Is.EqualTo(new[] { 1, 3 }));
    }

    [Test]
    public async Task What_was_written_is_there_after_it_is_opened_again()
    {
        await database.Write(session => session.Execute("INSERT INTO numbers VALUES(1)"));
        await database.DisposeAsync();
        database = SqliteDatabase.Open(File, Schema);
        Assert.That(Count(), Is.EqualTo(1));
    }

    [Test]
    public void A_second_opener_is_told_that_the_file_is_in_use() => Assert.That(
        () => SqliteDatabase.Open(File, Schema), Throws.InstanceOf<ConfigurationException>().With.Message.Contains("in use by another process"));

    [Test]
    public async Task A_file_of_another_version_is_refused_and_stays_as_it_is()
    {
        await database.Write(session => session.Execute("INSERT INTO numbers VALUES(1)"));
        await database.DisposeAsync();
        Assert.That(() => SqliteDatabase.Open(File, Schema, version: 2), Throws.InstanceOf<ConfigurationException>().With.Message.Contains("schema version 1"));
        database = SqliteDatabase.Open(File, Schema);
        Assert.That(Count(), Is.EqualTo(1));
    }

    private long Count() => database.Read(session => session.Scalar<long>("SELECT count(*) FROM numbers"));
}
