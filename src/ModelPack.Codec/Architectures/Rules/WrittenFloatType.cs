using ModelPack.Architectures.Names;
using ModelPack.Diagnostics;

namespace ModelPack.Architectures.Rules;

/// <summary>The type of the weights in the folder: quantized matrices are widened to F32 there (hf-companions.md §1.1,
/// general.file_type).</summary>
internal static class WrittenFloatType
{
    private const string FileTypeKey = "general.file_type";

    public static string? Find(ConfigWriter config)
    {
        // Vectors, norms, routers and tables of positions are stored as F32 whatever the type of the model (§3.2), so only other matrices
        // tell.
        TensorType[] matrices = [
            .. config.Derivation.Tensors.Where(tensor => !Float32Names.Contains(tensor.Name, tensor.Shape.Length))
                .Select(tensor => Written(tensor.Type)).Distinct()];
        TensorType? stated = Stated(config);
        if (stated is { } type && matrices.Length > 0 && !matrices.Contains(type))
        {
            config.Note($"torch_dtype: {FileTypeKey} says {Name(type)}, but no matrix is written as that", NoteRank.WithoutEffect);
            stated = null;
        }

        TensorType? found = matrices is [TensorType only] ? only : stated ?? Widest(matrices);
        if (found is null || Name(found.Value) is not { } name)
        {
            config.Note("torch_dtype is lost: the matrices have no float type that torch knows", NoteRank.WithoutEffect);
            return null;
        }

        if (config.Derivation.Tensors.Any(tensor => TensorTypes.Get(tensor.Type).IsQuantized))
        {
            config.Note(
                $"torch_dtype is that of the widened weights ({name}); the type before quantization is lost", NoteRank.WithoutEffect);
        }

        return name;
    }

    private static TensorType? Stated(ConfigWriter config)
    {
        Reading<long> reading = config.Derivation.Keys.Count(FileTypeKey);
        if (reading.Problem is { } problem)
        {
            config.Note($"torch_dtype: {problem}", NoteRank.WithoutEffect);
        }

        return (reading.IsRead, reading.Value) switch
        {
            (true, 0) => TensorType.F32,
            (true, 1) => TensorType.F16,
            (true, 32) => TensorType.BF16,
            _ => null,
        };
    }

    private static TensorType Written(TensorType type) => TensorTypes.Get(type).IsQuantized ? TensorType.F32 : type;

    private static TensorType? Widest(TensorType[] types) =>
        types.Contains(TensorType.F64) ? TensorType.F64
        : types.Contains(TensorType.F32) || (types.Contains(TensorType.F16) && types.Contains(TensorType.BF16)) ? TensorType.F32
        : types.Contains(TensorType.F16) ? TensorType.F16
        : types.Contains(TensorType.BF16) ? TensorType.BF16
        : null;

    private static string? Name(TensorType type) => type switch
    {
        TensorType.F64 => "float64",
        TensorType.F32 => "float32",
        TensorType.F16 => "float16",
        TensorType.BF16 => "bfloat16",
        _ => null,
    };
}
