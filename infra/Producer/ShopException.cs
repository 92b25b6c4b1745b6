namespace Shop.Producer;

/// <summary>Something did not go as it should: what the program says of it, and its exit code.</summary>
internal sealed class ShopException(int exitCode, string message) : Exception(message)
{
    public int ExitCode => exitCode;
}
