namespace Shop.Gateway;

/// <summary>
/// The descriptions for programs: the public routes as they are written in <c>openapi.json</c>, and the messages as
/// <see cref="AsyncApi"/> finds them in the contracts.
/// </summary>
internal static class Documents
{
    private const string AskAgainSoon = "public, max-age=300";

    private static readonly StaticContent OpenApi = new(ReadOpenApi(), "application/json", AskAgainSoon);
    private static readonly StaticContent Events = new(AsyncApi.Write(), "application/json", AskAgainSoon);

    public static void MapDocuments(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/openapi/v1.json", OpenApi.Answer).AllowAnonymous();
        routes.MapGet("/asyncapi/v1.json", Events.Answer).AllowAnonymous();
    }

    private static byte[] ReadOpenApi()
    {
        using var resource = typeof(Documents).Assembly.GetManifestResourceStream("openapi.json")!;
        using var copy = new MemoryStream();
        resource.CopyTo(copy);
        return copy.ToArray();
    }
}
