using System.Collections.Immutable;
using ModelPack.Tensors.Payloads;

namespace ModelPack.Architectures.Names;

/// <summary>Recipes of payloads whose groups hold several runs.</summary>
internal static class PayloadRuns
{
    /// <summary>One of the equal parts that a payload consists of.</summary>
    public static TakenPayload Part(PayloadRecipe of, long index, long bytes) => new(of, index * bytes, bytes, of.Length, 1);

    /// <summary>The run of each group that begins after <paramref name="before"/> bytes.</summary>
    public static TakenPayload Run(PayloadRecipe of, long before, long bytes, long groups) =>
        new(of, before, bytes, of.Length / groups, groups);

    /// <summary>Groups of runs become all first runs, all second runs, ….</summary>
    public static JoinedPayload Gather(PayloadRecipe of, ImmutableArray<long> runs, long groups)
    {
        ImmutableArray<PayloadRecipe>.Builder parts = ImmutableArray.CreateBuilder<PayloadRecipe>(runs.Length);
        long before = 0;
        foreach (long run in runs)
        {
            parts.Add(Run(of, before, run, groups));
            before += run;
        }

        return new JoinedPayload(parts.MoveToImmutable(), 1);
    }

    /// <summary>The inverse of <see cref="Gather"/>.</summary>
    public static JoinedPayload Deal(PayloadRecipe of, ImmutableArray<long> runs, long groups)
    {
        ImmutableArray<PayloadRecipe>.Builder parts = ImmutableArray.CreateBuilder<PayloadRecipe>(runs.Length);
        long before = 0;
        foreach (long run in runs)
        {
            parts.Add(new TakenPayload(of, before, run * groups, of.Length, 1));
            before += run * groups;
        }

        return new JoinedPayload(parts.MoveToImmutable(), groups);
    }
}
