using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Data.Sqlite;

namespace Shop.ServiceDefaults.Sqlite;

/// <summary>
/// A durable SQLite file with one writer. Writes that arrive while the disk is being flushed share the next flush (group commit):
/// each is answered only after its transaction is on disk. Reads run beside them on connections of their own. One process opens a
/// file; a second gets a clear error.
/// </summary>
public sealed class SqliteDatabase : IAsyncDisposable
{
    private const int LargestGroup = 512;

    private readonly string connectionString;
    private readonly string flush;
    private readonly FileStream ownership;
    private readonly ConcurrentBag<SqliteSession> readers = [];
    private readonly Channel<Work> queue = Channel.CreateUnbounded<Work>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Thread writerThread;
    private SqliteSession? writer;

    private SqliteDatabase(string path, string connectionString, string flush, FileStream ownership)
    {
        (Path, this.connectionString, this.flush, this.ownership) = (path, connectionString, flush, ownership);
        writer = OpenWriter();
        writerThread = new Thread(Run) { IsBackground = true, Name = $"sqlite {System.IO.Path.GetFileName(path)}" };
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>
    /// Opens the file, and creates it with <paramref name="schema"/> when it is new. <paramref name="version"/> is the schema's:
    /// a file of another version is refused.
    /// </summary>
    /// <param name="path">The file; its folder is created.</param>
    /// <param name="schema">Statements that create the tables of version <paramref name="version"/>.</param>
    /// <param name="version">The schema's version, kept in the file's <c>user_version</c>.</param>
    /// <param name="powerLossSafe">True: a write is answered when it survives a power cut. False: when it survives the process.</param>
    /// <exception cref="ConfigurationException">The file is in use, of another version, or not a sound database.</exception>
    public static SqliteDatabase Open(string path, string schema, int version = 1, bool powerLossSafe = true)
    {
        SqliteEngine.Initialize();
        path = System.IO.Path.GetFullPath(path);
        var ownership = Own(path);
        try
        {
            var connectionString = new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, DefaultTimeout = 5 }.ToString();
            var database = new SqliteDatabase(path, connectionString, powerLossSafe ? "FULL" : "NORMAL", ownership);
            database.Create(schema, version);
            database.writerThread.Start();
            return database;
        }
        catch (SqliteException exception)
        {
            ownership.Dispose();
            throw new ConfigurationException($"The database {path} cannot be used: {exception.Message}");
        }
        catch
        {
            ownership.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Does <paramref name="work"/> in a transaction that may be shared with other callers; completes when it is on disk. When
    /// the work throws, nothing of it is kept and the others are not touched. It may be done twice, the first time for nothing, so
    /// all that it does is done to the session.
    /// </summary>
    public Task<T> Write<T>(Func<SqliteSession, T> work)
    {
        var item = new Work<T>(work);
        return queue.Writer.TryWrite(item) ? item.Completion : throw new ObjectDisposedException(Path);
    }

    /// <summary>Does <paramref name="work"/> in a transaction that may be shared with other callers; completes when it is on disk.</summary>
    public Task Write(Action<SqliteSession> work) => Write(session =>
    {
        work(session);
        return true;
    });

    /// <summary>Reads what is committed. Blocks for as long as the pages take, which are in memory but for the first time.</summary>
    public T Read<T>(Func<SqliteSession, T> work)
    {
        if (!readers.TryTake(out var session))
        {
            session = new SqliteSession(connectionString);
            session.Execute("PRAGMA query_only=1");
            session.Execute("PRAGMA cache_size=-16384");
        }

        try
        {
            return work(session);
        }
        finally
        {
            readers.Add(session);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!queue.Writer.TryComplete()) return;
        await Task.Run(writerThread.Join);
        while (readers.TryTake(out var session)) session.Dispose();
        writer?.Dispose();
        await ownership.DisposeAsync();
    }

    private static FileStream Own(string path)
    {
        try
        {
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"The folder of the database {path} cannot be made: {exception.Message}");
        }

        try
        {
            return new FileStream(path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            throw new ConfigurationException($"The database {path} is in use by another process. One process at a time may open it.");
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new ConfigurationException($"The database {path} cannot be written: {exception.Message}");
        }
    }

    private void Create(string schema, int version)
    {
        var present = writer!.Scalar<long>("PRAGMA user_version");
        if (present == version) return;
        if (present != 0 || writer.Scalar<long>("SELECT count(*) FROM sqlite_master") != 0)
            throw new ConfigurationException($"The database {Path} has schema version {present}; this program works with version {version}.");
        writer.Script($"BEGIN IMMEDIATE; {schema}; PRAGMA user_version={version}; COMMIT");
    }

    private SqliteSession OpenWriter()
    {
        var session = new SqliteSession(connectionString);
        var journal = session.Scalar<string>("PRAGMA journal_mode=WAL");
        session.Execute($"PRAGMA synchronous={flush}");
        session.Execute("PRAGMA wal_autocheckpoint=4000");
        session.Execute("PRAGMA cache_size=-65536");
        if (journal != "wal" || session.Scalar<long>("PRAGMA synchronous") != (flush == "FULL" ? 2 : 1))
            throw new ConfigurationException($"The database {Path} cannot be made durable: its file system does not support a write-ahead log.");
        return session;
    }

    private void Run()
    {
        var group = new List<Work>(LargestGroup);
        while (queue.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            group.Clear();
            while (group.Count < LargestGroup && queue.Reader.TryRead(out var item)) group.Add(item);
            try
            {
                writer ??= OpenWriter();
                writer.Execute("BEGIN IMMEDIATE");
                if (!group.TrueForAll(item => item.Do(writer)))
                {
                    // One failed halfway. A savepoint for each would cost as much as the work itself: only now is it worth it.
                    writer.Execute("ROLLBACK");
                    writer.Execute("BEGIN IMMEDIATE");
                    foreach (var item in group) item.DoApart(writer);
                }

                writer.Execute("COMMIT");
            }
            catch (Exception exception)
            {
                // Whether the group is on disk is not known. The connection goes, and with it what was not committed; callers
                // find out by reading, since whatever is written has an id of its own.
                writer?.Dispose();
                writer = null;
                foreach (var item in group) item.Fail(exception);
                continue;
            }

            foreach (var item in group) item.Succeed();
        }
    }

    private abstract class Work
    {
        /// <summary>Does it; false when it failed and left something that has to be undone.</summary>
        public abstract bool Do(SqliteSession session);

        /// <summary>Does it so that nothing is left of it when it fails.</summary>
        public abstract void DoApart(SqliteSession session);

        public abstract void Succeed();
        public abstract void Fail(Exception exception);
    }

    private sealed class Work<T>(Func<SqliteSession, T> work) : Work
    {
        private readonly TaskCompletionSource<T> completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T? result;
        private Exception? error;

        public Task<T> Completion => completion.Task;

        public override bool Do(SqliteSession session)
        {
            var before = session.Changes;
            try
            {
                result = work(session);
                return true;
            }
            catch (Exception exception) when (!IsFatal(exception))
            {
                error = exception;
                return session.Changes == before;
            }
        }

        public override void DoApart(SqliteSession session)
        {
            error = null;
            session.Execute("SAVEPOINT work");
            try
            {
                result = work(session);
                session.Execute("RELEASE work");
            }
            catch (Exception exception) when (!IsFatal(exception))
            {
                session.Execute("ROLLBACK TO work");
                session.Execute("RELEASE work");
                error = exception;
            }
        }

        public override void Succeed()
        {
            if (error is null) completion.SetResult(result!);
            else completion.SetException(error);
        }

        public override void Fail(Exception exception) => completion.TrySetException(error ?? exception);

        // When the disk is full, failing or corrupt, SQLite may have rolled the whole transaction back.
        private static bool IsFatal(Exception exception) => exception is SqliteException { SqliteErrorCode: 10 or 11 or 13 or 26 };
    }
}
