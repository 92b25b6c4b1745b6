using Microsoft.AspNetCore.Http;

namespace Shop.ServiceDefaults;

/// <summary>The header by which a caller marks a request, so that sending it twice does it once.</summary>
public static class Idempotency
{
    public const string KeyHeader = "Idempotency-Key";

    /// <summary>On an answer: it is that of the first time.</summary>
    public const string ReplayedHeader = "Idempotent-Replayed";

    /// <summary>The idempotency key; null when there is none.</summary>
    /// <exception cref="ProblemException">400: it is not 1 to 255 visible characters.</exception>
    public static string? IdempotencyKey(this HttpRequest request)
    {
        if (!request.Headers.TryGetValue(KeyHeader, out var values)) return null;
        var key = values.ToString();
        return key.Length is >= 1 and <= 255 && key.All(character => character is >= '!' and <= '~')
            ? key
            : throw ProblemException.Validation(KeyHeader, "It must be 1 to 255 visible ASCII characters.", "idempotency-key-malformed");
    }

    /// <summary>422: the key belongs to another request.</summary>
    public static ProblemException KeyReused() => new(
        StatusCodes.Status422UnprocessableEntity, "idempotency-key-reused", "The idempotency key was used for another request.");
}
