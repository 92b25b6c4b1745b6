namespace Shop.Gateway;

/// <summary>The description of the public routes, as it is written in <c>openapi.json</c>.</summary>
internal static class OpenApi
{
    public const string Path = "/openapi/v1.json";

    private static readonly byte[] Document = Read();

    public static void MapOpenApi(this IEndpointRouteBuilder routes) => routes.MapGet(Path, (HttpResponse response) =>
    {
        response.Headers.CacheControl = "public, max-age=300";
        return Results.Bytes(Document, "application/json");
    }).AllowAnonymous();

    private static byte[] Read()
    {
        using var resource = typeof(OpenApi).Assembly.GetManifestResourceStream("openapi.json")!;
        using var copy = new MemoryStream();
        resource.CopyTo(copy);
        return copy.ToArray();
    }
}
