using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Shop.ServiceDefaults.Sqlite;

/// <summary>One prepared statement.</summary>
internal sealed class SqliteStatement : IDisposable
{
    private readonly sqlite3 database;
    private readonly sqlite3_stmt statement;
    private readonly Dictionary<string, int> indexes = [];

    /// <exception cref="SqliteException">SQLite does not understand it.</exception>
    public SqliteStatement(sqlite3 database, string sql)
    {
        this.database = database;
        Check(raw.sqlite3_prepare_v3(database, sql, raw.SQLITE_PREPARE_PERSISTENT, out statement, out var rest));
        if (!string.IsNullOrWhiteSpace(rest)) throw new ArgumentException($"This is more than one statement: {sql}", nameof(sql));
    }

    /// <summary>Runs it to its end.</summary>
    public void Run(ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        Bind(parameters);
        try
        {
            while (Step()) { }
        }
        finally
        {
            _ = raw.sqlite3_reset(statement);
        }
    }

    /// <summary>The first column of the first row; null when there is no row or it is NULL.</summary>
    public object? First(ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        Bind(parameters);
        try
        {
            if (!Step()) return null;
            return raw.sqlite3_column_type(statement, 0) switch
            {
                raw.SQLITE_NULL => null,
                raw.SQLITE_INTEGER => raw.sqlite3_column_int64(statement, 0),
                raw.SQLITE_FLOAT => raw.sqlite3_column_double(statement, 0),
                raw.SQLITE_TEXT => raw.sqlite3_column_text(statement, 0).utf8_to_string(),
                _ => raw.sqlite3_column_blob(statement, 0).ToArray(),
            };
        }
        finally
        {
            _ = raw.sqlite3_reset(statement);
        }
    }

    public void Dispose() => statement.Dispose();

    private bool Step()
    {
        var result = raw.sqlite3_step(statement);
        if (result is not raw.SQLITE_ROW and not raw.SQLITE_DONE) Check(result);
        return result == raw.SQLITE_ROW;
    }

    private void Bind(ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        foreach (var (name, value) in parameters)
        {
            if (!indexes.TryGetValue(name, out var index)) indexes.Add(name, index = raw.sqlite3_bind_parameter_index(statement, name));
            if (index == 0) throw new ArgumentException($"The statement has no parameter {name}.", nameof(parameters));
            Check(value switch
            {
                null => raw.sqlite3_bind_null(statement, index),
                long number => raw.sqlite3_bind_int64(statement, index, number),
                int number => raw.sqlite3_bind_int64(statement, index, number),
                bool yes => raw.sqlite3_bind_int64(statement, index, yes ? 1 : 0),
                double number => raw.sqlite3_bind_double(statement, index, number),
                string text => raw.sqlite3_bind_text(statement, index, text),
                byte[] bytes => raw.sqlite3_bind_blob(statement, index, bytes),
                _ => throw new ArgumentException($"A {value.GetType().Name} cannot be stored.", nameof(parameters)),
            });
        }
    }

    private void Check(int result) => SqliteException.ThrowExceptionForRC(result, database);
}
