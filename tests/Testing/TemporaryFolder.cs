namespace Shop.Testing;

/// <summary>A folder that is gone when the test is over.</summary>
public sealed class TemporaryFolder : IDisposable
{
    /// <summary>The folder's full path.</summary>
    public string Path { get; } = Directory.CreateTempSubdirectory("shop-test-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
