using Shop.ServiceDefaults;

namespace Shop.Gateway;

/// <summary>
/// What people look at: the pages of the setting <c>Pages</c> and what they load. They are open to everybody, for they hold nothing:
/// whatever they show comes from the public routes, with the key or token of who looks.
/// </summary>
internal static class Pages
{
    // Scripts and styles come from files of ours only, and no text can become markup: trusted types without a policy switch off
    // every way from a string to HTML that a browser has.
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; frame-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

    public static void MapPages(this WebApplication app)
    {
        var settings = app.Configuration.GetSection("Pages");
        var files = PageFiles.Read(settings.GetSection("Folders").GetChildren()
            .Select(folder => Path.Combine(app.Environment.ContentRootPath, folder.Value ?? "")));

        foreach (var page in settings.GetSection("Routes").GetChildren().Select(Read))
        {
            var content = files.Page(page.File);
            app.MapMethods(page.Path, [HttpMethods.Get, HttpMethods.Head], (HttpContext context) =>
            {
                context.Response.Headers.ContentSecurityPolicy = Policy;
                return content.Answer(context);
            }).AllowAnonymous();
        }

        app.MapMethods($"{files.Root}/{{**path}}", [HttpMethods.Get, HttpMethods.Head], (string path, HttpContext context) =>
            files.Asset(path)?.Answer(context) ?? throw ProblemException.NotFound()).AllowAnonymous();
    }

    private static Page Read(IConfigurationSection route) =>
        route.Get<Page>() is { Path: ['/', ..], File.Length: > 0 } page
            ? page
            : throw new ConfigurationException($"{route.Path} must have a Path that begins with / and a File.");
}
