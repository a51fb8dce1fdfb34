using System.Collections.Immutable;
using System.Globalization;

namespace ModelPack.Build;

/// <summary>What is to be told of an output, besides that it was proved.</summary>
/// <param name="Widened">How many quantized tensors are widened in it, if that makes it larger than its source.</param>
/// <param name="Meaning">What it is good for.</param>
/// <param name="Reasons">Why it is no better word.</param>
internal sealed record OutputFacts(int Widened, Meaning Meaning, ImmutableArray<string> Reasons)
{
    /// <summary>The facts of a conversion that was planned.</summary>
    public static OutputFacts Of(ConversionPreview preview) => new(
        preview.Growth is null ? 0 : preview.Tensors.Count(tensor => tensor.Action == TensorAction.Widen),
        preview.Meaning,
        preview.MeaningReasons);

    /// <summary>One line.</summary>
    public string Format() =>
        string.Join(' ', [Widened.ToString(CultureInfo.InvariantCulture), Meaning.ToString(), .. Reasons.Select(Uri.EscapeDataString)]);

    /// <summary>Null for a line that is none.</summary>
    public static OutputFacts? Parse(string line) =>
        line.Split(' ') is [string number, string word, .. string[] reasons]
        && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int widened)
        && Enum.GetNames<Meaning>().Contains(word)
            ? new(widened, Enum.Parse<Meaning>(word), [.. reasons.Select(Uri.UnescapeDataString)])
            : null;
}
