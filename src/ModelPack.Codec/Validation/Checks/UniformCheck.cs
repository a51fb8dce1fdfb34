using System.Globalization;
using ModelPack.Conversion.Pipeline;
using ModelPack.Diagnostics;
using ModelPack.Tensors;
using ModelPack.Validation.Facts;

namespace ModelPack.Validation.Checks;

/// <summary>
/// Tensors that hold one value. A matrix of any one number was never trained, and one of zeros neither where its role is known; norms of
/// ones, biases of zeros and tables of integers are usual.
/// </summary>
internal static class UniformCheck
{
    public static void Run(ValidationContext context)
    {
        List<TensorInfo> zeros = [];
        List<(TensorInfo Tensor, string Value)> constants = [];
        for (int i = 0; i < context.Tensors.Count; i++)
        {
            TensorInfo tensor = context.Tensors[i];
            UniformTally tally = context.Pass.Uniform[i];
            bool isChecked = TensorWork.CanScan(tensor) && context.Pass.Finite[i].IsFinite;
            if (!isChecked || !tally.IsUniform || tensor.ElementCount < 2)
            {
                continue;
            }

            bool isZero = tally.Bits == 0;
            if (isZero && IsWrongAsZero(tensor, context))
            {
                context.Find(
                    ValidationErrors.Zero, tensor.Name, $"{All(tensor)} ({Name(tensor)}, {Shape(tensor)}) {Is(tensor)} zero",
                    tensor.Offset);
            }
            else if (!isZero && IsMatrix(tensor))
            {
                string text = $"{All(tensor)} ({Name(tensor)}, {Shape(tensor)}) {Is(tensor)} {Value(tensor, tally)}";
                context.Find(ValidationErrors.Constant, tensor.Name, text, tensor.Offset);
            }
            else if (isZero)
            {
                zeros.Add(tensor);
            }
            else
            {
                constants.Add((tensor, Value(tensor, tally)));
            }
        }

        if (zeros.Count > 0)
        {
            string text = $"{Plural.Of(zeros.Count, "tensor", "is", "are")} all zero and may be, the first is '{zeros[0].Name}'";
            context.Keep("K-ZERO", text, zeros[0].Offset);
        }

        if (constants.Count > 0)
        {
            (TensorInfo first, string value) = constants[0];
            string held = Plural.Of(constants.Count, "tensor", "holds", "hold");
            string text = $"{held} one value each and may, the first is '{first.Name}' ({value})";
            context.Keep("K-CONSTANT", text, first.Offset);
        }
    }

    private static string All(TensorInfo tensor) => tensor.ElementCount == 1 ? "its one value" : $"all {tensor.ElementCount} values";

    private static string Is(TensorInfo tensor) => tensor.ElementCount == 1 ? "is" : "are";

    private static bool IsWrongAsZero(TensorInfo tensor, ValidationContext context)
    {
        if (IsNorm(tensor))
        {
            bool startsAtZero = context.Settings.Family is { StoresNormLessOne: true } && context.File.Format != ModelFormat.Gguf;
            return !startsAtZero && HoldsNumbers(tensor);
        }

        return IsMatrix(tensor) && !IsSecondFactor(tensor) && TensorNames.IsKnown(tensor.Name, context.Settings.Architecture);
    }

    // What is stacked for experts is a matrix an expert.
    private static bool IsMatrix(TensorInfo tensor) =>
        HoldsNumbers(tensor) && tensor.Shape.Count(dimension => dimension > 1) >= 2
        && !tensor.Name.Contains("bias", StringComparison.OrdinalIgnoreCase);

    private static bool IsNorm(TensorInfo tensor) =>
        tensor.Name.Contains("norm", StringComparison.OrdinalIgnoreCase) && tensor.Name.EndsWith(".weight", StringComparison.Ordinal);

    // The second factor of an adapter is zero until it is trained.
    private static bool IsSecondFactor(TensorInfo tensor) => tensor.Name.Contains("lora_b", StringComparison.OrdinalIgnoreCase);

    private static bool HoldsNumbers(TensorInfo tensor) =>
        tensor.Type == TensorType.F64 || tensor.Type == TensorType.C64 || TensorDecoder.CanDecode(tensor.Type);

    private static string Name(TensorInfo tensor) => TensorTypes.Get(tensor.Type).Name;

    private static string Shape(TensorInfo tensor) => TensorShape.Format(tensor.Shape.AsSpan());

    private static string Value(TensorInfo tensor, in UniformTally tally) => tensor.Type switch
    {
        TensorType.F64 => BitConverter.UInt64BitsToDouble(tally.Bits).ToString(CultureInfo.InvariantCulture),
        TensorType.AprQ8 => ((sbyte)tally.Bits * tally.Scale.GetValueOrDefault()).ToString(CultureInfo.InvariantCulture),
        _ when HoldsNumbers(tensor) => BitConverter.UInt32BitsToSingle((uint)tally.Bits).ToString(CultureInfo.InvariantCulture),
        _ => string.Create(CultureInfo.InvariantCulture, $"0x{tally.Bits:x}"),
    };
}
