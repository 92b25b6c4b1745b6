namespace Shop.Admin;

/// <summary>What the program's exit code says to a script.</summary>
internal static class ExitCodes
{
    public const int Done = 0;

    /// <summary>The command line or a setting is wrong, the shop refuses, or the journal is not as it was written.</summary>
    public const int Refused = 1;

    /// <summary>There is no such queue, dead letter, order or projection, or not any more.</summary>
    public const int NotFound = 2;

    /// <summary>The shop, or a part of it that was asked, is away: what is shown is not all, or nothing was done.</summary>
    public const int Away = 3;
}
