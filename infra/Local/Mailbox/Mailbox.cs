using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Shop.Notification.Letters;
using Shop.ServiceDefaults;

namespace Shop.Local;

/// <summary>The mails in the folder, and a sample of every letter, for the page <c>/mailbox</c>. In the local host only: mails are personal.</summary>
public sealed class Mailbox(string folder, Uri storefront)
{
    private const int Most = 200;

    // A letter styles itself, loads nothing and runs nothing. Its links open beside the mailbox, since a frame of the shop's own pages is refused.
    private const string LetterPolicy =
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; "
        + "sandbox allow-popups allow-popups-to-escape-sandbox";

    /// <summary>The folder of the mailbox's page.</summary>
    public static string Pages { get; } = Path.Combine(AppContext.BaseDirectory, "local", "wwwroot");

    public void Map(IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/mailbox/api").AllowAnonymous();
        api.MapGet("/mails", () => Results.Json(Files().Select(Summary)));
        api.MapGet("/mails/{name}", (string name) => Shown(Find(name)));
        api.MapGet("/mails/{name}/html", (string name, HttpContext context) => Html(Find(name).Html, context));
        api.MapGet("/samples", () => Results.Json(new { Names = SampleLetters.All.Select(sample => sample.Name), Wording.Languages }));
        api.MapGet("/samples/{name}/{language}", (string name, string language) =>
        {
            var letter = Sample(name, language);
            return Results.Json(new { letter.Subject, letter.Text });
        });
        api.MapGet("/samples/{name}/{language}/html", (string name, string language, HttpContext context) => Html(Sample(name, language).Html, context));
    }

    private IEnumerable<FileInfo> Files() => Directory.Exists(folder)
        ? new DirectoryInfo(folder).EnumerateFiles("*.eml").OrderByDescending(file => file.LastWriteTimeUtc).ThenBy(file => file.Name, StringComparer.Ordinal).Take(Most)
        : [];

    private static object Summary(FileInfo file)
    {
        var mail = MailFile.Parse(File.ReadAllText(file.FullName));
        return new
        {
            Name = Path.GetFileNameWithoutExtension(file.Name),
            Subject = mail.Header("Subject"),
            To = mail.Header("To"),
            OrderId = mail.Header("X-Shop-Order-Id"),
            SentAt = new DateTimeOffset(file.LastWriteTimeUtc),
        };
    }

    private static IResult Shown(MailFile mail) => Results.Json(new
    {
        Subject = mail.Header("Subject"),
        From = mail.Header("From"),
        To = mail.Header("To"),
        MessageId = mail.Header("Message-ID"),
        mail.Text,
    });

    private static IResult Html(string html, HttpContext context)
    {
        context.Response.Headers.ContentSecurityPolicy = LetterPolicy;
        return Results.Content(html, "text/html; charset=utf-8");
    }

    private MailFile Find(string name) =>
        Files().FirstOrDefault(file => Path.GetFileNameWithoutExtension(file.Name) == name) is { } file
            ? MailFile.Parse(File.ReadAllText(file.FullName))
            : throw ProblemException.NotFound("mail-not-found", "There is no such mail.");

    private Letter Sample(string name, string language) =>
        SampleLetters.Write(name, language, storefront) ?? throw ProblemException.NotFound("letter-not-found", "There is no such letter.");
}
