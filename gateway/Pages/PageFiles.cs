using System.Security.Cryptography;
using System.Text;
using Shop.ServiceDefaults;

namespace Shop.Gateway;

/// <summary>
/// The files of the setting <c>Pages:Folders</c> as one tree, read once. All of it is under <see cref="Root"/>, whose name holds the
/// hash of everything: modules import one another by plain relative paths, no file can be of another version than the rest, and
/// a browser may keep them for ever. In a page, <c>{assets}</c> stands for that address.
/// </summary>
internal sealed class PageFiles
{
    private const string KeepForEver = "public, max-age=31536000, immutable";
    private const string AskEachTime = "no-cache";

    private static readonly Dictionary<string, string> MediaTypes = new()
    {
        [".html"] = "text/html; charset=utf-8",
        [".css"] = "text/css; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".svg"] = "image/svg+xml",
    };

    private readonly Dictionary<string, StaticContent> files;
    private readonly Dictionary<string, StaticContent> pages;

    private PageFiles(IReadOnlyDictionary<string, byte[]> contents)
    {
        Root = $"/assets/{Hash(contents)}";
        var byKind = contents.ToLookup(content => content.Key.EndsWith(".html", StringComparison.Ordinal));
        files = byKind[false].ToDictionary(
            content => content.Key, content => new StaticContent(content.Value, MediaTypes[Path.GetExtension(content.Key)], KeepForEver));
        pages = byKind[true].ToDictionary(
            content => content.Key, content => new StaticContent(Placed(content.Value), MediaTypes[".html"], AskEachTime));
    }

    /// <summary>Where everything but the pages themselves is.</summary>
    public string Root { get; }

    /// <exception cref="ConfigurationException">A folder is missing, or two hold the same file.</exception>
    public static PageFiles Read(IEnumerable<string> folders)
    {
        var contents = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var folder in folders)
        {
            if (!Directory.Exists(folder)) throw new ConfigurationException($"Pages:Folders: there is no folder {folder}.");
            foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
            {
                var path = Path.GetRelativePath(folder, file).Replace('\\', '/');
                if (MediaTypes.ContainsKey(Path.GetExtension(path)) && !contents.TryAdd(path, File.ReadAllBytes(file)))
                    throw new ConfigurationException($"Pages:Folders: {path} is in two folders.");
            }
        }

        return new PageFiles(contents);
    }

    /// <summary>What a page loads, by its path in the tree.</summary>
    public StaticContent? Asset(string path) => files.GetValueOrDefault(path);

    /// <exception cref="ConfigurationException">There is no such page.</exception>
    public StaticContent Page(string file) =>
        pages.GetValueOrDefault(file) ?? throw new ConfigurationException($"Pages:Routes: there is no page {file} in the folders.");

    private byte[] Placed(byte[] html) =>
        Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(html).Replace("{assets}", Root, StringComparison.Ordinal));

    private static string Hash(IEnumerable<KeyValuePair<string, byte[]>> contents)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (path, bytes) in contents)
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{path}\n{bytes.Length}\n"));
            hash.AppendData(bytes);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset()[..8]);
    }
}
