using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Shop.Testing;

namespace Shop.Gateway.Tests;

public sealed partial class PageTests
{
    private GatewayUnderTest gateway = null!;

    [OneTimeSetUp]
    public async Task Start() => gateway = await GatewayUnderTest.Start();

    [OneTimeTearDown]
    public async Task Stop() => await gateway.DisposeAsync();

    [Test]
    public async Task A_page_may_load_what_is_ours_and_run_nothing_else()
    {
        using var response = await gateway.Client.GetAsync("/docs");

        Assert.That(response.Content.Headers.ContentType?.ToString(), Is.EqualTo("text/html; charset=utf-8"));
        var policy = response.Headers.GetValues("Content-Security-Policy").Single();
        Assert.That(policy, Does.StartWith("default-src 'none'").And.Contain("require-trusted-types-for 'script'").And.Not.Contain("unsafe"));
        Assert.That(response.Headers.CacheControl?.ToString(), Is.EqualTo("no-cache"));
        var html = await response.Content.ReadAsStringAsync();
        Assert.That(html, Does.Not.Contain("{assets}").And.Not.Contain("style=").And.Not.Match("<script(?! type=\"module\" src=\"/assets/)").And.Not.Match(" on[a-z]+="));
    }

    [Test]
    public async Task What_a_page_loads_is_there_and_may_be_kept_for_ever()
    {
        var html = await gateway.Client.GetStringAsync("/docs");
        var assets = Asset().Matches(html).Select(match => match.Groups[1].Value).ToList();

        Assert.That(assets, Has.Count.GreaterThan(3));
        foreach (var asset in assets)
        {
            using var response = await gateway.Client.GetAsync(asset);
            Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK), asset);
            Assert.That(response.Headers.CacheControl?.ToString(), Is.EqualTo("public, max-age=31536000, immutable"), asset);
            Assert.That(response.Headers.GetValues("X-Content-Type-Options").Single(), Is.EqualTo("nosniff"));
        }
    }

    [Test]
    public async Task Who_has_it_already_is_not_sent_it_again()
    {
        using var first = await gateway.Client.GetAsync("/docs");
        using var again = await gateway.Send(HttpMethod.Get, "/docs", ("If-None-Match", first.Headers.ETag!.ToString()));

        Assert.That(again.StatusCode, Is.EqualTo(HttpStatusCode.NotModified));
    }

    [TestCase("/docs")]
    [TestCase("/openapi/v1.json")]
    [TestCase("/asyncapi/v1.json")]
    public async Task It_is_compressed_for_who_takes_that(string path)
    {
        var plain = await gateway.Client.GetByteArrayAsync(path);
        using var response = await gateway.Send(HttpMethod.Get, path, ("Accept-Encoding", "gzip, br"));
        using var refused = await gateway.Send(HttpMethod.Get, path, ("Accept-Encoding", "br;q=0, gzip"));

        Assert.That(response.Content.Headers.ContentEncoding, Is.EqualTo((string[])["br"]));
        using var unpacked = new MemoryStream();
        await using (var brotli = new BrotliStream(await response.Content.ReadAsStreamAsync(), CompressionMode.Decompress)) await brotli.CopyToAsync(unpacked);
        Assert.That(unpacked.ToArray(), Is.EqualTo(plain));
        Assert.That(refused.Content.Headers.ContentEncoding, Is.Empty);
        Assert.That(refused.Headers.ETag, Is.Not.EqualTo(response.Headers.ETag));
    }

    [TestCase("/docs.html")]
    [TestCase("/shop")]
    [TestCase("/mailbox")]
    [TestCase("/assets")]
    [TestCase("/assets/0000000000000000/common/style.css")]
    [TestCase("{root}")]
    [TestCase("{root}/docs.html")]
    [TestCase("{root}/common")]
    [TestCase("{root}/../appsettings.json")]
    [TestCase("{root}/..%2fappsettings.json")]
    [TestCase("{root}/common/..%2f..%2f..%2fappsettings.json")]
    public async Task What_is_not_a_page_does_not_exist(string path)
    {
        var root = Asset().Match(await gateway.Client.GetStringAsync("/docs")).Groups[1].Value.Split("/common")[0].Split("/docs")[0];
        var answer = await gateway.SendRaw($"GET {path.Replace("{root}", root)} HTTP/1.1\nHost: shop\nConnection: close\n\n");

        Assert.That(Answers.Status(answer), Is.AnyOf(400, 404), answer);
    }

    [Test]
    public async Task A_changed_file_changes_every_address()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "more.js"), "export const more = 1;");
        await using var other = await GatewayUnderTest.Start($"Pages:Folders:more={folder.Path}");

        Assert.That(
            Asset().Match(await other.Client.GetStringAsync("/docs")).Value, Is.Not.EqualTo(Asset().Match(await gateway.Client.GetStringAsync("/docs")).Value));
    }

    [TestCase("Pages:Routes:docs:File=nothing.html", "Pages:Routes: there is no page nothing.html")]
    [TestCase("Pages:Routes:docs:Path=docs", "Pages:Routes:docs must have a Path that begins with /")]
    [TestCase("Pages:Folders:gateway=/nowhere-at-all", "Pages:Folders: there is no folder /nowhere-at-all")]
    public void A_wrong_setting_is_said(string setting, string words) =>
        Assert.That(async () => await GatewayUnderTest.Start(setting), Throws.TypeOf<ServiceDefaults.ConfigurationException>().With.Message.StartsWith(words));

    [GeneratedRegex("(?:src|href)=\"(/assets/[0-9a-f]{16}/[^\"]+)\"")]
    private static partial Regex Asset();
}
