using ModelPack.Formats.Apr;

namespace ModelPack.Architectures.Apr;

/// <summary>Which rows q and k of an APR file have. <c>rope_type</c> is no sign of it (apr-v2.md §12.5).</summary>
internal static class AprRowOrder
{
    /// <summary>Our own record of it.</summary>
    public const string Key = "modelpack.row_order";

    public static string Word(RowOrder rows) => rows == RowOrder.Gguf ? "gguf" : "huggingface";

    /// <summary>The order: as recorded, else as the origin says, else by the names; null if nothing tells.</summary>
    public static RowOrder? Of(AprFile file)
    {
        if (file.FindMetadata(Key)?.AsText() is { } recorded)
        {
            return recorded == Word(RowOrder.Gguf) ? RowOrder.Gguf : recorded == Word(RowOrder.HuggingFace) ? RowOrder.HuggingFace : null;
        }

        if (file.FindMetadata("original_format")?.AsText() is { } origin)
        {
            return origin == "gguf" ? RowOrder.Gguf : origin is "safetensors" or "pytorch" ? RowOrder.HuggingFace : ByNames(file);
        }

        return file.FindMetadata("source_metadata") is not null ? RowOrder.HuggingFace : ByNames(file);
    }

    private static RowOrder? ByNames(AprFile file) => AprNamingSchemes.Of(file.Tensors.Select(tensor => tensor.Name)) switch
    {
        AprNamingScheme.Gguf => RowOrder.Gguf,
        AprNamingScheme.HuggingFace => RowOrder.HuggingFace,
        _ => null,
    };
}
