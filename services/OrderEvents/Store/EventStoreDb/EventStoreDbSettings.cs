using System.Globalization;
using System.Net;
using System.Text;
using Shop.ServiceDefaults;

namespace Shop.OrderEvents.Store.EventStoreDb;

/// <summary>
/// Where an EventStoreDB is and how to speak to it, from a connection string of its own kind:
/// <c>esdb://user:password@host:2113,other:2113?tls=true</c>. <c>esdb+discover://</c> means the same: any node names the leader.
/// </summary>
/// <param name="Nodes">The nodes to begin with; without credentials.</param>
/// <param name="Authorization">The value of the header, or null: the server takes anybody.</param>
/// <param name="Deadline">How long one operation may take, all tries together.</param>
/// <param name="KeepAliveInterval">A connection that was silent for so long is asked whether it lives.</param>
/// <param name="KeepAliveTimeout">How long it may take to say so.</param>
/// <param name="CertificateAuthority">The file (PEM) of the authority that signed the nodes' certificates; null: one the machine trusts.</param>
/// <param name="ConnectionName">How the connection is called in the server's statistics.</param>
public sealed record EventStoreDbSettings(
    IReadOnlyList<Uri> Nodes, string? Authorization, TimeSpan Deadline, TimeSpan KeepAliveInterval, TimeSpan KeepAliveTimeout,
    string? CertificateAuthority, string ConnectionName)
{
    private const int DefaultPort = 2113;
    private const string Setting = "ConnectionStrings:EventStore";

    private static readonly string[] Schemes = ["esdb://", "esdb+discover://"];

    /// <summary>Reads a connection string.</summary>
    /// <exception cref="ConfigurationException">It is not of that form. The message names what is wrong, and no credentials.</exception>
    public static EventStoreDbSettings Parse(string text)
    {
        var scheme = Schemes.FirstOrDefault(scheme => text.StartsWith(scheme, StringComparison.OrdinalIgnoreCase))
            ?? throw Wrong("it must begin with esdb:// or esdb+discover://");
        var (rest, query) = Split(text[scheme.Length..], '?');
        var at = rest.LastIndexOf('@');
        var hosts = (at < 0 ? rest : rest[(at + 1)..]).TrimEnd('/');
        var options = Options(query ?? "");
        var tls = options.Flag("tls", true);
        var settings = new EventStoreDbSettings(
            [.. hosts.Split(',').Select(host => Node(host, tls))],
            at < 0 ? null : Basic(rest[..at]),
            options.Milliseconds("defaultDeadline", 10_000),
            options.Milliseconds("keepAliveInterval", 10_000),
            options.Milliseconds("keepAliveTimeout", 10_000),
            options.Text("tlsCaFile"),
            options.Text("connectionName") ?? "order-event-service");
        options.RefuseTheRest();
        if (settings.CertificateAuthority is { } file && !File.Exists(file)) throw Wrong($"the file {file} that tlsCaFile names does not exist");
        return settings;
    }

    private static Uri Node(string host, bool tls)
    {
        var hasPort = !host.EndsWith(']') && host.LastIndexOf(':') > 0;
        return Uri.TryCreate($"{(tls ? "https" : "http")}://{(hasPort ? host : $"{host}:{DefaultPort}")}", UriKind.Absolute, out var node)
            && node is { AbsolutePath: "/", Port: > 0, UserInfo: "" }
            ? node : throw Wrong($"'{host}' is not a host, or a host and a port");
    }

    private static string Basic(string credentials)
    {
        var (user, password) = Split(credentials, ':');
        if (user.Length == 0 || password is null) throw Wrong("the credentials must be user:password, each percent-encoded");
        return $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"{WebUtility.UrlDecode(user.Replace("+", "%2B", StringComparison.Ordinal))}:{WebUtility.UrlDecode(password.Replace("+", "%2B", StringComparison.Ordinal))}"))}";
    }

    private static QueryOptions Options(string query)
    {
        var options = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var pair in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, value) = Split(pair, '=');
            if (value is null || !options.TryAdd(name, Uri.UnescapeDataString(value))) throw Wrong($"'{name}' must be given once, with a value");
        }

        return new QueryOptions(options);
    }

    private static (string Head, string? Tail) Split(string text, char separator)
    {
        var at = text.IndexOf(separator, StringComparison.Ordinal);
        return at < 0 ? (text, null) : (text[..at], text[(at + 1)..]);
    }

    private static ConfigurationException Wrong(string what) => new(
        $"{Setting} is not a connection string of EventStoreDB: {what}. Expected: esdb://user:password@host:2113,other:2113?tls=true");

    /// <summary>What stands behind the question mark; an option that nobody asks for is a mistake.</summary>
    private sealed class QueryOptions(Dictionary<string, string> values)
    {
        private readonly List<string> known = [];

        public string? Text(string name)
        {
            known.Add(name);
            return values.Remove(name, out var value) ? value : null;
        }

        public bool Flag(string name, bool otherwise) => Text(name) is not { } value ? otherwise
            : bool.TryParse(value, out var flag) ? flag : throw Wrong($"'{name}' must be true or false");

        public TimeSpan Milliseconds(string name, int otherwise) => TimeSpan.FromMilliseconds(Text(name) is not { } value ? otherwise
            : int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? number
            : throw Wrong($"'{name}' must be a number of milliseconds, above 0"));

        public void RefuseTheRest()
        {
            if (values.Count > 0) throw Wrong($"'{values.Keys.First()}' is not an option; there are {string.Join(", ", known)}");
        }
    }
}
