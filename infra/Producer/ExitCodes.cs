namespace Shop.Producer;

/// <summary>What the program's exit code says to a script.</summary>
internal static class ExitCodes
{
    public const int Done = 0;

    /// <summary>The command line or a setting is wrong, the shop refuses, or an order came to something else than was asked for.</summary>
    public const int Refused = 1;

    /// <summary>There is no such order.</summary>
    public const int NotFound = 2;

    /// <summary>The shop, or a part of it that is needed, is away, or takes longer than the program waits.</summary>
    public const int Away = 3;

    /// <summary>Ctrl-C, as shells number it.</summary>
    public const int Interrupted = 130;
}
