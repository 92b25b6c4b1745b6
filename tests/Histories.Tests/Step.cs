using FsCheck;
using FsCheck.Fluent;

namespace Shop.Histories.Tests;

/// <summary>What can happen next in a history.</summary>
internal enum Act
{
    GoOn, GoOnAWhile, BreakConnection, Publish, Deliver, PlaceAnother, Pay, MoveHouse, Cancel, AskAgain, Review, Refund, Ship, Duplicate, Kill, Lapse, ForgetKeys,
    Remind,
}

/// <summary>One choice of a history. <paramref name="Pick"/> says which: whoever waits, whichever order, whatever token.</summary>
internal readonly record struct Step(Act Act, int Pick)
{
    private const int Picks = 60; // divisible by 2, 3, 4, 5 and 6: whoever is to be picked is picked as often as the others
    private const int MostPaired = 20;

    /// <summary>Histories of up to a hundred steps; one that fails is made shorter, and what is picked is made the first that there is.</summary>
    public static Arbitrary<Step[]> Histories { get; } = Arb.From(
        from length in Gen.Choose(5, 100)
        from steps in Gen.ArrayOf(
            from act in Gen.Frequency(
                (40, Gen.Constant(Act.GoOn)), (5, Gen.Constant(Act.GoOnAWhile)), (3, Gen.Constant(Act.BreakConnection)),
                (13, Gen.Constant(Act.Publish)), (13, Gen.Constant(Act.Deliver)),
                (1, Gen.Constant(Act.PlaceAnother)), (3, Gen.Constant(Act.Pay)), (2, Gen.Constant(Act.MoveHouse)), (2, Gen.Constant(Act.Cancel)),
                (2, Gen.Constant(Act.AskAgain)), (2, Gen.Constant(Act.Review)), (2, Gen.Constant(Act.Refund)), (2, Gen.Constant(Act.Ship)),
                (2, Gen.Constant(Act.Duplicate)), (2, Gen.Constant(Act.Kill)), (1, Gen.Constant(Act.Lapse)), (2, Gen.Constant(Act.ForgetKeys)),
                (2, Gen.Constant(Act.Remind)))
            from pick in Gen.Choose(0, Picks - 1)
            select new Step(act, pick),
            length)
        select steps,
        Shorter);

    public override string ToString() => $"{Act} {Pick}";

    private static IEnumerable<Step[]> Shorter(Step[] steps)
    {
        for (var size = steps.Length; size > 0; size /= 2)
        {
            for (var from = 0; from + size <= steps.Length; from += size) yield return [.. steps[..from], .. steps[(from + size)..]];
        }

        for (var i = 0; i < steps.Length; i++)
        {
            for (var pick = 0; pick < steps[i].Pick; pick = (pick + steps[i].Pick + 1) / 2)
                yield return [.. steps[..i], steps[i] with { Pick = pick }, .. steps[(i + 1)..]];
        }

        // Some steps can go only together.
        for (var i = 0; i < steps.Length && steps.Length <= MostPaired; i++)
        {
            for (var j = i + 2; j < steps.Length; j++) yield return [.. steps[..i], .. steps[(i + 1)..j], .. steps[(j + 1)..]];
        }
    }
}
