using System.IO.Compression;
using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;

namespace Shop.Gateway;

/// <summary>Bytes that stay the same for as long as the gateway runs, with an ETag, and compressed for who takes that.</summary>
internal sealed class StaticContent(byte[] bytes, string mediaType, string cacheControl)
{
    private readonly string tag = Convert.ToHexStringLower(SHA256.HashData(bytes)[..8]);
    private readonly Lazy<byte[]> compressed = new(() => Compress(bytes));

    public IResult Answer(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.CacheControl = cacheControl;
        headers.Vary = HeaderNames.AcceptEncoding;
        if (!TakesBrotli(context.Request)) return Results.Bytes(bytes, mediaType, entityTag: new($"\"{tag}\""));
        headers.ContentEncoding = "br";
        return Results.Bytes(compressed.Value, mediaType, entityTag: new($"\"{tag}-br\""));
    }

    private static bool TakesBrotli(HttpRequest request) =>
        StringWithQualityHeaderValue.TryParseList([.. request.Headers.AcceptEncoding.OfType<string>()], out var accepted)
        && accepted.Any(coding => coding.Value.Equals("br", StringComparison.OrdinalIgnoreCase) && coding.Quality != 0);

    private static byte[] Compress(byte[] bytes)
    {
        using var result = new MemoryStream();
        using (var brotli = new BrotliStream(result, CompressionLevel.Optimal)) brotli.Write(bytes);
        return result.ToArray();
    }
}
