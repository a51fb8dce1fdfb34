using System.Globalization;
using ModelPack.Architectures.Apr;
using ModelPack.Architectures.Families;
using ModelPack.Architectures.Names;
using ModelPack.Tensors;

namespace ModelPack.Architectures.Usability;

/// <summary>
/// Tensors that hold one value. A matrix of any one number was never trained, and one of zeros neither where its role is known; norms of
/// ones, biases of zeros and tables of integers are usual.
/// </summary>
internal static class UntrainedValues
{
    /// <summary>The names of a stated architecture; null if it has no table.</summary>
    /// <param name="stated">In the words of a GGUF, of a folder (model_type) or of APR (a slug).</param>
    public static NameTable? Names(string? stated) => stated is null ? null : NameTable.For(
        ConfigToGguf.ModelTypes.FirstOrDefault(type => type.ModelType == stated).Architecture ?? AprSlugs.Translate(stated) ?? stated);

    /// <summary>Whether a name is one of a table, on either side.</summary>
    public static bool IsIn(NameTable? names, string tensor) =>
        names is not null && (names.FromGguf(tensor, _ => true) is not null || !names.FromHuggingFace(tensor).IsEmpty);

    /// <summary>Whether zeros alone say that a tensor was never trained, or was lost.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="isKnown">Whether it is known what it is for.</param>
    /// <param name="names">The names of its architecture: some store a norm less one, so that it starts from zero.</param>
    public static bool IsWrongAsZero(TensorInfo tensor, bool isKnown, NameTable? names) => IsNorm(tensor)
        ? HoldsNumbers(tensor)
            && names?.FromHuggingFace(tensor.Name).Any(match => match.Rule.Transform == NameTransform.NormPlusOne) != true
        : isKnown && IsMatrix(tensor) && !IsSecondFactor(tensor);

    /// <summary>What is stacked for experts is a matrix an expert.</summary>
    public static bool IsMatrix(TensorInfo tensor) =>
        HoldsNumbers(tensor) && tensor.Shape.Count(dimension => dimension > 1) >= 2
        && !tensor.Name.Contains("bias", StringComparison.OrdinalIgnoreCase);

    /// <summary>All values of a tensor and the one that they are.</summary>
    public static string Show(TensorInfo tensor, in UniformTally tally) => tally.Bits == 0
        ? $"{Values(tensor)} zero"
        : $"{Values(tensor)} {Value(tensor, tally)}";

    /// <summary>The one value.</summary>
    public static string Value(TensorInfo tensor, in UniformTally tally) => tensor.Type switch
    {
        TensorType.F64 => BitConverter.UInt64BitsToDouble(tally.Bits).ToString(CultureInfo.InvariantCulture),
        TensorType.AprQ8 => ((sbyte)tally.Bits * tally.Scale.GetValueOrDefault()).ToString(CultureInfo.InvariantCulture),
        _ when HoldsNumbers(tensor) => BitConverter.UInt32BitsToSingle((uint)tally.Bits).ToString(CultureInfo.InvariantCulture),
        _ => string.Create(CultureInfo.InvariantCulture, $"0x{tally.Bits:x}"),
    };

    /// <summary>Why a tensor of a model of a known architecture cannot be a trained one; null if it can.</summary>
    public static string? Why(TensorInfo tensor, in UniformTally tally, NameTable names) =>
        tally.IsUniform && tensor.ElementCount > 1 && IsIn(names, tensor.Name)
            && (tally.Bits == 0 ? IsWrongAsZero(tensor, isKnown: true, names) : IsMatrix(tensor))
        ? $"'{tensor.Name}': {Show(tensor, tally)}: a part of the model is switched off"
        : null;

    private static bool IsNorm(TensorInfo tensor) =>
        tensor.Name.Contains("norm", StringComparison.OrdinalIgnoreCase)
        && (tensor.Name.EndsWith(".weight", StringComparison.Ordinal) || tensor.Name.EndsWith(".gamma", StringComparison.Ordinal));

    // The second factor of an adapter is zero until it is trained.
    private static bool IsSecondFactor(TensorInfo tensor) => tensor.Name.Contains("lora_b", StringComparison.OrdinalIgnoreCase);

    private static bool HoldsNumbers(TensorInfo tensor) =>
        tensor.Type == TensorType.F64 || tensor.Type == TensorType.C64 || TensorDecoder.CanDecode(tensor.Type);

    private static string Values(TensorInfo tensor)
    {
        string what = $"({TensorTypes.Get(tensor.Type).Name}, {TensorShape.Format(tensor.Shape.AsSpan())})";
        return tensor.ElementCount == 1 ? $"its one value {what} is" : $"all {tensor.ElementCount} values {what} are";
    }
}
