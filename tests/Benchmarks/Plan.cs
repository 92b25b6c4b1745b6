namespace Shop.Benchmarks;

/// <summary>How long and how often everything is measured.</summary>
internal sealed record Plan(bool Quick)
{
    /// <summary>Connections of the load driver.</summary>
    public const int Connections = 64;

    /// <summary>Rounds of floor and ours in turn.</summary>
    public int Rounds => Quick ? 3 : 5;

    /// <summary>One side of an HTTP round.</summary>
    public TimeSpan HttpRound => TimeSpan.FromSeconds(Quick ? 2 : 5);

    /// <summary>Calls before the first round.</summary>
    public int WarmUpCalls => Quick ? 30_000 : 60_000;

    /// <summary>One side of a round of the store.</summary>
    public TimeSpan StoreRound => TimeSpan.FromSeconds(Quick ? 0.5 : 1.5);

    /// <summary>Events in the large store.</summary>
    public int ManyEvents => Quick ? 200_000 : 1_000_000;

    /// <summary>Whole lifecycles, behind a warm-up of a third.</summary>
    public TimeSpan Lifecycles => TimeSpan.FromSeconds(Quick ? 15 : 60);
}
