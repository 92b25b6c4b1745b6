using System.Text.RegularExpressions;

namespace Shop.ServiceDefaults.Messaging;

/// <summary>What is kept of the exception that a message died of. Operators read it, so it holds nothing personal.</summary>
internal sealed partial record Obituary(string Exception, string Message, string Stack)
{
    private const int LongestMessage = 500;
    private const int LongestStack = 4000;

    public static Obituary Of(Exception exception)
    {
        // What the consumer threw says more than what it was wrapped in on its way here.
        if (exception is AggregateException { InnerException: { } inner }) exception = inner;
        return new(
            exception.GetType().FullName!,
            Truncate(Redact(exception.Message), LongestMessage),
            Truncate(exception.StackTrace ?? "", LongestStack));
    }

    /// <summary>Other people's exceptions quote what they were given: a mail server, say, the address that it refused.</summary>
    internal static string Redact(string text) => LongNumber().Replace(EmailAddress().Replace(text, "[e-mail]"), "[number]");

    private static string Truncate(string text, int length) => text.Length <= length ? text : text[..length];

    [GeneratedRegex(@"[^\s<>""'(),;:]+@[^\s<>""'(),;:]+")]
    private static partial Regex EmailAddress();

    [GeneratedRegex(@"(?<![\w-])\+?\d(?:[ -]?\d){6,}(?![\w-])")]
    private static partial Regex LongNumber();
}
