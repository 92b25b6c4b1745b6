namespace Shop.Gateway;

/// <summary>One entry of the setting <c>Pages:Routes</c>: at this address, this HTML file.</summary>
internal sealed record Page(string Path, string File);
