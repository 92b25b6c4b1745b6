using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Sqlite;

namespace Shop.Backoffice.Projections;

/// <summary>
/// One build of a projection: a SQLite file with its tables, and how far in the log they are, which moves in the same transaction.
/// Builds are numbered; the highest that is live is the one that is read, one above it is being built. All of it may be deleted,
/// since it follows from the log.
/// </summary>
internal sealed class ProjectionFile : IAsyncDisposable
{
    private const string Progress = """
        CREATE TABLE progress(
            one INTEGER PRIMARY KEY CHECK(one = 1), definition TEXT NOT NULL, is_live INTEGER NOT NULL, position INTEGER NOT NULL)
        """;

    private readonly SqliteDatabase database;
    private readonly Projection projection;
    private readonly Lock gate = new();
    private int readers;
    private bool isRetired;
    private long position;

    private ProjectionFile(SqliteDatabase database, Projection projection, int build)
    {
        (this.database, this.projection, Build) = (database, projection, build);
        (IsLive, position) = database.Read(session => session.Query(
            "SELECT is_live, position FROM progress", row => (row.GetInt64(0) == 1, row.GetInt64(1)))[0]);
    }

    public int Build { get; }

    /// <summary>It is read, or was until a later build took its place.</summary>
    public bool IsLive { get; private set; }

    /// <summary>The position of the last event that its tables know of.</summary>
    public long Position => Volatile.Read(ref position);

    /// <summary>False once somebody has deleted it under this program's hands.</summary>
    public bool Exists => File.Exists(database.Path);

    /// <summary>The builds that are in a folder, the latest first.</summary>
    public static IReadOnlyList<int> Builds(string folder, Projection projection) => !Directory.Exists(folder) ? [] :
    [
        .. Directory.EnumerateFiles(folder, $"{projection.Name}.*.db")
            .Select(file => Path.GetFileName(file)[(projection.Name.Length + 1)..^3])
            .Where(build => int.TryParse(build, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            .Select(build => int.Parse(build, CultureInfo.InvariantCulture)).OrderDescending(),
    ];

    /// <summary>Opens a build, and creates it when it is new; null when it is that of another definition of the projection.</summary>
    /// <exception cref="ConfigurationException">It is damaged, or in use by another process.</exception>
    public static async Task<ProjectionFile?> Open(string folder, Projection projection, int build)
    {
        var definition = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes($"{projection.Version}\n{projection.Schema}")));
        var database = SqliteDatabase.Open(
            PathOf(folder, projection, build), $"{Progress}; INSERT INTO progress VALUES (1, '{definition}', 0, 0); {projection.Schema}", powerLossSafe: false);
        try
        {
            if (database.Read(session => session.Scalar<string>("SELECT definition FROM progress")) == definition)
                return new ProjectionFile(database, projection, build);
        }
        catch (Exception exception) when (exception is Microsoft.Data.Sqlite.SqliteException or ArgumentOutOfRangeException)
        {
            await database.DisposeAsync();
            throw new ConfigurationException($"The file {database.Path} is damaged: {exception.Message}");
        }

        await database.DisposeAsync();
        return null;
    }

    /// <summary>Removes a build that nobody has open.</summary>
    public static void Delete(string folder, Projection projection, int build)
    {
        var path = PathOf(folder, projection, build);
        foreach (var file in (string[])[path, $"{path}-wal", $"{path}-shm", $"{path}.lock"]) File.Delete(file);
    }

    /// <summary>Brings the tables up to date with the next events, all of them or none.</summary>
    public async Task Apply(IReadOnlyList<LogEvent> events)
    {
        var last = events[^1].Position;
        await database.Write(tables =>
        {
            foreach (var happened in events) projection.Apply(tables, happened);
            tables.Execute("UPDATE progress SET position=@position", ("@position", last));
        });
        Volatile.Write(ref position, last);
    }

    /// <summary>From here on, also after a restart, this is the build that is read.</summary>
    public async Task GoLive()
    {
        await database.Write(tables => tables.Execute("UPDATE progress SET is_live=1"));
        IsLive = true;
    }

    /// <summary>Reads the tables; false when another build has taken its place.</summary>
    public bool TryRead<T>(Func<SqliteSession, T> read, out T? result)
    {
        result = default;
        lock (gate)
        {
            if (isRetired) return false;
            readers++;
        }

        try
        {
            result = database.Read(read);
            return true;
        }
        finally
        {
            lock (gate) readers--;
        }
    }

    /// <summary>Closes it when its last reader has gone.</summary>
    public async Task Retire()
    {
        lock (gate) isRetired = true;
        while (true)
        {
            lock (gate)
            {
                if (readers == 0) break;
            }

            await Task.Delay(20);
        }

        await database.DisposeAsync();
    }

    public ValueTask DisposeAsync() => database.DisposeAsync();

    private static string PathOf(string folder, Projection projection, int build) =>
        Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{projection.Name}.{build}.db"));
}
