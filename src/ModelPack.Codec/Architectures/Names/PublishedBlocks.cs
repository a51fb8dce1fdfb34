using System.Collections.Immutable;
using ModelPack.Tensors;
using ModelPack.Tensors.Payloads;

namespace ModelPack.Architectures.Names;

/// <summary>
/// T12: the codes, scales and numbers that a folder holds for a matrix as NVFP4, and the block type that ggml has for them
/// (hf-companions.md §3.2, architectures/quantized-checkpoints.md §2). ModelOpt calls them weight, weight_scale, weight_scale_2 and
/// input_scale; compressed-tensors weight_packed, weight_scale, weight_global_scale and input_global_scale, the last two as divisors.
/// </summary>
internal static class PublishedBlocks
{
    /// <summary>What a matrix is multiplied by, in a folder and in a GGUF.</summary>
    public static readonly (string HuggingFace, string Gguf)[] Factors = [(".weight_scale_2", ".scale"), (".input_scale", ".input_scale")];

    private const string Weight = ".weight";
    private const string Packed = ".weight_packed";
    private const string Scale = ".weight_scale";
    private const int Elements = 64;
    private const int ScaleBytes = 4;
    private const int CodeBytes = 32;

    // One scale for sixteen elements: eight bytes of codes.
    private const int BytesOfScale = 8;

    private static readonly string[] Divisors = [".weight_global_scale", ".input_global_scale"];

    /// <summary>A folder's tensors with such matrices as ggml's blocks, ModelOpt's names for the factors; null if it has none.</summary>
    public static TensorTranslation? ToBlocks(IReadOnlyList<ModelTensor> given)
    {
        Dictionary<string, int> places = Places(given.Select(tensor => tensor.Name));
        List<Matrix> matrices = [.. given.Select(tensor => MatrixOf(tensor, given, places)).OfType<Matrix>()];
        if (matrices.Count == 0)
        {
            return null;
        }

        Dictionary<int, ModelTensor> made = [];
        PayloadRecipe?[] back = [.. given.Select(tensor => new PlannedPayload(tensor))];
        foreach (Matrix matrix in matrices)
        {
            (ModelTensor codes, ModelTensor scales) = (given[matrix.Codes], given[matrix.Scales]);
            long count = scales.Payload.Length / ScaleBytes;
            JoinedPayload payload = new(
                [new UnsignedPayload(new PlannedPayload(scales)),
                    new NibblesPayload(new PlannedPayload(codes), BytesOfScale, Apart: true)], count);
            ModelTensor blocks = ModelTensor.Made(
                matrix.Module + Weight, TensorType.NVFP4, [.. codes.Shape[..^1], codes.Shape[^1] * 2], payload);
            made.Add(matrix.Codes, blocks);
            (back[matrix.Codes], back[matrix.Scales]) = Apart(new PlannedPayload(blocks));
            foreach ((string divisor, (string factor, string _)) in Divisors.Zip(Factors))
            {
                if (matrix.IsPacked && places.TryGetValue(matrix.Module + divisor, out int place))
                {
                    made.Add(place, ModelTensor.Made(
                        matrix.Module + factor, TensorType.F32, [],
                        new ComputedPayload(new PlannedPayload(given[place]), NumberFunction.Reciprocal)));
                    back[place] = null;
                }
            }
        }

        HashSet<int> joined = [.. matrices.Select(matrix => matrix.Scales)];
        return new(
            [.. given.Select((tensor, index) => made.GetValueOrDefault(index, tensor)).Where((_, index) => !joined.Contains(index))],
            [.. back], [], []);
    }

    /// <summary>The way back to ModelOpt's names.</summary>
    public static TensorTranslation FromBlocks(IReadOnlyList<ModelTensor> given)
    {
        HashSet<string> names = [.. given.Select(tensor => tensor.Name)];
        List<ModelTensor> made = [];
        PayloadRecipe?[] back = new PayloadRecipe?[given.Count];
        foreach ((int index, ModelTensor tensor) in given.Index())
        {
            if (!IsMatrix(tensor))
            {
                made.Add(tensor);
                back[index] = new PlannedPayload(tensor);
                continue;
            }

            string module = tensor.Name[..^Weight.Length];

            // The scales as they are: a sign, which no program writes and ggml does not look at, is kept rather than refused.
            (PayloadRecipe codes, PayloadRecipe scales) = Apart(new PlannedPayload(tensor));
            ImmutableArray<long> rows = tensor.Shape[..^1];
            ModelTensor published = ModelTensor.Made(tensor.Name, TensorType.U8, [.. rows, tensor.Shape[^1] / 2], codes);
            ModelTensor scale = ModelTensor.Made(
                module + Scale, TensorType.F8E4M3, [.. rows, tensor.Shape[^1] / 2 / BytesOfScale], scales);
            made.AddRange([published, scale]);
            back[index] = new JoinedPayload(
                [new PlannedPayload(scale), new NibblesPayload(new PlannedPayload(published), BytesOfScale, Apart: true)],
                tensor.Payload.Length / (ScaleBytes + CodeBytes));

            // The converter leaves a factor of one out, and a program that reads ModelOpt's form wants it.
            if (names.Add(module + Factors[0].HuggingFace))
            {
                made.Add(ModelTensor.Made(
                    module + Factors[0].HuggingFace, TensorType.F32, [], new LiteralPayload(new byte[] { 0, 0, 0x80, 0x3F })));
            }
        }

        return new([.. made], [.. back], [], []);
    }

    /// <summary>The weight that a tensor is a factor of; null if it is none.</summary>
    /// <param name="name">The name of the tensor.</param>
    /// <param name="fromGguf">Whose name it is.</param>
    public static (string Weight, string Gguf, string HuggingFace)? FactorOf(string name, bool fromGguf)
    {
        foreach ((string huggingFace, string gguf) in Factors)
        {
            string ending = fromGguf ? gguf : huggingFace;
            if (name.EndsWith(ending, StringComparison.Ordinal))
            {
                return (name[..^ending.Length] + Weight, gguf, huggingFace);
            }
        }

        return null;
    }

    /// <summary>True if there are tensors of codes, and all of them are understood: the folder becomes a GGUF like any other.</summary>
    public static bool AreAll(IReadOnlyList<TensorInfo> tensors)
    {
        ModelTensor[] given = ModelTensor.Of(tensors);
        Dictionary<string, int> places = Places(tensors.Select(tensor => tensor.Name));
        HashSet<int> known = [
            .. given.Select(tensor => MatrixOf(tensor, given, places)).OfType<Matrix>()
                .SelectMany(matrix => new[] { matrix.Codes, matrix.Scales })];
        known.UnionWith(
            tensors.Index().Where(tensor => BlockTransforms.IsPart(tensor.Item, places.ContainsKey)).Select(tensor => tensor.Index));
        return known.Count > 0 && tensors.Index().All(tensor => known.Contains(tensor.Index) || IsNumbers(tensor.Item.Type));
    }

    private static bool IsNumbers(TensorType type) =>
        type is TensorType.F32 or TensorType.F16 or TensorType.BF16 or TensorType.F64 or TensorType.I64;

    private static bool IsMatrix(ModelTensor tensor) =>
        tensor.Type == TensorType.NVFP4 && tensor.Name.EndsWith(Weight, StringComparison.Ordinal);

    private static Dictionary<string, int> Places(IEnumerable<string> names)
    {
        Dictionary<string, int> places = new(StringComparer.Ordinal);
        foreach ((int index, string name) in names.Index())
        {
            places.TryAdd(name, index);
        }

        return places;
    }

    // By the tensors that are there: codes of half a byte, a scale for sixteen of them, and a factor of their own.
    private static Matrix? MatrixOf(ModelTensor scales, IReadOnlyList<ModelTensor> given, Dictionary<string, int> places)
    {
        if (scales.Type != TensorType.F8E4M3 || !scales.Name.EndsWith(Scale, StringComparison.Ordinal) || scales.Shape.IsEmpty)
        {
            return null;
        }

        string module = scales.Name[..^Scale.Length];
        bool isPacked = places.ContainsKey(module + Packed);
        return places.TryGetValue(module + (isPacked ? Packed : Weight), out int codes) && given[codes].Type == TensorType.U8
            && given[codes].Shape.SequenceEqual([.. scales.Shape[..^1], scales.Shape[^1] * BytesOfScale])
            && scales.Shape[^1] % ScaleBytes == 0
            && IsNumber(isPacked ? Divisors[0] : Factors[0].HuggingFace, isRequired: true)
            && IsNumber(isPacked ? Divisors[1] : Factors[1].HuggingFace, isRequired: false)
            ? new(module, codes, places[scales.Name], isPacked)
            : null;

        bool IsNumber(string ending, bool isRequired) => places.TryGetValue(module + ending, out int place)
            ? given[place] is { Type: TensorType.F32, Payload.Length: sizeof(float) }
            : !isRequired;
    }

    private static (PayloadRecipe Codes, PayloadRecipe Scales) Apart(PayloadRecipe blocks)
    {
        long count = blocks.Length / (ScaleBytes + CodeBytes);
        return (new NibblesPayload(PayloadRuns.Run(blocks, ScaleBytes, CodeBytes, count), BytesOfScale, Apart: false),
            PayloadRuns.Run(blocks, 0, ScaleBytes, count));
    }

    private sealed record Matrix(string Module, int Codes, int Scales, bool IsPacked);
}
