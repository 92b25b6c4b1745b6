using System.Xml.Linq;

namespace Shop.Contracts.Tests;

/// <summary>Who may reference whom, read from the project files.</summary>
public sealed class ArchitectureTests
{
    private static readonly string Root = Path.GetFullPath(Path.Combine(Samples.SourceFolder(), "../.."));

    [Test]
    public void Contracts_reference_nothing_and_need_no_package()
    {
        var project = XDocument.Load(Path.Combine(Root, "contracts/Contracts.csproj"));
        Assert.That(project.Descendants().Where(element => element.Name.LocalName is "ProjectReference" or "PackageReference" or "FrameworkReference"), Is.Empty);
    }

    [Test]
    public void A_service_references_contracts_and_service_defaults_and_never_another_service()
    {
        foreach (var service in Directory.GetDirectories(Path.Combine(Root, "services")).Where(folder => !folder.EndsWith("ServiceDefaults", StringComparison.Ordinal)).Append(Path.Combine(Root, "gateway")))
            Assert.That(References(service), Is.SubsetOf(new[] { "Contracts", "ServiceDefaults" }), service);
    }

    [Test]
    public void Service_defaults_reference_contracts_alone() =>
        Assert.That(References(Path.Combine(Root, "services/ServiceDefaults")), Is.EqualTo(new[] { "Contracts" }));

    [Test]
    public void The_order_is_pure()
    {
        var order = File.ReadAllText(Path.Combine(Root, "services/OrderEvents/Order.cs"));
        foreach (var word in new[] { "async", "await", "DateTime.", "DateTimeOffset.", "TimeProvider", "Guid.NewGuid", "Random", "IEventStore", "MassTransit", "HttpContext" })
            Assert.That(order, Does.Not.Contain(word));
    }

    [Test]
    public void Every_project_is_in_the_solution()
    {
        var solution = File.ReadAllText(Path.Combine(Root, "Shop.sln")).Replace('\\', '/');
        foreach (var project in Directory.EnumerateFiles(Root, "*.csproj", SearchOption.AllDirectories))
            Assert.That(solution, Does.Contain(Path.GetRelativePath(Root, project).Replace('\\', '/')));
    }

    private static string[] References(string folder) =>
    [
        .. XDocument.Load(Directory.EnumerateFiles(folder, "*.csproj").Single())
            .Descendants("ProjectReference").Select(reference => Path.GetFileNameWithoutExtension((string)reference.Attribute("Include")!)),
    ];
}
