using System.Globalization;

namespace ModelPack.Build;

/// <summary>What the user has to know of an output that is proved. Said in every build, not only in the one that converts: a warning that
/// is an error must not turn green by building twice.</summary>
internal static class OutputWarnings
{
    /// <summary>From here on a larger output is one that nobody expects who did not ask for it.</summary>
    private const double MostGrowth = 2;

    /// <summary>Looks at an output that an earlier build has made.</summary>
    public static void Check(ConversionRequest request, ModelState known, BuildContext context) => Check(
        request,
        known.Facts,
        known.Source.Where(file => file.Hash.Length > 0).Sum(file => file.Stamp.Bytes),
        known.Output.Sum(file => file.Stamp.Bytes),
        context);

    /// <summary>Warns of an output that the target's own programs cannot use, that lacks a part of the model, or that is much larger than
    /// its source.</summary>
    /// <exception cref="ModelPackException">The item wants an output that can be used, or the project makes an error of the
    /// warning.</exception>
    public static void Check(ConversionRequest request, OutputFacts facts, long before, long after, BuildContext context)
    {
        if (facts.Meaning != Meaning.Runs)
        {
            string reasons = facts.Reasons.IsEmpty ? "" : $": {string.Join("; ", facts.Reasons)}";
            ModelPackException unusable = facts.Meaning == Meaning.Partial
                ? new(BuildErrors.Partial, $"the output is partial{reasons}") { FilePath = request.Source }
                : new(BuildErrors.Carried, $"the output is carried{reasons}") { FilePath = request.Source };
            if (request.RequireUsable)
            {
                throw unusable;
            }

            context.Warn(unusable);
        }

        if (facts.Widened > 0 && IsGrowth(request, before, after))
        {
            string tensors = facts.Widened == 1
                ? "1 quantized tensor becomes"
                : string.Create(CultureInfo.InvariantCulture, $"{facts.Widened:N0} quantized tensors become");
            string sizes = string.Create(
                CultureInfo.InvariantCulture,
                $"the output takes {after:N0} bytes, {(double)after / before:0.0} times the {before:N0} bytes of the source");
            context.Warn(new(BuildErrors.Growth, $"{tensors} F32: {sizes}") { FilePath = request.Source });
        }
    }

    /// <summary>True if an output is that large without having been asked for.</summary>
    public static bool IsGrowth(ConversionRequest request, long before, long after) =>
        !request.SaysQuantized && after > before * MostGrowth;
}
