namespace ModelPack.Tensors.Payloads;

/// <summary>What carrying out a recipe costs: counted from its numbers, before a byte is read.</summary>
internal static class RecipeCost
{
    // As many bytes of blocks as are changed at once (BlockwiseByteSource), and what changing a byte costs beside a read.
    private const double BlockRun = 128 * 1024;
    private const double ChangeOfByte = 1.0 / 64;

    // From here on units are read one by one (ExchangedByteSource); below, whole runs of columns.
    private const long LargeUnit = 1024;

    /// <summary>Reads that making the whole payload takes, each of however many bytes lie together.</summary>
    /// <param name="recipe">A recipe that <see cref="RecipeRules"/> accept.</param>
    public static double Reads(PayloadRecipe recipe) =>
        recipe.Length == 0 ? 1 : recipe.Length * PerByte(recipe, Math.Min(recipe.Length, Chunks.Size));

    // For each byte of the result, if it is asked for in runs of a length.
    private static double PerByte(PayloadRecipe recipe, double run) => (1 / run) + recipe switch
    {
        TakenPayload taken => PerByte(taken.Of, Math.Min(run, taken.Size)),
        JoinedPayload joined => Joined(joined, run),
        ExchangedPayload exchanged => Exchanged(exchanged, run),
        ReversedPayload or WidenedPayload or NarrowedPayload or ShiftedPayload or ScaledPayload or ComputedPayload
            or NibblesPayload or UnsignedPayload => Changed(recipe, run),
        _ => 0,
    };

    // Each part gives a share to every group; with many groups at once each part is read in one run.
    private static double Joined(JoinedPayload joined, double run)
    {
        double group = Math.Max(1, (double)joined.Length / joined.Count);
        double groups = Math.Max(1, Math.Floor(run / group));
        double sum = 0;
        foreach (PayloadRecipe part in joined.Parts)
        {
            double share = (double)part.Length / joined.Count;
            sum += share == 0 ? 1 / group : share / group * PerByte(part, Math.Min(run, share * groups));
        }

        return sum;
    }

    private static double Exchanged(ExchangedPayload exchanged, double run)
    {
        double unit = exchanged.UnitBytes;
        double column = exchanged.Rows * unit;
        double together = unit >= LargeUnit ? Math.Min(run, unit) : unit * Math.Max(1, Math.Floor(run / column));
        double amplified = unit < LargeUnit && run < unit ? unit / run : 1;
        return (amplified * PerByte(exchanged.Of, Math.Min(together, exchanged.Columns * unit))) + (ChangeOfByte / Math.Min(unit, 4));
    }

    private static double Changed(PayloadRecipe recipe, double run)
    {
        PayloadRecipe of = recipe.Inner[0];
        if (recipe.Length == 0)
        {
            return PerByte(of, run);
        }

        double ratio = (double)of.Length / recipe.Length;
        double block = recipe switch
        {
            ReversedPayload reversed => TensorTypes.Get(reversed.Type).BlockBytes,
            WidenedPayload widened => TensorTypes.Get(widened.Type).BlockBytes,
            NibblesPayload nibbles => nibbles.BlockBytes,
            UnsignedPayload => 1,
            _ => sizeof(float),
        };
        double wanted = Math.Min(run * ratio, BlockRun);
        double amplified = wanted < block ? block / wanted : 1;
        return (ratio * amplified * PerByte(of, Math.Max(wanted, block))) + (amplified * ChangeOfByte);
    }
}
