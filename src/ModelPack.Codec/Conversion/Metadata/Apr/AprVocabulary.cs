using ModelPack.Codec.Apr;

namespace ModelPack.Codec.Conversion.Metadata.Apr;

/// <summary>Whose names the tensors of an APR file have (apr-v2.md §12.1).</summary>
internal enum AprVocabulary
{
    /// <summary>No name tells, or names of both kinds occur.</summary>
    Unknown,

    /// <summary><c>blk.N.attn_q.weight</c>.</summary>
    Gguf,

    /// <summary><c>model.layers.N.self_attn.q_proj.weight</c>, or the same without <c>model.</c>.</summary>
    HuggingFace,
}

/// <summary>Recognises the vocabulary by the names.</summary>
internal static class AprVocabularies
{
    private static readonly string[] GgufStarts = ["blk.", "token_embd.", "output_norm.", "output.", "position_embd."];

    private static readonly string[] HuggingFaceStarts =
    [
        "model.", "layers.", "lm_head.", "embed_tokens.", "transformer.", "h.", "wte.", "wpe.", "ln_f.", "gpt_neox.", "embed_out.", "norm.",
    ];

    public static AprVocabulary Of(IEnumerable<string> names)
    {
        bool gguf = false;
        bool huggingFace = false;
        foreach (string name in names)
        {
            gguf |= StartsWithAny(name, GgufStarts);
            huggingFace |= StartsWithAny(name, HuggingFaceStarts);
        }

        return (gguf, huggingFace) switch
        {
            (true, false) => AprVocabulary.Gguf,
            (false, true) => AprVocabulary.HuggingFace,
            _ => AprVocabulary.Unknown,
        };
    }

    private static bool StartsWithAny(string name, string[] starts) => Array.Exists(starts, start => name.StartsWith(start, StringComparison.Ordinal));
}

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

    private static RowOrder? ByNames(AprFile file) => AprVocabularies.Of(file.Tensors.Select(tensor => tensor.Name)) switch
    {
        AprVocabulary.Gguf => RowOrder.Gguf,
        AprVocabulary.HuggingFace => RowOrder.HuggingFace,
        _ => null,
    };
}
