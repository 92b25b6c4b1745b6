using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using SQLitePCL;

namespace Shop.Benchmarks;

/// <summary>SQLite by its own interface: one thread, one prepared insert, groups of a fixed size, the store's own durability.</summary>
internal sealed class BareSqlite : IDisposable
{
    private readonly sqlite3 database;
    private readonly sqlite3_stmt begin;
    private readonly sqlite3_stmt commit;
    private readonly sqlite3_stmt last;
    private readonly sqlite3_stmt insert;

    public BareSqlite(string path, string schema)
    {
        Check(raw.sqlite3_open(path, out database));
        foreach (var sql in (string[])["PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "PRAGMA wal_autocheckpoint=4000", "PRAGMA cache_size=-65536", schema])
            Check(raw.sqlite3_exec(database, sql));
        begin = Prepare("BEGIN IMMEDIATE");
        commit = Prepare("COMMIT");
        last = Prepare("SELECT max(revision) FROM events WHERE stream = ?");
        insert = Prepare("INSERT INTO events(stream, revision, event_id, type, data, metadata, checksum) VALUES (?, ?, ?, ?, ?, ?, ?)");
    }

    /// <summary>Appends with the expected revision for so long; events a second.</summary>
    public double Append(int group, TimeSpan duration, byte[] data, byte[] metadata)
    {
        var streams = new byte[group][];
        var (watch, count) = (Stopwatch.StartNew(), 0L);
        for (var revision = 0; watch.Elapsed < duration; revision = (revision + 1) % 5)
        {
            Step(begin);
            for (var i = 0; i < group; i++, count++)
            {
                if (revision == 0) streams[i] = Encoding.UTF8.GetBytes($"order-{Guid.CreateVersion7()}");
                Append(streams[i], revision, data, metadata);
            }

            Step(commit);
        }

        return count / watch.Elapsed.TotalSeconds;
    }

    public void Dispose()
    {
        foreach (var statement in (sqlite3_stmt[])[begin, commit, last, insert]) statement.Dispose();
        database.Dispose();
    }

    private void Append(byte[] stream, int revision, byte[] data, byte[] metadata)
    {
        raw.sqlite3_bind_text(last, 1, stream);
        if (raw.sqlite3_step(last) != raw.SQLITE_ROW) throw new InvalidOperationException("There is always one row.");
        var expected = raw.sqlite3_column_type(last, 0) == raw.SQLITE_NULL ? 0 : raw.sqlite3_column_int64(last, 0) + 1;
        raw.sqlite3_reset(last);
        if (expected != revision) throw new InvalidOperationException("The revision is another.");

        raw.sqlite3_bind_text(insert, 1, stream);
        raw.sqlite3_bind_int64(insert, 2, revision);
        raw.sqlite3_bind_blob(insert, 3, Guid.NewGuid().ToByteArray());
        raw.sqlite3_bind_text(insert, 4, "order-created/v1"u8);
        raw.sqlite3_bind_blob(insert, 5, data);
        raw.sqlite3_bind_blob(insert, 6, metadata);
        raw.sqlite3_bind_int64(insert, 7, 0);
        Step(insert);
    }

    private sqlite3_stmt Prepare(string sql)
    {
        Check(raw.sqlite3_prepare_v2(database, sql, out var statement));
        return statement;
    }

    private void Step(sqlite3_stmt statement)
    {
        if (raw.sqlite3_step(statement) != raw.SQLITE_DONE) throw new InvalidOperationException(raw.sqlite3_errmsg(database).utf8_to_string());
        raw.sqlite3_reset(statement);
    }

    private void Check(int result)
    {
        if (result != raw.SQLITE_OK) throw new InvalidOperationException(raw.sqlite3_errmsg(database).utf8_to_string());
    }
}

/// <summary>A file into which as many bytes are written, and which is flushed as often; it is written over, as a write-ahead log is.</summary>
internal sealed partial class BareDisk : IDisposable
{
    private const int Size = 16 * 1024 * 1024;

    private readonly FileStream file;

    public BareDisk(string path)
    {
        file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
        file.Write(new byte[Size]);
        file.Flush(flushToDisk: true);
    }

    /// <summary>Events a second.</summary>
    public double Append(int group, TimeSpan duration, int bytes)
    {
        var block = new byte[group * bytes];
        var (watch, count) = (Stopwatch.StartNew(), 0L);
        while (watch.Elapsed < duration)
        {
            if (file.Position + block.Length > Size) file.Position = 0;
            file.Write(block);
            if (OperatingSystem.IsLinux()) _ = FlushData(file.SafeFileHandle);
            else file.Flush(flushToDisk: true);
            count += group;
        }

        return count / watch.Elapsed.TotalSeconds;
    }

    public void Dispose() => file.Dispose();

    [LibraryImport("libc", EntryPoint = "fdatasync")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int FlushData(Microsoft.Win32.SafeHandles.SafeFileHandle file);
}
