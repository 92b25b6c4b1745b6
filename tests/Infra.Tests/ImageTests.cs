using System.Text.RegularExpressions;
using Shop.Testing;

namespace Shop.Infra.Tests;

/// <summary><c>infra/Dockerfile</c> against the repository.</summary>
public sealed partial class ImageTests
{
    private static readonly string Text = File.ReadAllText(Path.Combine(Repository.Root, "infra/Dockerfile"));

    [Test]
    public void What_is_copied_is_there_and_not_left_out()
    {
        var ignored = File.ReadAllLines(Path.Combine(Repository.Root, ".dockerignore"));
        foreach (var project in ServiceCode.Projects)
        {
            foreach (var source in Copied().Matches(Text).SelectMany(match => match.Groups["sources"].Value.Split(' ')))
            {
                var path = source.Replace("${PROJECT}", project, StringComparison.Ordinal);
                var (folder, file) = path.Contains('*', StringComparison.Ordinal) ? (Path.GetDirectoryName(path)!, Path.GetFileName(path)) : (".", path);
                Assert.That(Directory.EnumerateFileSystemEntries(Path.Combine(Repository.Root, folder), file), Is.Not.Empty, path);
                Assert.That(ignored, Does.Not.Contain(path));
            }
        }
    }

    [Test]
    public void Its_images_are_pinned_and_of_the_SDK_that_the_repository_asks_for()
    {
        var images = Base().Matches(Text).Select(match => (Name: match.Groups["name"].Value, Tag: match.Groups["tag"].Value)).ToList();
        Assert.That(images.Select(image => image.Tag), Is.All.Match(@"^10\.0\.[0-9]+-noble"));
        var wanted = Regex.Match(File.ReadAllText(Path.Combine(Repository.Root, "global.json")), "\"version\": \"(?<version>[0-9.]+)\"").Groups["version"].Value;
        Assert.That(new Version(images.Single(image => image.Name.EndsWith("/sdk", StringComparison.Ordinal)).Tag.Split('-')[0]), Is.GreaterThanOrEqualTo(new Version(wanted)));
    }

    [Test]
    public void What_runs_is_not_root_and_has_no_shell()
    {
        var last = Text[Text.LastIndexOf("\nFROM ", StringComparison.Ordinal)..];
        Assert.That(last, Does.Contain("-chiseled").And.Contain("\nUSER $APP_UID\n").And.Not.Contain("\nRUN "));
    }

    [GeneratedRegex(@"(?m)^COPY (?!--from)(?<sources>.+) \S+$")]
    private static partial Regex Copied();

    [GeneratedRegex(@"(?m)^FROM (?<name>[^:\s]+):(?<tag>\S+)")]
    private static partial Regex Base();
}
