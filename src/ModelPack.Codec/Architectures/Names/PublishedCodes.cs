using ModelPack.Tensors;

namespace ModelPack.Architectures.Names;

/// <summary>
/// Weights of a folder that are codes of a quantization of its own (architectures/quantized-checkpoints.md): GPTQ, AWQ, compressed-tensors,
/// bitsandbytes, quanto, HQQ, torchao, MLX, ModelOpt, FP8. The tensors that are there tell it, not what config.json says of them.
/// </summary>
internal static class PublishedCodes
{
    private const string Weight = ".weight";
    private const string Blocks = "_blocks";
    private const string Scales = "_scales";

    /// <summary>What the codes are called in place of the weight.</summary>
    private static readonly string[] Endings = [".qweight", ".weight_packed", ".weight._data", ".W_q", ".weight_qdata"];

    /// <summary>The name of the weight whose codes a tensor holds; the name itself for every other tensor.</summary>
    public static string WeightOf(string name) =>
        Array.Find(Endings, ending => name.EndsWith(ending, StringComparison.Ordinal)) is { } found
            ? name[..^found.Length] + Weight
            : name;

    /// <summary>The names of the weights that a folder has: of MXFP4, which keeps blocks and scales apart, where both are there.</summary>
    public static HashSet<string> Weights(IReadOnlySet<string> names) =>
    [
        .. names.Where(name => !name.EndsWith(Blocks, StringComparison.Ordinal) && !name.EndsWith(Scales, StringComparison.Ordinal))
            .Select(WeightOf),
        .. names.Where(name => name.EndsWith(Blocks, StringComparison.Ordinal)).Select(name => name[..^Blocks.Length])
            .Where(name => names.Contains(name + Scales)),
    ];

    /// <summary>A tensor of codes that no type of GGUF holds; null if there is none.</summary>
    public static TensorInfo? Find(IReadOnlyList<TensorInfo> tensors) => tensors.FirstOrDefault(Are);

    /// <summary>A tensor of an architecture whose type is none of numbers with a fraction; null if there is none.</summary>
    public static TensorInfo? FindWhole(IReadOnlyList<TensorInfo> tensors, NameTable names) => tensors.FirstOrDefault(
        tensor => !TensorTypes.Get(tensor.Type).IsQuantized
            && tensor.Type is not (TensorType.F64 or TensorType.F32 or TensorType.F16 or TensorType.BF16)
            && !names.FromHuggingFace(tensor.Name).IsEmpty);

    /// <summary>Whether a tensor holds codes: by its name, or because a matrix of weights has no numbers of its own. Blocks of ggml that a
    /// folder carries are numbers.</summary>
    private static bool Are(TensorInfo tensor) => WeightOf(tensor.Name) != tensor.Name
        || (tensor.Shape.Length > 1 && tensor.Name.EndsWith(Weight, StringComparison.Ordinal)
            && !TensorTypes.Get(tensor.Type).IsQuantized
            && tensor.Type is not (TensorType.F64 or TensorType.F32 or TensorType.F16 or TensorType.BF16 or TensorType.I64));
}
