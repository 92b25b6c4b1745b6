using System.Runtime.CompilerServices;

namespace Shop.Producer;

/// <summary>Many orders at a steady rate, each in a story of its own, until all have come to their ends.</summary>
/// <param name="orders">How many to place.</param>
/// <param name="rate">How many to place in a second.</param>
/// <param name="seed">The same seed places the same orders, with the same stories.</param>
internal sealed class Demo(ShopClient shop, int orders, double rate, int seed, TimeSpan wait)
{
    /// <summary>More stories at once would only wait for each other; orders are then placed later than the rate has it.</summary>
    private const int MostAtOnce = 250;

    public Tally Tally { get; } = new(orders);

    /// <summary>Plays until the end, or until it is cancelled; what is under way then stays as it is.</summary>
    public async Task Run(CancellationToken cancellation)
    {
        try
        {
            await Parallel.ForEachAsync(
                Due(cancellation), new ParallelOptions { MaxDegreeOfParallelism = MostAtOnce, CancellationToken = cancellation },
                async (random, stop) => await Play(random, stop));
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Ctrl-C. The tally says how far it came.
        }
    }

    private async ValueTask Play(Random random, CancellationToken cancellation)
    {
        var story = Story.Draw(random);
        var scene = new Scene(new Steps(shop, wait, cancellation), random);
        Tally.Begin(story);
        try
        {
            await story.Play(scene);
            Tally.Done(story, scene.Seen!);
        }
        catch (ShopException exception)
        {
            Tally.Failed(story, exception);
        }
    }

    /// <summary>The source of chance for each order, when it is time to place it.</summary>
    private async IAsyncEnumerable<Random> Due([EnumeratorCancellation] CancellationToken cancellation)
    {
        var (all, started) = (new Random(seed), TimeProvider.System.GetTimestamp());
        for (var n = 0; n < orders; n++)
        {
            var early = TimeSpan.FromSeconds(n / rate) - TimeProvider.System.GetElapsedTime(started);
            if (early > TimeSpan.Zero) await Task.Delay(early, cancellation);
            yield return new Random(all.Next());
        }
    }
}
