using System.Text.RegularExpressions;

namespace Shop.Chaos;

/// <summary>Messages that can never be worked on. Bodies are Latin-1, so that a test can write bytes that are no UTF-8.</summary>
internal static partial class Malformed
{
    private const string Order = "0b9c7a52-53a4-4f0c-9c39-2a51c9c1a001";

    private static readonly (string Kind, string? Type, string Body, bool Headers)[] Corpus =
    [
        ("truncated", "order-created/v1", $$"""{"eventId":"{{Order}}","orderId":"{{Order}}","revi""", true),
        ("no UTF-8", "order-created/v1", $$"""{"eventId":"{{Order}}","orderId":"{{Order}}","revision":0,"orderNumber":"\u00ff""" + "\u00ff\u00fe\"}", true),
        ("empty", "payment-captured/v1", "", true),
        ("null", "order-created/v1", "null", true),
        ("an array", "order-cancelled/v1", "[1,2,3]", true),
        ("a number", "shipped/v1", "42", true),
        ("deeply nested", "order-created/v1", string.Concat(Enumerable.Repeat("""{"a":""", 5000)), true),
        ("long", "order-created/v1", "\"" + new string('x', 1_000_000) + "\"", true),
        ("wrong types", "payment-captured/v1", $$"""{"eventId":7,"orderId":[],"revision":"x","occurredAt":{},"amount":"much"}""", true),
        ("an empty object", "order-created/v1", "{}", true),
        ("an unknown type", "order-teleported/v1", $$"""{"eventId":"{{Order}}","orderId":"{{Order}}"}""", true),
        ("an unknown version", "order-created/v99", $$"""{"eventId":"{{Order}}","orderId":"{{Order}}"}""", true),
        ("no type", null, "{}", true),
        ("a type that is a lie", "payment-auth-failed/v1", $$"""{"eventId":"{{Order}}","orderId":"{{Order}}","revision":0,"occurredAt":"2026-01-01T00:00:00Z"}""", true),
        ("no such day", "order-cancelled/v1", $$"""{"eventId":"{{Order}}","orderId":"{{Order}}","revision":0,"occurredAt":"2026-02-31T00:00:00Z"}""", true),
        ("no properties", null, "{id}", false),
    ];

    /// <summary>A malformed message. Without headers its id stands in its body.</summary>
    public static (string Kind, string? Type, string Body, bool Headers) Of(int number, Random chance) =>
        number < Corpus.Length ? Corpus[number] : Corpus[chance.Next(Corpus.Length)];

    /// <summary>The id in the body of a message that could carry it nowhere else.</summary>
    public static string? IdIn(string body) => Id().Match(body) is { Success: true } match ? match.Value : null;

    [GeneratedRegex("^poison-[0-9]+-[0-9]+$")]
    private static partial Regex Id();
}
