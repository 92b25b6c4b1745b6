namespace Shop.Chaos;

/// <summary>What a run is asked to do.</summary>
internal sealed record ChaosOptions(int Orders, int Kills, int Seed, bool IsSelfTest, string? Keep)
{
    public const string Usage = """
        usage: chaos [--orders N] [--kills K] [--seed S] [--keep FOLDER] | --self-test
          --orders     orders that customers place            (200)
          --kills      services killed with kill -9           (20)
          --seed       decides all that is decided by chance  (1)
          --keep       copies logs and ledgers there
          --self-test  feeds the reconciliation with doctored ledgers: it must find what was planted
        """;

    /// <summary>Null when the arguments make no sense.</summary>
    public static ChaosOptions? Parse(string[] args)
    {
        var options = new ChaosOptions(200, 20, 1, false, null);
        for (var i = 0; i < args.Length; i++)
        {
            if (args[i] == "--self-test")
            {
                options = options with { IsSelfTest = true };
                continue;
            }

            if (i + 1 == args.Length) return null;
            var value = args[++i];
            if (args[i - 1] == "--keep")
            {
                options = options with { Keep = value };
                continue;
            }

            if (!int.TryParse(value, out var number) || number < 0) return null;
            switch (args[i - 1])
            {
                case "--orders" when number > 0:
                    options = options with { Orders = number };
                    break;
                case "--kills" when number > 0:
                    options = options with { Kills = number };
                    break;
                case "--seed":
                    options = options with { Seed = number };
                    break;
                default:
                    return null;
            }
        }

        return options;
    }

    /// <summary>Chance for one purpose: the same for the same seed, whatever the others have drawn.</summary>
    public Random Chance(string purpose, int number = 0)
    {
        var hash = 2166136261u;
        foreach (var character in $"{Seed}/{purpose}/{number}") hash = (hash ^ character) * 16777619u;
        return new Random((int)hash);
    }
}
