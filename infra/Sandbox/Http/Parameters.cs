using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Shop.Sandbox.Objects;

namespace Shop.Sandbox.Http;

/// <summary>
/// A request's parameters, from its query or its form body, in Stripe's bracket syntax: <c>metadata[order_id]</c>,
/// <c>expand[]</c> or <c>expand[0]</c>. Whatever an endpoint has not asked for by the time it calls <see cref="RefuseOthers"/> is
/// refused, as Stripe refuses it.
/// </summary>
public sealed class Parameters
{
    private readonly List<KeyValuePair<string, string>> all;
    private readonly HashSet<string> known = [];

    public Parameters(IEnumerable<KeyValuePair<string, string>> pairs)
    {
        all = [.. pairs];
        foreach (var (name, value) in all)
        {
            // Said before anything else looks at the value, and without repeating it.
            if (name.EndsWith("card[number]", StringComparison.Ordinal) || name.EndsWith("[card][number]", StringComparison.Ordinal)
                || (Root(name) == "payment_method" && LooksLikeACardNumber(value)))
            {
                throw new StripeException(402, "invalid_request_error", null,
                    "Sending credit card numbers directly to the Stripe API is generally unsafe. We suggest you use test tokens " +
                    "that map to the test card you are using, see https://stripe.com/docs/testing.");
            }
        }
    }

    /// <summary>A text, or null when it is not there. An empty one is refused, as at Stripe.</summary>
    public string? Text(string name, int longest = 5000)
    {
        known.Add(name);
        var value = Last(name);
        return value switch
        {
            null => null,
            "" => throw StripeException.Invalid(name,
                $"You passed an empty string for '{name}'. We assume empty values are an attempt to unset a parameter; however '{name}' " +
                $"cannot be unset. You should remove '{name}' from your request or supply a non-empty value.", "parameter_invalid_empty"),
            _ when value.Length > longest => throw StripeException.Invalid(name,
                $"Invalid string: {name} must be at most {longest} characters", "parameter_invalid_string_too_long"),
            _ => value,
        };
    }

    /// <summary>One of some texts, or null when it is not there.</summary>
    public string? OneOf(string name, params ReadOnlySpan<string> allowed)
    {
        if (Text(name) is not { } value) return null;
        if (allowed.Contains(value)) return value;
        throw StripeException.Invalid(name, $"Invalid {name}: must be one of {string.Join(", ", allowed!)}");
    }

    /// <summary>A whole number within bounds, or null when it is not there.</summary>
    public long? Number(string name, long least, long most)
    {
        if (Text(name) is not { } value) return null;
        if (!long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
            throw StripeException.Invalid(name, $"Invalid integer: {value}", "parameter_invalid_integer");
        if (number < least)
            throw StripeException.Invalid(name, $"This value must be greater than or equal to {least}.", "parameter_invalid_integer");
        if (number > most)
            throw StripeException.Invalid(name, $"This value must be less than or equal to {most}.", "parameter_invalid_integer");
        return number;
    }

    /// <summary>True or false; false when it is not there.</summary>
    public bool Flag(string name) => Text(name) switch
    {
        null or "false" => false,
        "true" => true,
        var value => throw StripeException.Invalid(name, $"Invalid boolean: {value}"),
    };

    /// <summary>A list of texts, in any of its spellings; empty when it is not there.</summary>
    public List<string> List(string name)
    {
        known.Add(name);
        return
        [
            .. from pair in all
               where pair.Key == name || (Root(pair.Key) == name && IsIndex(pair.Key.AsSpan(name.Length)))
               select pair.Value,
        ];
    }

    /// <summary>Stripe's metadata: at most 50 names of at most 40 characters, with values of at most 500.</summary>
    public Dictionary<string, string> Metadata()
    {
        const string name = "metadata";
        known.Add(name);
        var map = new Dictionary<string, string>();
        foreach (var (key, value) in all)
        {
            if (Root(key) != name || key == name) continue;
            var inner = key[name.Length..];
            if (inner.Length < 3 || inner[0] != '[' || inner.IndexOf(']', StringComparison.Ordinal) != inner.Length - 1)
                throw StripeException.Invalid(name, "Metadata must be a map of texts: metadata[name]=value");
            inner = inner[1..^1];
            if (inner.Length > 40) throw StripeException.Invalid(name, "Metadata keys must be at most 40 characters");
            if (value.Length > 500) throw StripeException.Invalid($"metadata[{inner}]", "Metadata values must be at most 500 characters");
            if (value.Length > 0) map[inner] = value;
        }

        if (map.Count > 50) throw StripeException.Invalid(name, "Metadata can have at most 50 keys");
        return map;
    }

    /// <summary>Accepts parameters that change nothing here.</summary>
    public void Ignore(params ReadOnlySpan<string> names)
    {
        foreach (var name in names) known.Add(name);
    }

    /// <summary>Refuses what no one has asked for.</summary>
    public void RefuseOthers()
    {
        foreach (var (name, _) in all)
        {
            if (!known.Contains(Root(name)))
                throw StripeException.Invalid(Root(name), $"Received unknown parameter: {Root(name)}", "parameter_unknown");
        }
    }

    /// <summary>The same for the same call with the same parameters, in whatever order they come.</summary>
    public byte[] Fingerprint(string method, string path)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        void Add(string text)
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            hash.AppendData(BitConverter.GetBytes(bytes.Length));
            hash.AppendData(bytes);
        }

        Add(method);
        Add(path);
        foreach (var (name, value) in all.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            Add(name);
            Add(value);
        }

        return hash.GetHashAndReset();
    }

    private string? Last(string name)
    {
        string? last = null;
        foreach (var (key, value) in all)
        {
            if (key == name) last = value;
            else if (Root(key) == name) throw StripeException.Invalid(name, $"Invalid string: {name} must not be an object or a list");
        }

        return last;
    }

    private static string Root(string name) => name.IndexOf('[', StringComparison.Ordinal) is > 0 and var at ? name[..at] : name;

    private static bool IsIndex(ReadOnlySpan<char> brackets) =>
        brackets is ['[', .. var inner, ']'] && inner.IndexOfAnyExceptInRange('0', '9') < 0;

    private static bool LooksLikeACardNumber(string value) =>
        ServiceDefaults.CardNumbers.OccurIn(Encoding.UTF8.GetBytes(value).AsSpan());
}
