using System.Text.Json;
using Microsoft.Data.Sqlite;
using Shop.Testing;

namespace Shop.Backoffice.Tests;

/// <summary>The back office alone, in front of a <see cref="StubLog"/>, with its data in a folder that outlives it.</summary>
public sealed class ReadingShop : IAsyncDisposable
{
    private static readonly string[] Names = ["approved_orders", "customer_orders", "journal", "order_list", "statistics"];

    private readonly TemporaryFolder folder = new();

    public StubLog Log { get; private init; } = null!;

    public RunningService Backoffice { get; private set; } = null!;

    public static async Task<ReadingShop> Start(params string[] settings)
    {
        var shop = new ReadingShop { Log = await StubLog.Start() };
        await shop.Restart(settings);
        return shop;
    }

    /// <summary>Ends the back office, if it runs, and begins it anew on the same data; <paramref name="meanwhile"/> nobody has it open.</summary>
    public async Task Restart(string[]? settings = null, Action? meanwhile = null)
    {
        if (Backoffice is not null) await Backoffice.DisposeAsync();
        meanwhile?.Invoke();
        Backoffice = await RunningService.Start(
            BackofficeService.Build,
            [
                $"DataDirectory={folder.Path}", $"Orders:Url={Log.Url}", "Services:payment=http://127.0.0.1:1", "Services:shipping=http://127.0.0.1:1",
                "Services:notification=http://127.0.0.1:1", .. settings ?? [],
            ]);
    }

    public Task<Answer> Get(string path) => Backoffice.Send(HttpMethod.Get, $"/admin/{path}");

    public Task<Answer> Rebuild(string projection) => Backoffice.Send(HttpMethod.Post, $"/admin/projections/{projection}/rebuild");

    public async Task<JsonElement> Projection(string name) => (await Get($"projections/{name}")).Body;

    /// <summary>Waits until a projection is as a test wants it.</summary>
    public Task<JsonElement> Projection(string name, Func<JsonElement, bool> wanted, string what) =>
        Eventually.Get(() => Projection(name), wanted, $"{name} {what}");

    /// <summary>Waits until all projections know the log up to there.</summary>
    public async Task Knows(long position)
    {
        foreach (var name in Names)
            await Projection(name, one => one.GetProperty("state").GetString() == "live" && one.GetProperty("position").GetInt64() == position, $"knows position {position}");
    }

    /// <summary>Waits until a projection has been built so often.</summary>
    public Task IsBuilt(string name, int build) => Projection(name, one => one.GetProperty("build").GetInt32() == build && !one.TryGetProperty("rebuild", out _), $"is built, the {build}. time");

    /// <summary>The files of a projection's builds, of which there are not more than nine.</summary>
    public string[] Files(string projection) => [.. Directory.GetFiles(Path.Combine(folder.Path, "projections"), $"{projection}.*.db").Order()];

    /// <summary>All that the latest build of a projection holds, row by row, but how far it is and whether it is live.</summary>
    public string Dump(string projection)
    {
        using var file = Open(projection);
        var tables = Query(file, "SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'progress' ORDER BY name");
        return string.Join('\n', tables.SelectMany(table => Query(file, $"SELECT * FROM {table} ORDER BY 1, 2").Prepend($"== {table}")));
    }

    /// <summary>Somebody with access to the disk changes a projection's file.</summary>
    public void Tamper(string projection, string sql)
    {
        using var file = Open(projection);
        using var command = file.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    public async ValueTask DisposeAsync()
    {
        await Backoffice.DisposeAsync();
        await Log.DisposeAsync();
        folder.Dispose();
    }

    private SqliteConnection Open(string projection)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Files(projection)[^1], Pooling = false }.ToString());
        connection.Open();
        return connection;
    }

    private static List<string> Query(SqliteConnection file, string sql)
    {
        using var command = file.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<string>();
        while (reader.Read()) rows.Add(string.Join('|', Enumerable.Range(0, reader.FieldCount).Select(column => reader.IsDBNull(column) ? "NULL" : reader.GetValue(column).ToString())));
        return rows;
    }
}
