using System.Globalization;
using ModelPack.Diagnostics;
using ModelPack.Formats;
using ModelPack.IO;

namespace ModelPack.Conversion;

/// <summary>What a plan says to people before anything is written.</summary>
internal static class PlanNotes
{
    public static IEnumerable<RankedNote> Of(TensorPlan plan, ModelFile source, ModelPlan layout, ModelFormat to)
    {
        foreach (IGrouping<TensorType, OutputTensor> group in plan.Outputs.Where(step => step.IsRaw).GroupBy(step => step.Logical.Type))
        {
            yield return $"{Of(group)} carried as raw bytes: exact on return, but not readable by {to}'s own programs";
        }

        foreach (IGrouping<TensorType, TensorInfo> group in Widened(plan).GroupBy(tensor => tensor.Type))
        {
            yield return $"{Of(group)} widened to F32 so that {to}'s own programs can use them";
        }

        if (!plan.Side.IsEmpty)
        {
            yield return $"the side file holds {Plural.Of(plan.Side.Length, "tensor")} bit for bit: keep it beside the output, or the "
                + $"way back is closed";
        }

        if (layout.Length > source.Source.Length + (source.Source.Length / 10) && layout.Length - source.Source.Length > 1 << 20)
        {
            yield return $"the output takes {Size(layout.Length)}, the source {Size(source.Source.Length)}";
        }

        int aliases = plan.Outputs.Count(step => step.NameOrigin == NameOrigin.Alias);
        if (aliases > 0)
        {
            yield return $"{aliases} tensor names cannot be stored in {to} and are replaced by made-up ones until the way back";
        }
    }

    private static IEnumerable<TensorInfo> Widened(TensorPlan plan) => plan.Sources
        .Where(fate => fate.Action == TensorAction.Widen && TensorTypes.Get(fate.Logical.Type).IsQuantized)
        .Select(fate => fate.Logical);

    private static string Size(long bytes) => bytes switch
    {
        >= 1 << 30 => string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1 << 30):0.0} GiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1 << 20):0.0} MiB"),
    };

    private static string Of<T>(IGrouping<TensorType, T> group)
    {
        int count = group.Count();
        return $"{Plural.Of(count, "tensor")} of type {TensorTypes.Get(group.Key).Name} {(count == 1 ? "is" : "are")}";
    }
}
