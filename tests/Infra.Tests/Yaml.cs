using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Shop.Infra.Tests;

/// <summary>
/// Reads the YAML that this repository holds: mappings and sequences by indentation or in brackets on one line, plain and quoted
/// text, literal blocks, anchors, aliases and merge keys. Every value becomes text. What it does not know, it refuses.
/// </summary>
internal sealed partial class Yaml
{
    private readonly List<(int Number, int Indent, string Text)> lines = [];
    private readonly Dictionary<string, JsonNode?> anchors = [];
    private readonly string name;
    private int at;

    private Yaml(string name, IEnumerable<(int Number, string Text)> source)
    {
        this.name = name;
        foreach (var (number, text) in source)
            lines.Add((number, text.Length - text.TrimStart(' ').Length, text));
    }

    /// <summary>The documents of a file.</summary>
    public static IReadOnlyList<JsonNode> Documents(string file)
    {
        var documents = new List<JsonNode>();
        var source = new List<(int, string)>();
        foreach (var (number, text) in File.ReadLines(file).Select((text, index) => (index + 1, text.TrimEnd())).Append((0, "---")))
        {
            if (text != "---")
            {
                source.Add((number, text));
                continue;
            }

            var reader = new Yaml(file, source);
            if (reader.Skip()) documents.Add(reader.Block(0) ?? throw reader.Wrong("an empty document"));
            if (reader.Skip()) throw reader.Wrong("an indentation that fits nothing");
            source = [];
        }

        return documents;
    }

    /// <summary>The only document of a file.</summary>
    public static JsonNode Document(string file) => Documents(file).Single();

    private JsonNode? Block(int indent)
    {
        if (!Skip() || lines[at].Indent < indent) return null;
        var text = Text(lines[at].Text.TrimStart());
        return text.StartsWith("- ", StringComparison.Ordinal) || text == "-" ? Sequence(lines[at].Indent) : Mapping(lines[at].Indent);
    }

    private JsonArray Sequence(int indent)
    {
        var items = new JsonArray();
        while (Skip() && lines[at].Indent == indent && lines[at].Text.TrimStart() is var text && (text.StartsWith("- ", StringComparison.Ordinal) || text == "-"))
        {
            var rest = text[1..].TrimStart();
            if (Text(rest).Length == 0)
            {
                at++;
                items.Add(Block(indent + 1));
            }
            else if (Key().IsMatch(rest) && !rest.StartsWith('"') && !rest.StartsWith('{'))
            {
                // A mapping whose first key stands behind the dash.
                var column = indent + text.Length - rest.Length;
                lines[at] = (lines[at].Number, column, new string(' ', column) + rest);
                items.Add(Mapping(column));
            }
            else
            {
                at++;
                items.Add(Value(rest, indent));
            }
        }

        return items;
    }

    private JsonObject Mapping(int indent)
    {
        var members = new JsonObject();
        var merged = new List<JsonObject>();
        while (Skip() && lines[at].Indent == indent)
        {
            var match = Key().Match(lines[at].Text.TrimStart());
            if (!match.Success) throw Wrong("neither a key nor an item");
            var (key, rest) = (match.Groups["key"].Value.Trim('"'), match.Groups["rest"].Value);
            at++;
            string? anchor = null;
            if (Anchor().Match(rest) is { Success: true } named) (anchor, rest) = (named.Groups["name"].Value, rest[named.Length..].TrimStart());
            // A sequence may stand at its key's own indentation.
            var value = Text(rest).Length > 0 ? Value(rest, indent) : IsItem(indent) ? Sequence(indent) : Block(indent + 1);
            if (anchor is not null) anchors[anchor] = value;
            if (key == "<<") merged.Add((JsonObject)value!);
            else if (!members.TryAdd(key, value?.DeepClone())) throw Wrong($"the key {key} twice");
        }

        foreach (var (key, value) in merged.SelectMany(from => from)) members.TryAdd(key, value?.DeepClone());
        return members;
    }

    private bool IsItem(int indent) => Skip() && lines[at].Indent == indent && lines[at].Text.TrimStart().StartsWith("- ", StringComparison.Ordinal);

    private JsonNode? Value(string rest, int indent)
    {
        var text = Text(rest);
        if (text is "|" or "|-")
        {
            var block = new List<string>();
            while (at < lines.Count && (lines[at].Indent > indent || lines[at].Text.Length == 0)) block.Add(lines[at++].Text);
            var margin = block.Where(line => line.Length > 0).Min(line => line.Length - line.TrimStart().Length);
            return string.Join('\n', block.Select(line => line.Length > 0 ? line[margin..] : "")).TrimEnd();
        }

        if (text.StartsWith('*')) return anchors[text[1..]]?.DeepClone();
        var position = 0;
        var value = Flow(text, ref position);
        return position == text.Length ? value : throw Wrong("text behind a value");
    }

    private JsonNode? Flow(string text, ref int position)
    {
        while (position < text.Length && text[position] == ' ') position++;
        switch (text[position])
        {
            case '[':
                var items = new JsonArray();
                for (position++; Next(text, ref position) != ']';) items.Add(Flow(text, ref position));
                position++;
                return items;
            case '{':
                var members = new JsonObject();
                for (position++; Next(text, ref position) != '}';)
                {
                    var colon = text.IndexOf(':', position);
                    var key = text[position..colon].Trim().Trim('"');
                    position = colon + 1;
                    members.Add(key, Flow(text, ref position));
                }

                position++;
                return members;
            case '"' or '\'':
                var quote = text[position];
                var end = text.IndexOf(quote, position + 1);
                if (end < 0) throw Wrong("a quote that does not end");
                var quoted = text[(position + 1)..end];
                position = end + 1;
                return quote == '"' ? quoted.Replace(@"\\", @"\", StringComparison.Ordinal) : quoted;
            case '>' or '&' or '!' or '%' or '@' or '`':
                throw Wrong("a form of YAML that this reader does not know");
            default:
                var start = position;
                var isInside = start > 0;
                while (position < text.Length && !(isInside && text[position] is ',' or ']' or '}')) position++;
                return text[start..position].Trim() is var plain && plain is "null" or "~" ? null : plain;
        }
    }

    private char Next(string text, ref int position)
    {
        while (position < text.Length && text[position] is ' ' or ',') position++;
        return position < text.Length ? text[position] : throw Wrong("a bracket that does not close on its line");
    }

    /// <summary>Goes to the next line that says something.</summary>
    private bool Skip()
    {
        while (at < lines.Count && Text(lines[at].Text.TrimStart()).Length == 0) at++;
        return at < lines.Count;
    }

    private static string Text(string line) => Comment().Replace(line, "").TrimEnd();

    private InvalidDataException Wrong(string what) => new($"{name}, line {(at < lines.Count ? lines[at].Number : lines[^1].Number)} or before: {what}");

    [GeneratedRegex("""^(?<key>"[^"]+"|[^\s"'\[{#&*!|>-][^:"'{]*|<<|-[^\s:]+):(?:\s+(?<rest>.*)|\s*)$""")]
    private static partial Regex Key();

    [GeneratedRegex(@"^&(?<name>\S+)")]
    private static partial Regex Anchor();

    [GeneratedRegex(@"(^|\s)#.*$")]
    private static partial Regex Comment();
}
