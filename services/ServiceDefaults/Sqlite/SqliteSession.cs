using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Shop.ServiceDefaults.Sqlite;

/// <summary>
/// A connection with its prepared statements. Used by one thread at a time. What is written goes to SQLite's own interface:
/// ADO.NET's commands and readers cost as much again as the write.
/// </summary>
public sealed class SqliteSession : IDisposable
{
    private readonly SqliteConnection connection;
    private readonly Dictionary<string, SqliteStatement> statements = [];
    private readonly Dictionary<string, SqliteCommand> queries = [];

    internal SqliteSession(string connectionString)
    {
        connection = new SqliteConnection(connectionString);
        connection.Open();
        _ = raw.sqlite3_busy_timeout(connection.Handle, connection.DefaultTimeout * 1000);
    }

    /// <summary>How many rows were inserted, updated or deleted since the connection was opened.</summary>
    public int Changes => raw.sqlite3_total_changes(connection.Handle);

    /// <summary>The row id of the last row that was inserted.</summary>
    public long LastInsertRowId => raw.sqlite3_last_insert_rowid(connection.Handle);

    /// <summary>Runs a statement; the number of rows it changed.</summary>
    /// <exception cref="SqliteException">SQLite refuses it.</exception>
    public int Execute(string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        var before = Changes;
        Prepared(sql).Run(parameters);
        return Changes - before;
    }

    /// <summary>Runs statements one after the other.</summary>
    /// <exception cref="SqliteException">SQLite refuses one of them; those before it stand.</exception>
    public void Script(string sql) => SqliteException.ThrowExceptionForRC(raw.sqlite3_exec(connection.Handle, sql), connection.Handle);

    /// <summary>The first column of the first row; default when there is no row or it is NULL.</summary>
    /// <exception cref="SqliteException">SQLite refuses it.</exception>
    public T? Scalar<T>(string sql, params ReadOnlySpan<(string Name, object? Value)> parameters) =>
        Prepared(sql).First(parameters) is { } value ? (T)value : default;

    /// <summary>Every row, read by <paramref name="row"/>.</summary>
    /// <exception cref="SqliteException">SQLite refuses it.</exception>
    public List<T> Query<T>(string sql, Func<SqliteDataReader, T> row, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        if (!queries.TryGetValue(sql, out var command))
        {
            command = connection.CreateCommand();
            command.CommandText = sql;
            foreach (var (name, _) in parameters) command.Parameters.Add(new SqliteParameter { ParameterName = name });
            queries.Add(sql, command);
        }

        for (var i = 0; i < parameters.Length; i++) command.Parameters[i].Value = parameters[i].Value ?? DBNull.Value;
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read()) rows.Add(row(reader));
        return rows;
    }

    public void Dispose()
    {
        foreach (var statement in statements.Values) statement.Dispose();
        foreach (var query in queries.Values) query.Dispose();
        connection.Dispose();
    }

    private SqliteStatement Prepared(string sql)
    {
        if (!statements.TryGetValue(sql, out var statement)) statements.Add(sql, statement = new SqliteStatement(connection.Handle!, sql));
        return statement;
    }
}
