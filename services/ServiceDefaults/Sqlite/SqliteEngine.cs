using System.Reflection;
using System.Runtime.InteropServices;
using SQLitePCL;

namespace Shop.ServiceDefaults.Sqlite;

/// <summary>
/// Chooses the SQLite library once for the process: the machine's own where there is one, since the system keeps it patched, else
/// the one that comes with the package.
/// </summary>
internal static class SqliteEngine
{
    private static readonly string[] SystemLibraries =
        OperatingSystem.IsMacOS() ? ["/usr/lib/libsqlite3.dylib"] : OperatingSystem.IsWindows() ? [] : ["libsqlite3.so.0"];

    private static readonly Lazy<bool> Ready = new(() =>
    {
        NativeLibrary.SetDllImportResolver(typeof(SQLite3Provider_e_sqlite3).Assembly, Resolve);
        raw.SetProvider(new SQLite3Provider_e_sqlite3());
        return true;
    });

    public static void Initialize() => _ = Ready.Value;

    private static IntPtr Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (name != "e_sqlite3") return IntPtr.Zero;
        foreach (var library in SystemLibraries)
        {
            if (NativeLibrary.TryLoad(library, out var handle)) return handle;
        }

        return IntPtr.Zero;
    }
}
