using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace Shop.ServiceDefaults;

/// <summary>
/// Reads a request's JSON body, or says exactly what is wrong with it: 415 for another content type, 413 over the limit, 400 for
/// broken JSON or a member of the wrong type (named), 400 <c>raw-card-data-rejected</c> for a card number anywhere in it. What
/// was refused is neither logged nor echoed.
/// </summary>
public static class JsonBody
{
    /// <summary>The body as a <typeparamref name="T"/>.</summary>
    /// <exception cref="ProblemException">The body cannot be read.</exception>
    public static async Task<T> Read<T>(HttpRequest request, JsonTypeInfo<T> type, CancellationToken cancellation) where T : class =>
        await ReadOptional(request, type, cancellation)
            ?? throw ProblemException.Validation("body", "A JSON object is required.", "malformed-json");

    /// <summary>The body as a <typeparamref name="T"/>, or null when there is none.</summary>
    /// <exception cref="ProblemException">There is a body, and it cannot be read.</exception>
    public static async Task<T?> ReadOptional<T>(HttpRequest request, JsonTypeInfo<T> type, CancellationToken cancellation) where T : class
    {
        while (true)
        {
            var result = await request.BodyReader.ReadAsync(cancellation);
            if (!result.IsCompleted)
            {
                request.BodyReader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
                continue;
            }

            try
            {
                if (result.Buffer.IsEmpty) return null;
                if (!request.HasJsonContentType())
                {
                    throw new ProblemException(
                        StatusCodes.Status415UnsupportedMediaType, "unsupported-media-type", "The body must be application/json.");
                }

                if (CardNumbers.OccurIn(result.Buffer))
                {
                    throw new ProblemException(StatusCodes.Status400BadRequest, "raw-card-data-rejected",
                        "The request holds a card number. Send the payment provider's token instead.");
                }

                var reader = new Utf8JsonReader(result.Buffer);
                var body = JsonSerializer.Deserialize(ref reader, type);
                while (reader.Read()) { }
                return body;
            }
            catch (JsonException exception)
            {
                var field = exception.Path is { Length: > 2 } path ? path[2..] : null;
                throw field is null
                    ? ProblemException.Validation("body", "The body is not a well-formed JSON object.", "malformed-json")
                    : ProblemException.Validation(field, "The value is missing, of the wrong type or out of range.");
            }
            finally
            {
                request.BodyReader.AdvanceTo(result.Buffer.End);
            }
        }
    }
}
