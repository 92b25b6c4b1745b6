using Microsoft.AspNetCore.Http;

namespace Shop.ServiceDefaults;

/// <summary>
/// A refusal on its way to the caller: becomes <c>application/problem+json</c> (RFC 9457) with a stable <see cref="Code"/>.
/// Thrown where input is read or a rule says no; anything else that is thrown is a fault of ours and becomes a plain 500.
/// </summary>
public sealed class ProblemException(int status, string code, string title, string? detail = null) : Exception(title)
{
    public int Status { get; } = status;

    /// <summary>Stable and machine-readable, such as <c>order-not-cancellable</c>.</summary>
    public string Code { get; } = code;

    public string? Detail { get; } = detail;

    /// <summary>What is wrong with which field, for a 400.</summary>
    public IReadOnlyDictionary<string, string[]>? Errors { get; init; }

    /// <summary>When to come back, as a <c>Retry-After</c> header.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Further members of the problem document.</summary>
    public IReadOnlyDictionary<string, object?>? Extensions { get; init; }

    /// <summary>400: the body or a parameter is not of its form; names each field.</summary>
    public static ProblemException Validation(IReadOnlyDictionary<string, string[]> errors, string code = "validation-failed") =>
        new(StatusCodes.Status400BadRequest, code, "The request is not valid.") { Errors = errors };

    /// <summary>400 for one field.</summary>
    public static ProblemException Validation(string field, string message, string code = "validation-failed") =>
        Validation(new Dictionary<string, string[]> { [field] = [message] }, code);

    /// <summary>404. Also what somebody else's order answers.</summary>
    public static ProblemException NotFound(string code = "not-found", string title = "There is no such resource.") =>
        new(StatusCodes.Status404NotFound, code, title);

    /// <summary>503: a part that is needed is away; nothing was changed, or what was will be found by its id on the next try.</summary>
    public static ProblemException Unavailable(string what) =>
        new(StatusCodes.Status503ServiceUnavailable, "temporarily-unavailable", $"{what} is not available at the moment. Try again.")
        { RetryAfter = TimeSpan.FromSeconds(1) };
}
